/** Checks, before each change of the platform and after each wait, that the plan is still due. */

import { shortSha } from "../../../lib/ids.ts";
import { type Plan, planPull, type Policy } from "../../core/plan/mod.ts";
import type { Admission } from "../limits/admission.ts";
import { lostError } from "../lock/lock_lease.ts";
import type { PullWriter } from "../record/pull_writer.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** The values and functions that applying a plan uses along with the writer. */
export interface ApplyTools {
  readonly policy: Policy;
  /** Set if the environment was counted: the next run may count as soon as the intent is on record. */
  readonly admission?: Admission | undefined;
  /** Observes the pull request again, under the same lock. */
  readonly look: () => Promise<ObservedPull>;
  /** Called with a sentence about each step that is done. */
  readonly done: (sentence: string) => void;
}

/** Thrown to abandon a plan that is out of date. */
export class Superseded extends Error {
  /** Whether a blocked label was set, which ends the work until the label is removed. */
  readonly blocked: boolean;

  constructor(why: string, { blocked = false }: { readonly blocked?: boolean } = {}) {
    super(why);
    this.blocked = blocked;
  }
}

/**
 * Observes the pull request again. A lost lock ends the run with AppError `lock_lost`. A close, a stop, a
 * newer commit to build or a blocked label throws {@link Superseded}. With `sent`, the platform has been changed
 * already, and a blocked label does not hold up the record of that.
 */
export async function assertStillDue(
  writer: PullWriter,
  plan: Plan,
  { sent = false, ...tools }: ApplyTools & { readonly sent?: boolean },
): Promise<void> {
  const observed = await tools.look();
  writer.see(observed);
  const { observation } = observed;
  if (!writer.ports.githubDryRun && observation.lock.kind !== "mine") throw lostError(plan.pr);
  writer.lock.assertMine();
  if (plan.endsEverything) return;
  const newer = planPull(observation, tools.policy);
  if (newer.endsEverything) {
    throw new Superseded(newer.because[0] ?? "The pull request ended");
  }
  if (newer.reason === "blocked" && !sent) {
    throw new Superseded("the pull request was blocked meanwhile", { blocked: true });
  }
  if (plan.target !== observation.target && newer.build) {
    throw new Superseded(`${shortSha(observation.target)} was pushed meanwhile`);
  }
}
