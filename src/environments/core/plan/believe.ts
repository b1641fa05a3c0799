/**
 * The judgement of which labels on a pull request are believed. It is needed because anybody with the role
 * `triage` can add a label that looks like one of Showtime's.
 */

import {
  DRY_RUN_ADDRESS,
  isShaCarrying,
  type NamedLabel,
  type OwnLabel,
  ttlMs,
  withoutLabels,
} from "../labels/mod.ts";
import type { Observation, Policy } from "./observation.ts";
import { mayCauseBuild } from "../../../lib/permission.ts";

/** Labels on the pull request that are not believed. */
export interface DoubtedLabels {
  /**
   * Labels of a kind that only Showtime writes, set by an account that may not cause builds: they are
   * removed.
   */
  readonly forged: readonly NamedLabel[];
  /** Such labels set by an account whose permission GitHub does not report: they stay. */
  readonly uncertain: readonly NamedLabel[];
  /**
   * Times-to-live of the pull request without an end or above the cap, set by an account not known to be
   * allowed that: they stay.
   */
  readonly overlong: readonly NamedLabel[];
  /** Labels of environments that a dry run pretended, beside a real platform: they are removed. */
  readonly pretended: readonly NamedLabel[];
}

/** The settings that the judgement depends on. */
export type Limits = Pick<Policy, "maxAgeMs">;

/** Whether only Showtime writes labels of this kind. */
export function isWrittenByUs(label: OwnLabel): boolean {
  return isShaCarrying(label) !== undefined;
}

/** The labels that are doubted, and the observation without them. */
export interface LabelJudgement {
  readonly doubts: DoubtedLabels;
  /** The observation whose `labels` are those that are believed. */
  readonly believed: Observation;
}

/**
 * Judges each label by who set it: the accounts that Showtime writes as, and accounts that may cause builds are
 * believed. A label without an event in the timeline is believed too, as far as it says no more than the
 * platform.
 */
export function judgeLabels(observation: Observation, limits: Limits): LabelJudgement {
  const doubts = doubtsOf(observation, limits);
  const { forged, uncertain, overlong, pretended } = doubts;
  const doubted = [...forged, ...uncertain, ...overlong, ...pretended].map(({ name }) => name);
  return { doubts, believed: { ...observation, labels: withoutLabels(observation.allLabels, doubted) } };
}

function doubtsOf(observation: Observation, limits: Limits): DoubtedLabels {
  const forged: NamedLabel[] = [];
  const uncertain: NamedLabel[] = [];
  const overlong: NamedLabel[] = [];
  for (const each of observation.allLabels.ours) {
    const { name, label } = each;
    const credit = creditOf(observation, name);
    if (credit === "good") continue;
    if (isWrittenByUs(label)) (credit === "bad" ? forged : uncertain).push(each);
    if (label.kind === "pr_ttl") {
      const length = ttlMs(label.ttl);
      if (length === undefined || (limits.maxAgeMs !== undefined && length > limits.maxAgeMs)) {
        overlong.push(each);
      }
    }
  }
  return { forged, uncertain, overlong, pretended: pretendedLabels(observation) };
}

/** Finds the labels of environments with the address of a dry run. A platform that was asked does not have them. */
function pretendedLabels({ platform, allLabels }: Observation): readonly NamedLabel[] {
  if (platform === "as_labels") return [];
  return [...allLabels.environments.values()].flatMap(({ sha, address, labels }) =>
    address === DRY_RUN_ADDRESS && !platform.some(({ short }) => short === sha) ? labels : []
  );
}

function creditOf(observation: Observation, name: string): "good" | "bad" | "unknown" {
  const origin = observation.origins.get(name);
  if (origin === undefined || origin.own) return "good";
  // The permission of a deleted account cannot be asked for any more.
  if (origin.login === undefined || origin.bot) return "bad";
  const answer = observation.people.get(origin.login);
  if (mayCauseBuild(answer)) return "good";
  return answer?.kind === "known" || answer?.kind === "not_found" ? "bad" : "unknown";
}
