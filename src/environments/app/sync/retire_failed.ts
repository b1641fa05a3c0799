/**
 * Removes what is left of commits that failed before the one that has failed now. A pull request takes 100 labels: where
 * nothing ever succeeds, records that stayed would block it for good.
 */

import { AppError } from "../../../lib/errors.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import { type Plan, type Retirement, retirementOf, viewShas } from "../../core/plan/mod.ts";
import { type ApplyTools, assertStillDue, Superseded } from "./assert_still_due.ts";
import { retire } from "./retire.ts";
import type { PullWriter } from "./pull_writer.ts";

/** Leaves the record of `short`, which has just failed. What cannot be removed now goes with the next failure or success. */
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
    // What came meanwhile is seen to by the next plan.
    if (error instanceof Superseded) return;
    if (!(error instanceof AppError) || error.code === "lock_lost") throw error;
    writer.ports.terminal.warn(`The records of earlier failures stay for now (${error.message})`);
  }
}

/** Commits that failed, that the platform has nothing of, and that nobody is sent to. */
function earlierFailures(
  writer: PullWriter,
  { short, tools }: { readonly short: ShortSha; readonly tools: ApplyTools },
): readonly Retirement[] {
  const { labels } = writer;
  const views = viewShas({ ...writer.observed.observation, labels });
  return [...views.values()].filter((view) =>
    view.state === "failed" && view.short !== short && view.deployed === undefined &&
    !labels.active.includes(view.short)
  ).map((view) => retirementOf(view, tools.policy));
}
