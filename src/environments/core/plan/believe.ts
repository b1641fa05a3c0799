/** Which labels of ours on a pull request are believed: anybody with the role `triage` can put on what looks like ours. */

import { isShaCarrying, type NamedLabel, type OwnLabel, ttlMs, withoutLabels } from "../labels/mod.ts";
import type { Observation, Policy } from "./observation.ts";
import { mayCauseBuild } from "../../../lib/permission.ts";

/** Labels on the pull request that decide nothing. */
export interface DoubtedLabels {
  /** Written in Showtime's place by somebody who is known not to be one who may: to be taken off. */
  readonly forged: readonly NamedLabel[];
  /** Written in Showtime's place by somebody of whom GitHub does not tell whether they may: they stay. */
  readonly uncertain: readonly NamedLabel[];
  /** Times-to-live of the pull request beyond every limit, by somebody who is not known to be one who may: they stay. */
  readonly overlong: readonly NamedLabel[];
}

/** What believing depends on besides the observation. */
export type Limits = Pick<Policy, "maxAgeMs">;

/** Whether Showtime writes labels of this kind, and people do not. */
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
 * Judges each label by who set it: the token's owner and bots are believed, and whoever may cause builds. Where the
 * timeline has no event of a label at all, it is believed as far as it says no more than the platform.
 */
export function judgeLabels(observation: Observation, limits: Limits): LabelJudgement {
  const doubts = doubtsOf(observation, limits);
  const doubted = [...doubts.forged, ...doubts.uncertain, ...doubts.overlong].map(({ name }) => name);
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
  return { forged, uncertain, overlong };
}

function creditOf(observation: Observation, name: string): "good" | "bad" | "unknown" {
  const origin = observation.origins.get(name);
  if (origin === undefined || origin.own || origin.bot) return "good";
  // Of an account that is gone nobody can tell any more that it may.
  if (origin.login === undefined) return "bad";
  const answer = observation.people.get(origin.login);
  if (mayCauseBuild(answer)) return "good";
  return answer?.kind === "known" || answer?.kind === "not_found" ? "bad" : "unknown";
}
