import { type CommentRecord, parseRecord } from "../../core/comment/mod.ts";
import type { LabelState } from "../../core/labels/mod.ts";
import { AppError } from "../../../lib/errors.ts";
import type { EngineIdentity, PlatformEnvironment } from "../../core/environment/environment.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { ForgeReader } from "../../ports/forge.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import type { AppSettings } from "../run.ts";
import { believedComment } from "./pull_record.ts";

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
  if (!lacksAny({ labels, deployed })) return undefined;
  return (await platform.engine(signal)).id === noted.id ? undefined : noted.name;
}

/**
 * The same for a listing, which reads no comments: reads the pull request if the platform has an engine and lacks an
 * environment that the labels name.
 */
export async function readOtherEngine(
  ports: {
    readonly forge: Partial<Pick<ForgeReader, "readPull">>;
    readonly platform: Pick<PlatformReader, "engine">;
    readonly settings: Pick<AppSettings, "trustedBots">;
  },
  pr: PrNumber,
  seen: { readonly labels: LabelState; readonly deployed: readonly PlatformEnvironment[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { platform, forge, settings: { trustedBots } } = ports;
  if (platform.engine === undefined || forge.readPull === undefined || !lacksAny(seen)) return undefined;
  const { comments } = await forge.readPull(pr, { actor: undefined }, signal);
  const comment = believedComment(comments, { people: new Map(), trustedBots });
  if (comment === undefined) return undefined;
  return await findOtherEngine(platform, { ...seen, record: parseRecord(comment.body) }, signal);
}

/** Whether the labels call an environment running that the platform does not have. */
function lacksAny(
  { labels, deployed }: { readonly labels: LabelState; readonly deployed: readonly PlatformEnvironment[] },
): boolean {
  return [...labels.environments.values()].some(({ sha, status }) =>
    status === "running" && !deployed.some(({ short }) => short === sha)
  );
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
