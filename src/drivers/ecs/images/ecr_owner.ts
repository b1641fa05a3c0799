import { readImageOwner } from "../../../environments/core/environment/image_owner.ts";
import type { OwnerMarks } from "../../../environments/core/environment/ownership.ts";
import { AppError } from "../../../lib/errors.ts";
import { labelsOfConfig, nextManifestStep } from "../../../lib/image/image_manifest.ts";
import { readWhole } from "../../../lib/read_whole.ts";
import type { EcrCalls } from "../sdk/ecr.ts";

const TIMEOUT_MS = 30_000;
/** The largest configuration that is read: far more than an image has. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Reads the marks of an image's owner from its labels; undefined if there is no such image. An index of several
 * platforms has the labels of its first platform.
 */
export async function readEcrOwner(
  calls: EcrCalls,
  of: { readonly tag: string; readonly fetch: typeof fetch },
  signal: AbortSignal,
): Promise<OwnerMarks | undefined> {
  const manifest = await calls.manifest({ imageTag: of.tag }, signal);
  if (manifest === undefined) return undefined;
  let step = nextManifestStep(parse(manifest));
  if (step?.kind === "manifest") {
    step = nextManifestStep(parse(await calls.manifest({ imageDigest: step.digest }, signal) ?? ""));
  }
  if (step?.kind !== "config") return readImageOwner(undefined);
  const url = await calls.downloadUrl(step.digest, signal);
  const config = url === undefined ? undefined : await download(url, of.fetch, signal);
  return readImageOwner(labelsOfConfig(config));
}

/** Downloads a JSON document. The address is a secret for as long as it is valid, so no message shows it. */
async function download(url: string, fetcher: typeof fetch, signal: AbortSignal): Promise<unknown> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const unreachable = (state: string, cause?: unknown) =>
    new AppError("aws_unreachable", `Reading the configuration of an image in ECR: ${state}`, {
      hint: "Check the network: ECR keeps the contents of images in S3",
      retryable: true,
      cause,
    });
  let text: string;
  try {
    const response = await fetcher(url, { signal: either });
    const body = await readWhole(response, { mostBytes: MOST_BYTES, signal: either });
    if (!response.ok) throw unreachable(`S3 answers ${response.status}`);
    text = new TextDecoder().decode(body);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw unreachable("S3 does not answer", error);
  }
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
