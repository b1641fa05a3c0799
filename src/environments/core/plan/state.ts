/**
 * The state of one SHA, decided from labels and platform together.
 *
 *     labels say                              | healthy     | there, not healthy | not there
 *     nothing                                 | running     | in_progress        | absent
 *     building, built, deploying, updating    | in_progress | in_progress        | in_progress
 *     running                                 | running     | drifted            | drifted
 *     failed, or a status we do not know      | failed      | failed             | failed
 *     stopping                                | stopping    | stopping           | stopping
 */

import type { PlatformEnvironment } from "../environment/environment.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { LabeledEnvironment } from "../labels/mod.ts";
import type { Observation } from "./observation.ts";

/** The state of a SHA. */
export type ShaState = "absent" | "in_progress" | "running" | "drifted" | "failed" | "stopping";

/** One SHA of the pull request: its labels, its environment on the platform, and the state they result in. */
export interface ShaView {
  readonly short: ShortSha;
  readonly labeled: LabeledEnvironment | undefined;
  /** Undefined if the platform does not have it or was not asked. */
  readonly deployed: PlatformEnvironment | undefined;
  readonly state: ShaState;
}

/** The platform's part in the state of a SHA. */
export type PlatformPresence = "healthy" | "unhealthy" | "missing";

/** Decides the state of a SHA by the table above. */
export function decideShaState(
  status: LabeledEnvironment["status"],
  presence: PlatformPresence,
): ShaState {
  switch (status) {
    case undefined:
      return presence === "healthy" ? "running" : presence === "unhealthy" ? "in_progress" : "absent";
    case "building":
    case "built":
    case "deploying":
    case "updating":
      return "in_progress";
    case "running":
      return presence === "healthy" ? "running" : "drifted";
    case "failed":
    case "unknown":
      return "failed";
    case "stopping":
      return "stopping";
  }
}

/** Returns all SHAs of the pull request that labels or platform know, by short SHA. */
export function viewShas(observation: Observation): ReadonlyMap<ShortSha, ShaView> {
  const { labels } = observation;
  // Without Showtime's tag it is not an environment: nothing is decided about it, and it is never removed.
  const platform = observation.platform === "as_labels"
    ? "as_labels"
    : observation.platform.filter((each) => each.managed && !each.legacy);
  const views = new Map<ShortSha, ShaView>();
  const shorts = new Set<ShortSha>(labels.environments.keys());
  if (platform !== "as_labels") {
    for (const each of platform) if (each.short !== undefined) shorts.add(each.short);
  }
  for (const short of shorts) {
    const labeled = labels.environments.get(short);
    const deployed = platform === "as_labels" ? undefined : platform.find((each) => each.short === short);
    const presence = platform === "as_labels"
      ? (labeled?.status === "running" ? "healthy" : "missing")
      : deployed === undefined
      ? "missing"
      : deployed.healthy
      ? "healthy"
      : "unhealthy";
    views.set(short, { short, labeled, deployed, state: decideShaState(labeled?.status, presence) });
  }
  return views;
}
