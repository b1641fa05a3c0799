/** Describes what a stop or a close leaves on the platform, because it belongs to another repository. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { describeOwner } from "../../core/environment/ownership.ts";
import type { Plan } from "../../core/plan/mod.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** Whether a plan removes something from the platform. */
function removesSomething(plan: Plan): boolean {
  return plan.steps.some((step) => step.kind === "retire" && step.retirement.deployed !== undefined);
}

/**
 * Lists sentences about everything of the pull request's number that stays: removals that were refused or, if
 * the plan removes nothing from the platform, all that is there.
 */
export function leftBehind(
  plan: Plan,
  { observed, refusals }: { readonly observed: ObservedPull; readonly refusals: readonly string[] },
): readonly string[] {
  if (refusals.length > 0 || removesSomething(plan)) return refusals;
  const { identity, elsewhere, observation } = observed;
  const { platform } = observation;
  const untagged = platform === "as_labels" ? [] : platform.filter((each) => !each.managed && !each.legacy);
  return [
    ...elsewhere.map((each) => `${each.service} stays: it belongs to ${describeOwner(each, identity)}`),
    ...untagged.map((each) => `${each.service} stays: it was not made by Showtime`),
  ];
}

/** Makes the error of a stop or close of which a part was refused; undefined without a refusal. */
export function refusedError(plan: Plan, refusals: readonly string[]): AppError | undefined {
  const [first] = refusals;
  if (first === undefined || !plan.endsEverything) return undefined;
  return new AppError("not_ours", `Removing everything of pull request #${plan.pr}: ${first}`, {
    exitCode: EXIT.refused,
    hint: "Everything of this repository is removed. If the rest may go too, remove it yourself",
  });
}
