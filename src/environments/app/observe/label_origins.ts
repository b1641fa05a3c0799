/** Finds who set the 🎪 labels on a pull request, and which commit the triggers among them approve. */

import type { FullSha } from "../../../lib/ids.ts";
import { parseLabel, sameLabelName } from "../../core/labels/mod.ts";
import {
  type ApprovalDoubt,
  type HeadSighting,
  isTrustedBot,
  judgeApproval,
  type LabelMoment,
  type LabelOrigin,
  type RunEvent,
} from "../../core/plan/mod.ts";
import type { PullSnapshot, TimelineEvent } from "../../ports/forge.ts";

/** The facts beside the snapshot that the origins of labels depend on. */
export interface OriginContext {
  readonly target: FullSha;
  readonly event: RunEvent | undefined;
  readonly trustedBots: readonly string[] | undefined;
  /** Commits that were seen at the head, each with a time. */
  readonly sightings: readonly HeadSighting[];
  /** Whether the workflow runs of the target could not be read. */
  readonly unreadable?: boolean;
}

/** Finds who set each 🎪 label on the pull request, when, and whether it approves the target. */
export function originsOf(
  snapshot: PullSnapshot,
  context: OriginContext,
): ReadonlyMap<string, LabelOrigin> {
  const origins = new Map<string, LabelOrigin>();
  for (const name of snapshot.labels) {
    if (!name.trimStart().startsWith("🎪")) continue;
    // The newest event of setting the label counts even if a later event removes it: the label is on the pull
    // request.
    const index = snapshot.timeline.findLastIndex((event) =>
      event.kind === "labeled" && sameLabelName(event.name, name)
    );
    const event = snapshot.timeline[index];
    if (event?.kind !== "labeled") continue;
    const login = event.actor?.login;
    const bot = event.actor?.bot === true;
    const origin = {
      login,
      bot,
      own: login !== undefined &&
        (login === snapshot.viewer?.login || isTrustedBot(login, context.trustedBots)),
      at: event.at,
    };
    const isTrigger = parseLabel(name).kind === "trigger";
    const approval = isTrigger
      ? judgeApproval(
        context.target,
        momentOf(snapshot, { index, name, at: event.at, target: context.target }),
        context,
      )
      : "unseen";
    origins.set(name, {
      ...origin,
      approves: approval === "approved" ? context.target : undefined,
      ...(isTrigger && approval !== "approved" ? { doubt: doubtOf(approval, context) } : {}),
    });
  }
  return origins;
}

function doubtOf(approval: "moved" | "unseen", { unreadable }: OriginContext): ApprovalDoubt {
  return approval === "unseen" && unreadable === true ? "unreadable" : approval;
}

/** Reads from the timeline what happened around the event at `index`. */
function momentOf(
  { timeline, headSha }: PullSnapshot,
  label: { readonly index: number; readonly name: string; readonly at: number; readonly target: FullSha },
): LabelMoment {
  const { index, name, at, target } = label;
  const since = timeline.slice(index + 1);
  return {
    name,
    at,
    movedSince: since.some((event) =>
      (event.kind === "commit" && event.sha === target) ||
      // The head is not what it was before a force-push, even if the hash is the same again.
      (event.kind === "force_push" && (target === headSha || event.sha === undefined || event.sha === target))
    ),
    forced: timeline.slice(0, index).findLast(isForcePush),
  };
}

function isForcePush(event: TimelineEvent): event is TimelineEvent & { readonly kind: "force_push" } {
  return event.kind === "force_push";
}
