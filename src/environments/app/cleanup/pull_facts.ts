/** Gathers what the decisions about a pull request's environments go by, from listings or from a look under the lock. */

import type { CleanupFacts, CleanupPull } from "../../core/cleanup/mod.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { RepositoryIdentity } from "../../core/environment/ownership.ts";
import type { LabelState } from "../../core/labels/mod.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** The listings that a cleanup has read. */
export interface PullListings {
  readonly identity: RepositoryIdentity;
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull>;
}

/** Returns the facts about each listed pull request, by number. */
export function factsOfPulls(
  { forge, settings }: { readonly forge: { now(): number }; readonly settings: CleanupFacts["settings"] },
  { identity, platform, pulls }: PullListings,
): readonly CleanupFacts[] {
  const now = forge.now();
  const deployed = platform === "as_labels" ? undefined : Map.groupBy(platform, ({ pr }) => pr);
  return [...pulls].sort(([a], [b]) => a - b).map(([pr, pull]) => ({
    ...identity,
    now,
    pr,
    pull,
    platform: deployed === undefined ? "as_labels" : deployed.get(pr) ?? [],
    settings,
  }));
}

/** Returns the facts about an observed pull request, with the labels that are to count. */
export function factsOfObserved(
  { settings }: { readonly settings: CleanupFacts["settings"] },
  { observation, identity }: ObservedPull,
  { labels = observation.labels, now = observation.now }: {
    readonly labels?: LabelState;
    /** GitHub's time, milliseconds since 1970; that of the observation by default. */
    readonly now?: number;
  } = {},
): CleanupFacts {
  const { pr, open, headSha, platform } = observation;
  return { ...identity, now, pr, pull: { open, headSha, labels }, platform, settings };
}
