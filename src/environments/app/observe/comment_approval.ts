import { type Approval, judgeApproval, type LabelMoment, type Request } from "../../core/plan/mod.ts";
import type { FullSha } from "../../../lib/ids.ts";
import type { PullSnapshot, TimelineEvent } from "../../ports/forge.ts";
import type { OriginContext } from "./label_origins.ts";

/**
 * Judges which commit the comment of a request approves, as a label is judged. A comment is in no timeline, so only what
 * GitHub dates counts: a commit must be known as the head before the comment, and no force-push may lie between.
 */
export function approveRequest(
  request: Request | undefined,
  { snapshot, context }: { readonly snapshot: PullSnapshot; readonly context: OriginContext },
): Request | undefined {
  if (request?.comment === undefined) return request;
  const { at } = request.comment;
  const { target, sightings, unreadable } = context;
  const moment = momentOf(snapshot, { at, target });
  const approval: Approval = judgeApproval(target, moment, { event: undefined, sightings });
  if (approval === "approved") return { ...request, comment: { at, approves: target } };
  const doubt = approval === "unseen" && unreadable === true ? "unreadable" : approval;
  return { ...request, comment: { at, doubt } };
}

/** A force-push in the very second of the comment counts as later: people cannot have seen its commit. */
function momentOf(
  { timeline, headSha }: PullSnapshot,
  { at, target }: { readonly at: number; readonly target: FullSha },
): LabelMoment {
  const forces = timeline.filter(isForcePush);
  return {
    name: "",
    at,
    movedSince: forces.some((event) =>
      event.at >= at && (target === headSha || event.sha === undefined || event.sha === target)
    ),
    forced: forces.findLast((event) => event.at < at),
  };
}

function isForcePush(event: TimelineEvent): event is TimelineEvent & { readonly kind: "force_push" } {
  return event.kind === "force_push";
}
