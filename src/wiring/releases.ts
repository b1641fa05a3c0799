import { usageError } from "../lib/errors.ts";
import { readWhole } from "../lib/read_whole.ts";
import { VERSION } from "../lib/version.ts";
import { HOME_REPOSITORY, type ReleasePin } from "../environments/core/setup/mod.ts";
import type { Releases } from "../environments/ports/releases.ts";

/** The checksum makes the workflows safer; waiting for it does not. Without it they trust the release. */
const PATIENCE_MS = 5_000;
/** The largest list of checksums that is read. */
const MOST_BYTES = 1024 * 1024;

/** Makes the releases of this program, at the address of SHOWTIME_DOWNLOAD_BASE or at GitHub. Throws AppError `url_malformed`. */
export function makeReleases(base: string | undefined): Releases {
  const url = releaseUrl(base);
  return { find: (file, signal) => findRelease({ url, file }, signal) };
}

function releaseUrl(base: string | undefined): string {
  const from = base || `https://github.com/${HOME_REPOSITORY}/releases`;
  if (!URL.canParse(from) || !/^https?:\/\/[^\s"'$`\\]+$/.test(from)) {
    const state = "SHOWTIME_DOWNLOAD_BASE is no http or https address";
    throw usageError("url_malformed", `Finding the release: ${state}`, "Correct it, or leave it out");
  }
  return `${from.replace(/\/+$/, "")}/download/v${VERSION}`;
}

async function findRelease(
  { url, file }: { readonly url: string; readonly file: string },
  signal: AbortSignal,
): Promise<ReleasePin & { readonly answers: boolean }> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const answer = await fetch(`${url}/SHA256SUMS`, { signal: patience });
    const text = new TextDecoder().decode(
      await readWhole(answer, { mostBytes: MOST_BYTES, signal: patience }),
    );
    const line = text.split("\n").find((each) => each.endsWith(`  ${file}`));
    const sha256 = answer.ok ? /^([0-9a-f]{64}) /.exec(line ?? "")?.[1] : undefined;
    return { version: VERSION, url, sha256, answers: answer.ok };
  } catch {
    signal.throwIfAborted();
    return { version: VERSION, url, sha256: undefined, answers: false };
  }
}
