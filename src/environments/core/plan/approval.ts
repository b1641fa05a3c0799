/**
 * The judgement which commit a trigger label approves. A commit counts only if something that GitHub dates
 * shows that it was the head before the label was set. The dates in commits prove nothing, because the person
 * who pushes chooses them.
 */

import type { FullSha } from "../../../lib/ids.ts";
import { sameLabelName } from "../labels/mod.ts";
import type { RunEvent } from "./observation.ts";

/** A commit that was seen at the head of the pull request. `at`: milliseconds since 1970. */
export interface HeadSighting {
  readonly sha: FullSha;
  readonly at: number;
}

/** The facts of the timeline about the moment in which a label was set. */
export interface LabelMoment {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the timeline shows that the target became the head after the label was set. */
  readonly movedSince: boolean;
  /**
   * The newest force-push before the label; undefined if the timeline has none. `sha` is undefined if GitHub
   * no longer has the commit.
   */
  readonly forced: { readonly sha: FullSha | undefined; readonly at: number } | undefined;
}

/**
 * The result of the judgement. `moved`: the target became the head after the label was set. `unseen`: nothing
 * shows that it was the head before.
 */
export type Approval = "approved" | "moved" | "unseen";

/** How much later than in its payload an event may appear in the timeline, in milliseconds. */
const SLACK_MS = 5_000;

/** Judges whether a label approves the target. `sightings` may hold other commits too. */
export function judgeApproval(
  target: FullSha,
  moment: LabelMoment,
  evidence: { readonly event: RunEvent | undefined; readonly sightings: readonly HeadSighting[] },
): Approval {
  const { at, movedSince, forced } = moment;
  if (movedSince) return "moved";
  const payload = payloadHead(evidence.event, moment);
  if (payload !== undefined) return payload === target ? "approved" : "moved";
  if (forced?.sha === target) return "approved";
  const seen = evidence.sightings.some((each) =>
    each.sha === target && each.at <= at && (forced === undefined || each.at > forced.at)
  );
  return seen ? "approved" : "unseen";
}

/**
 * Returns the head commit in the payload of the label's own event; undefined if the run has another event. A
 * late job's event may be about a label that was removed and set again since: it says nothing about the new
 * one. `at` is undefined if the timeline has no event of the label.
 */
export function payloadHead(
  event: RunEvent | undefined,
  { name, at }: { readonly name: string; readonly at: number | undefined },
): FullSha | undefined {
  if (event?.action !== "labeled" || event.label === undefined || !sameLabelName(event.label, name)) {
    return undefined;
  }
  const outdated = at !== undefined && event.at !== undefined && at > event.at + SLACK_MS;
  return outdated ? undefined : event.headSha;
}
