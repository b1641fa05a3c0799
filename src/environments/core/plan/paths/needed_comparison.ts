import type { FullSha } from "../../../../lib/ids.ts";
import { fullShaOf } from "../active/plan_active.ts";
import { planPull } from "../decide.ts";
import type { Observation, Policy } from "../observation.ts";
import { survey } from "../situation.ts";
import type { Comparison } from "./comparison.ts";
import { comparedView } from "./unchanged.ts";

/**
 * Finds the commits whose comparison the decision depends on: a new commit would be built, and `build.paths` is set.
 * Undefined if the decision does not depend on one.
 */
export function neededComparison(
  observation: Observation,
  policy: Policy,
): Pick<Comparison, "base" | "head"> | undefined {
  const { target, headSha } = observation;
  if (policy.buildPaths === undefined || policy.givenImage !== undefined || target !== headSha) {
    return undefined;
  }
  if (planPull(observation, policy).reason !== "new_commit") return undefined;
  const view = comparedView(survey(observation, policy));
  const base: FullSha | undefined = view === undefined ? undefined : fullShaOf(observation, view);
  return base === undefined ? undefined : { base, head: target };
}
