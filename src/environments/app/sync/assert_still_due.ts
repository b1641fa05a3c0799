/** The look before each change of the platform and after each wait. */

import { shortSha } from "../../../lib/ids.ts";
import { type Plan, planPull, type Policy } from "../../core/plan/mod.ts";
import { lostError } from "../lock/held_lock.ts";
import type { PullWriter } from "./pull_writer.ts";
import type { ObservedPull } from "./observe_pull.ts";

/** What applying needs besides the writer. */
export interface ApplyTools {
  readonly policy: Policy;
  /** Looks again, under the same lock. */
  readonly look: () => Promise<ObservedPull>;
  /** Told what was done, as a sentence. */
  readonly done: (sentence: string) => void;
}

/** Thrown to leave a plan that is out of date. */
export class Superseded extends Error {}

/**
 * Looks again before a change of the platform and after a wait: a lost lock stops everything; a close, a stop or a
 * newer commit that is to be built makes this plan out of date.
 */
export async function assertStillDue(writer: PullWriter, plan: Plan, tools: ApplyTools): Promise<void> {
  const observed = await tools.look();
  writer.see(observed);
  const { observation } = observed;
  if (!writer.ports.githubDryRun && observation.lock.kind !== "mine") throw lostError(plan.pr);
  if (plan.endsEverything) return;
  const newer = planPull(observation, tools.policy);
  if (newer.endsEverything) {
    throw new Superseded(newer.because[0] ?? "The pull request ended");
  }
  if (plan.target !== observation.target && newer.build) {
    throw new Superseded(`${shortSha(observation.target)} was pushed meanwhile`);
  }
}
