/**
 * Removes the records of commits that failed before the newest failure. A pull request holds 100 labels: if
 * no commit ever succeeded, old records would block it for good.
 */

import { AppError } from "../../../lib/errors.ts";
import { type ShortSha, shortSha } from "../../../lib/ids.ts";
import { type Plan, type Retirement, retirementOf, viewShas } from "../../core/plan/mod.ts";
import { type ApplyTools, assertStillDue, Superseded } from "../sync/assert_still_due.ts";
import { retire } from "./retire.ts";
import type { PullWriter } from "./pull_writer.ts";

/**
 * Removes earlier failures and keeps the record of `short`, which has just failed. A removal that fails now
 * happens after the next failure or success.
 */
export async function retireFailed(
  writer: PullWriter,
  at: { readonly plan: Plan; readonly short: ShortSha; readonly tools: ApplyTools },
  signal: AbortSignal,
): Promise<void> {
  const { plan, short, tools } = at;
  const retirements = earlierFailures(writer, { short, tools });
  if (retirements.length === 0) return;
  try {
    await retire(writer, {
      plan,
      retirements,
      assertStillDue: () => assertStillDue(writer, plan, tools),
      remembered: true,
    }, signal);
  } catch (error) {
    writer.lock.lost.throwIfAborted();
    signal.throwIfAborted();
    // The next plan handles the change that superseded this one.
    if (error instanceof Superseded) return;
    if (!(error instanceof AppError) || error.code === "lock_lost") throw error;
    writer.ports.terminal.warn(`The records of earlier failures stay for now (${error.message})`);
  }
}

/**
 * Finds commits that failed, that have nothing on the platform, and that people are not sent to. The head keeps its
 * record if another environment failed: without it, the head would count as a new commit.
 */
function earlierFailures(
  writer: PullWriter,
  { short, tools }: { readonly short: ShortSha; readonly tools: ApplyTools },
): readonly Retirement[] {
  const { labels } = writer;
  const { observation } = writer.observed;
  const views = viewShas({ ...observation, labels });
  const kept = [short, shortSha(observation.target)];
  return [...views.values()].filter((view) =>
    view.state === "failed" && !kept.includes(view.short) && view.deployed === undefined &&
    !labels.active.includes(view.short)
  ).map((view) => retirementOf(view, tools.policy));
}
