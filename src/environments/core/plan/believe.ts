/** Which labels of ours on a pull request are believed: anybody with the role `triage` can put on what looks like ours. */

import { isShaCarrying, type LabelState, type OwnLabel, readLabels, ttlMs } from "../labels/mod.ts";
import type { Observation, Policy } from "./observation.ts";
import { mayCauseBuild } from "../../../lib/permission.ts";

/** Names of labels on the pull request that decide nothing. */
export interface Disbelief {
  /** Written in Showtime's place by somebody who is known not to be one who may: to be taken off. */
  readonly forged: readonly string[];
  /** Written in Showtime's place by somebody of whom GitHub does not tell whether they may: they stay. */
  readonly uncertain: readonly string[];
  /** Times-to-live of the pull request beyond every limit, by somebody who is not known to be one who may: they stay. */
  readonly overlong: readonly string[];
}

/** What believing depends on besides the observation. */
export type Limits = Pick<Policy, "maxAgeMs">;

/** Whether Showtime writes labels of this kind, and people do not. */
export function isWrittenByUs(label: OwnLabel): boolean {
  return isShaCarrying(label) !== undefined;
}

/** What all labels say, which of them are doubted, and what is seen without those. */
export interface Judgement {
  /** What all labels say, whoever set them. */
  readonly told: LabelState;
  readonly doubts: Disbelief;
  /** The observation with the labels that are believed, and with all names still. */
  readonly believed: Observation;
}

/**
 * Judges each label by who set it: the token's owner and bots are believed, and whoever may cause builds. Where the
 * timeline has no event of a label at all, it is believed as far as it says no more than the platform.
 */
export function judge(observation: Observation, limits: Limits): Judgement {
  const told = readLabels(observation.labelNames);
  const doubts = doubtsOf(observation, { told, limits });
  const doubted = new Set([...doubts.forged, ...doubts.uncertain, ...doubts.overlong]);
  const labels = doubted.size === 0
    ? told
    : readLabels(observation.labelNames.filter((name) => !doubted.has(name)));
  return { told, doubts, believed: { ...observation, labels } };
}

function doubtsOf(
  observation: Observation,
  { told, limits }: { readonly told: LabelState; readonly limits: Limits },
): Disbelief {
  const forged: string[] = [];
  const uncertain: string[] = [];
  const overlong: string[] = [];
  for (const { name, label } of told.ours) {
    const credit = creditOf(observation, name);
    if (credit === "good") continue;
    if (isWrittenByUs(label)) (credit === "bad" ? forged : uncertain).push(name);
    if (label.kind === "pr_ttl") {
      const length = ttlMs(label.ttl);
      if (length === undefined || (limits.maxAgeMs !== undefined && length > limits.maxAgeMs)) {
        overlong.push(name);
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
