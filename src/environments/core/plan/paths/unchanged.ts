/** Finds the environment that serves a newer commit too, because no file that goes into the image differs. */

import { type ShortSha, shortSha } from "../../../../lib/ids.ts";
import { decideActive } from "../active/decide_active.ts";
import type { Observation, Policy } from "../observation.ts";
import type { ShaView } from "../state.ts";
import { touchedPath } from "./comparison.ts";

/** The part of a situation that the judgement looks at. */
export interface ServingFacts {
  readonly observation: Observation;
  readonly policy: Pick<Policy, "buildPaths" | "givenImage">;
  readonly views: ReadonlyMap<ShortSha, ShaView>;
  readonly target: ShortSha;
}

/** Finds the environment that a new commit is compared with: the one that people are sent to, if it runs. */
export function comparedView({ observation, views, target }: ServingFacts): ShaView | undefined {
  const short = decideActive(observation, { views, target });
  const view = short === undefined || short === target ? undefined : views.get(short);
  return view?.state === "running" ? view : undefined;
}

/** Finds the environment that serves the target too, by the comparison with the commit that is deployed. */
export function findUnchanged(facts: ServingFacts): ShaView | undefined {
  const { observation: { comparison, target }, policy: { buildPaths } } = facts;
  if (!applies(facts) || buildPaths === undefined || comparison?.paths === undefined) return undefined;
  const view = comparedView(facts);
  if (view?.short !== shortSha(comparison.base) || comparison.head !== target) return undefined;
  return touchedPath(comparison, buildPaths) === undefined ? view : undefined;
}

/**
 * Finds the environment of which a label says that it serves the target too. One that the platform lost counts, as long
 * as its image is there: it is restored.
 */
export function findRecorded(facts: ServingFacts): ShaView | undefined {
  const { observation, views, target } = facts;
  if (!applies(facts)) return undefined;
  const view = [...views.values()].find(({ labeled }) => labeled?.serves?.includes(target) === true);
  if (view === undefined || view.short !== decideActive(observation, { views, target })) return undefined;
  if (view.state === "running") return view;
  const returns = view.state === "drifted" || view.state === "in_progress";
  return returns && observation.activeImageExists !== false ? view : undefined;
}

/** Only the head can be served by the environment of another commit, and an image that a person names is deployed. */
function applies({ observation, policy, views, target }: ServingFacts): boolean {
  return policy.buildPaths !== undefined && policy.givenImage === undefined &&
    observation.target === observation.headSha && (views.get(target)?.state ?? "absent") === "absent";
}
