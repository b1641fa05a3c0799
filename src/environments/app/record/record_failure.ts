/** Records on GitHub that an environment did not come up, or that its update failed while it serves on. */

import { AppError, toError } from "../../../lib/errors.ts";
import { failureReason } from "../../core/environment/failure.ts";
import { type ShortSha, shortSha } from "../../../lib/ids.ts";
import { type BringUp, settingsKey } from "../../core/plan/mod.ts";
import { preparingNames, statusNames } from "./label_names.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import type { PullWriter } from "./pull_writer.ts";
import { runUrlOf } from "./run_url.ts";

/** The failure of one attempt. */
export interface FailedAttempt {
  readonly bringUp: BringUp;
  readonly error: AppError;
  /** The open deployment on GitHub. */
  readonly deployment: string | undefined;
  /** Whether an older instance was healthy when the attempt began. */
  readonly served: boolean;
  /** A notice that the comment goes on showing. */
  readonly notice: { readonly key: string; readonly words: string } | undefined;
  /** Triggers that asked for this attempt. An early failure comes before they are consumed. */
  readonly triggers: readonly string[];
  /** False leaves the comment as it is. */
  readonly comment?: boolean;
}

/** Whether the platform has a healthy instance of the commit. In a dry run of the platform the labels decide. */
export function isServing({ observation }: ObservedPull, short: ShortSha): boolean {
  if (observation.platform === "as_labels") {
    return observation.labels.environments.get(short)?.status === "running";
  }
  return observation.platform.some((each) => each.short === short && each.managed && each.healthy);
}

/**
 * Records a failure with its reason. An environment that serves on stays `running`; any other is `failed` and has no
 * address. An older environment keeps its pointer. Returns the error for the person.
 */
export async function recordFailure(
  writer: PullWriter,
  attempt: FailedAttempt,
  signal: AbortSignal,
): Promise<AppError> {
  const { bringUp, error, deployment, notice, triggers, comment = true } = attempt;
  const sha = shortSha(bringUp.sha);
  const reason = failureReason(error.code);
  const address = addressOf(writer, attempt);
  const serves = address !== undefined;
  const status = serves ? "running" : "failed";
  const addresses = writer.labels.ours.flatMap(({ label, name }) =>
    label.kind === "address" && label.sha === sha && label.address !== address ? [name] : []
  );
  writer.say({
    failure: { short: sha, reason, message: error.message, hint: error.hint, logTail: error.logTail },
    notice: notice?.words,
  });
  writer.remember({
    failure: { sha, reason, message: error.message, hint: error.hint, at: writer.ports.forge.now() },
    ...(notice === undefined ? {} : { notice: notice.key }),
    ...(serves ? rememberUpdate(writer, bringUp) : {}),
  });
  writer.note(
    serves
      ? `\`${sha}\` is running; the last update failed: ${reason}`
      : `\`${sha}\` did not come up: ${reason}`,
    serves ? { unlabeled: true } : {},
  );
  await writer.write({
    add: [{ kind: "status", sha, status }, ...(serves ? [{ kind: "address", sha, address } as const] : [])],
    remove: [
      ...triggers,
      ...statusNames(writer, { sha, keep: status }),
      ...preparingNames(writer),
      ...addresses,
    ],
    comment,
    also: deployment === undefined ? [] : [{
      kind: "deployment_status",
      deployment,
      state: serves ? "success" : "failure",
      url: writer.urlOf(sha, address),
      logUrl: runUrlOf(writer.ports),
      description: describeFailure(error, { serves }),
    }],
  }, signal);
  return serves ? describeUpdate(error, sha) : error;
}

/** Returns the address at which an older instance serves on; undefined if it does not. */
function addressOf(writer: PullWriter, { bringUp, served }: FailedAttempt): string | undefined {
  const { platform } = writer.observed.observation;
  if (!bringUp.inPlace) return undefined;
  const sha = shortSha(bringUp.sha);
  const labeled = writer.labels.environments.get(sha)?.address;
  if (platform === "as_labels") return served ? labeled : undefined;
  const deployed = platform.find((each) => each.short === sha && each.managed);
  // ECS takes a moment to go back to the older task, and describes the service as unstable meanwhile.
  return deployed?.healthy === true || served ? deployed?.address : undefined;
}

function rememberUpdate(
  { record }: PullWriter,
  { sha, settings }: BringUp,
): Pick<PullWriter["record"], "attempts" | "update"> {
  const key = settingsKey(settings);
  const short = shortSha(sha);
  const before = record.update?.sha === short && record.update.settings === key ? record.update.failures : 0;
  return {
    attempts: { ...record.attempts, [short]: 0 },
    update: { sha: short, settings: key, failures: before + 1 },
  };
}

function describeUpdate(error: AppError, sha: ShortSha): AppError {
  return new AppError(
    error.code,
    `Updating ${sha}: it is running; the last update failed: ${error.message}`,
    {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      exitCode: error.exitCode,
      logTail: error.logTail,
      cause: error,
    },
  );
}

function describeFailure(error: AppError, { serves }: { readonly serves: boolean }): string {
  const text = `${serves ? "Running; the last update failed: " : ""}${toError(error).message}`;
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 140);
}
