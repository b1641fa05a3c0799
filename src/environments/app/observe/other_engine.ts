import type { CommentRecord } from "../../core/comment/mod.ts";
import type { LabelState } from "../../core/labels/mod.ts";
import { AppError } from "../../../lib/errors.ts";
import type { EngineIdentity, PlatformEnvironment } from "../../core/environment/environment.ts";
import type { PlatformReader } from "../../ports/platform.ts";

/**
 * Finds out whether the environments that the labels name are on another machine's engine, and returns the name of that
 * machine. The platform is asked only if it lacks one of them and the comment's record says which engine had it.
 */
export async function findOtherEngine(
  platform: Pick<PlatformReader, "engine">,
  seen: {
    readonly record: CommentRecord;
    readonly labels: LabelState;
    readonly deployed: readonly PlatformEnvironment[] | "as_labels";
  },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { record: { engine: noted }, labels, deployed } = seen;
  if (noted === undefined || platform.engine === undefined || deployed === "as_labels") return undefined;
  const lacks = [...labels.environments.values()].some(({ sha, status }) =>
    status === "running" && !deployed.some(({ short }) => short === sha)
  );
  if (!lacks) return undefined;
  return (await platform.engine(signal)).id === noted.id ? undefined : noted.name;
}

/** Reads which engine an environment came up on, for the record. If the engine does not say, nothing is noted. */
export async function readEngine(
  platform: Pick<PlatformReader, "engine">,
  signal: AbortSignal,
): Promise<EngineIdentity | undefined> {
  try {
    return await platform.engine?.(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return undefined;
  }
}
