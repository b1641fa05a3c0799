/** What `init` works with: the folder's files, what Git says of the repository, and the release to install. */

import type { SetupTools, WiringRequest } from "../cli/wiring_types.ts";
import { AppError, usageError } from "../lib/errors.ts";
import { HOME_REPOSITORY, type ReleasePin } from "../environments/core/setup/mod.ts";
import { VERSION } from "../lib/version.ts";
import type { Parts } from "./parts.ts";

/** The checksum makes the workflows safer, and waiting for it does not: without it they take the release's word. */
const PATIENCE_MS = 5_000;

/** Makes the tools of `init`. */
export async function makeSetup(
  parts: Parts,
  { flags }: WiringRequest,
  signal: AbortSignal,
): Promise<SetupTools> {
  const { makeFiles } = await import("../drivers/files/mod.ts");
  const url = releaseUrl(parts.host.env["SHOWTIME_DOWNLOAD_BASE"]);
  return {
    files: makeFiles("."),
    repository: await parts.repository(flags),
    defaultBranch: await findDefaultBranch(parts, signal),
    findRelease: (file) => findRelease({ url, file }, signal),
  };
}

function releaseUrl(base: string | undefined): string {
  const from = base || `https://github.com/${HOME_REPOSITORY}/releases`;
  if (!URL.canParse(from) || !/^https?:\/\/[^\s"'$`\\]+$/.test(from)) {
    const state = "SHOWTIME_DOWNLOAD_BASE is no http or https address";
    throw usageError("url_malformed", `Finding the release: ${state}`, "Correct it, or leave it out");
  }
  return `${from.replace(/\/+$/, "")}/download/v${VERSION}`;
}

async function findDefaultBranch(parts: Parts, signal: AbortSignal): Promise<string> {
  const args = ["symbolic-ref", "--short", "refs/remotes/origin/HEAD"];
  try {
    const { code, stdout } = await (await parts.shell).run(
      { program: "git", args, timeoutMs: 10_000 },
      signal,
    );
    const branch = /^origin\/(\S+)$/.exec(stdout.trim())?.[1];
    return code === 0 && branch !== undefined ? branch : "main";
  } catch (error) {
    // Without Git, too, a repository has a branch that counts.
    if (error instanceof AppError) return "main";
    throw error;
  }
}

async function findRelease(
  { url, file }: { readonly url: string; readonly file: string },
  signal: AbortSignal,
): Promise<ReleasePin & { readonly answers: boolean }> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const answer = await fetch(`${url}/SHA256SUMS`, { signal: patience });
    const text = await answer.text();
    const line = text.split("\n").find((each) => each.endsWith(`  ${file}`));
    const sha256 = answer.ok ? /^([0-9a-f]{64}) /.exec(line ?? "")?.[1] : undefined;
    return { version: VERSION, url, sha256, answers: answer.ok };
  } catch {
    signal.throwIfAborted();
    return { version: VERSION, url, sha256: undefined, answers: false };
  }
}
