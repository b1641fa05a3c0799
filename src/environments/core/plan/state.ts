/**
 * The state of one SHA, decided from labels and platform together.
 *
 *     labels say                              | healthy     | there, not healthy | not there   | marked asleep
 *     nothing                                 | running     | in_progress        | absent      | asleep
 *     building, built, deploying, updating    | in_progress | in_progress        | in_progress | in_progress
 *     running                                 | running     | drifted            | drifted     | drifted
 *     asleep                                  | asleep      | asleep             | drifted     | asleep
 *     failed, or a status we do not know      | failed      | failed             | failed      | failed
 *     stopping                                | stopping    | stopping           | stopping    | stopping
 *
 * An environment that its label calls asleep and that is not stopped is put to sleep by the next run: see
 * `sleep/plan_sleep.ts`. A platform without marks stops an environment and cannot say why: only its label calls it
 * asleep.
 */

import type { PlatformEnvironment } from "../environment/environment.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import type { LabeledEnvironment } from "../labels/mod.ts";
import type { Observation } from "./observation.ts";

/** The state of a SHA. */
export type ShaState = "absent" | "in_progress" | "running" | "asleep" | "drifted" | "failed" | "stopping";

/** One SHA of the pull request: its labels, its environment on the platform, and the state they result in. */
export interface ShaView {
  readonly short: ShortSha;
  readonly labeled: LabeledEnvironment | undefined;
  /** Undefined if the platform does not have it or was not asked. */
  readonly deployed: PlatformEnvironment | undefined;
  readonly state: ShaState;
}

/** The platform's part in the state of a SHA. */
export type PlatformPresence = "healthy" | "unhealthy" | "missing" | "asleep";

const STATE_WITHOUT_LABEL: Readonly<Record<PlatformPresence, ShaState>> = {
  healthy: "running",
  unhealthy: "in_progress",
  missing: "absent",
  asleep: "asleep",
};

/** Decides the state of a SHA by the table above. */
export function decideShaState(
  status: LabeledEnvironment["status"],
  presence: PlatformPresence,
): ShaState {
  switch (status) {
    case undefined:
      return STATE_WITHOUT_LABEL[presence];
    case "building":
    case "built":
    case "deploying":
    case "updating":
      return "in_progress";
    case "running":
      return presence === "healthy" ? "running" : "drifted";
    case "asleep":
      return presence === "missing" ? "drifted" : "asleep";
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
      ? presenceOf("as_labels", labeled?.status)
      : presenceOf(deployed);
    views.set(short, { short, labeled, deployed, state: decideShaState(labeled?.status, presence) });
  }
  return views;
}

/**
 * Returns the presence of an environment. `as_labels`: the platform was not asked, and `status` says what it would
 * have.
 */
export function presenceOf(
  deployed: PlatformEnvironment | "as_labels" | undefined,
  status?: LabeledEnvironment["status"],
): PlatformPresence {
  if (deployed === "as_labels") {
    return status === "running" ? "healthy" : status === "asleep" ? "asleep" : "missing";
  }
  if (deployed === undefined) return "missing";
  if (deployed.sleep?.marked === true) return "asleep";
  return deployed.healthy ? "healthy" : "unhealthy";
}
