/** Records that an environment did not come up, and removes what was half made of it. */

import { AppError, toError } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import { serviceNameOf } from "../../core/environment/names.ts";
import { unforeseenFailure } from "../../core/environment/unforeseen.ts";
import type { BringUp, Plan } from "../../core/plan/mod.ts";
import { type ApplyTools, assertStillDue, Superseded } from "./assert_still_due.ts";
import type { Progress } from "./bring_up.ts";
import { type FailedAttempt, recordFailure } from "../record/record_failure.ts";
import { reportHooks } from "../record/hook_report.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import { retireFailed } from "../record/retire_failed.ts";

/** The end of a plan that did not bring its environment up. */
export type Unfinished =
  | { readonly kind: "superseded"; readonly why: string; readonly blocked: boolean }
  | { readonly kind: "failed"; readonly error: AppError };

/** The code of an environment that may not run, because the content that it needs is not in it. */
const ASSETS_FAILED = "assets_failed";

/** The plan that failed, its error, and how far it got. */
interface Failed {
  readonly plan: Plan;
  readonly bringUp: BringUp;
  readonly error: unknown;
  readonly state: Progress;
  /** Whether an older instance was healthy when the attempt began. */
  readonly served: boolean;
  /** A notice that the comment goes on showing. */
  readonly notice: FailedAttempt["notice"];
  readonly tools: ApplyTools;
}

/** Records a failure, unless another run has taken over meanwhile or the pull request has moved on. */
export async function settleFailure(
  writer: PullWriter,
  failed: Failed,
  signal: AbortSignal,
): Promise<Unfinished> {
  const { plan, state, served, notice, tools } = failed;
  const bringUp = asMade(writer, failed);
  const short = shortSha(bringUp.sha);
  const foreseen = failed.error instanceof AppError;
  const error = foreseen ? failed.error as AppError : unforeseenFailure(failed.error, { short });
  try {
    await assertStillDue(writer, plan, { ...tools, sent: true });
  } catch (late) {
    if (late instanceof Superseded) return { kind: "superseded", why: late.message, blocked: late.blocked };
    if (late instanceof AppError) throw late;
    // The mistake may be in the observation itself. The lease still says whose the pull request is.
    signal.throwIfAborted();
  }
  const triggers = plan.steps.flatMap((step) => step.kind === "consume_triggers" ? step.names : []);
  const record = { bringUp, error, deployment: state.deployment, served, notice, triggers };
  let told: AppError;
  try {
    told = await recordFailure(writer, record, signal);
  } catch (second) {
    if (second instanceof AppError || signal.aborted) throw second;
    // The mistake may be in the comment. The label and the deployment say that it failed.
    told = await recordFailure(writer, { ...record, comment: false }, signal);
  }
  // The platform removes what it could not bring up, but nothing beyond that.
  const half = error.code === ASSETS_FAILED || (!foreseen && state.sent);
  if (half && !bringUp.inPlace) await removeHalfMade(writer, failed, signal);
  await retireFailed(writer, { plan, short, tools }, signal);
  return { kind: "failed", error: told };
}

/**
 * Returns what was to be brought up. An environment without an address on record never served: if its content fails, it
 * is a new one that failed, although an earlier run deployed it.
 */
function asMade({ labels }: PullWriter, { bringUp, error }: Failed): BringUp {
  const served = labels.environments.get(shortSha(bringUp.sha))?.address !== undefined;
  if (served || !(error instanceof AppError) || error.code !== ASSETS_FAILED) return bringUp;
  return { ...bringUp, inPlace: false };
}

/** Removes what a deployment left that the platform had no chance to remove: an unforeseen error ended it, or what followed it failed. */
async function removeHalfMade(
  writer: PullWriter,
  { plan, bringUp }: Failed,
  signal: AbortSignal,
): Promise<void> {
  const { ports, lock, observed } = writer;
  const key = { pr: plan.pr, short: shortSha(bringUp.sha) };
  const owner = { ...observed.identity, epoch: lock.epoch, hooks: reportHooks(writer) };
  try {
    await ports.platform.destroy(key, owner, signal);
  } catch (error) {
    signal.throwIfAborted();
    ports.terminal.warn(`${serviceNameOf(key)} may be left (${toError(error).message})`);
  }
}
