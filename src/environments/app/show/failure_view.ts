/** The reasons why environments of a pull request failed, as its comment and its timeline give them. */

import { parseLabel } from "../../core/labels/mod.ts";
import type { ShortSha } from "../../../lib/ids.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { formatTime } from "./environment_view.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";

/** A failure as `status` shows it; the JSON form has the same keys. */
export interface FailureView {
  readonly short_sha: ShortSha;
  /** The stable code; null if only the label records the failure. */
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  /** RFC 3339, UTC. */
  readonly at: string | null;
}

/**
 * Lists one failure for each environment whose label is `failed`, and for each that runs although its last
 * update failed.
 */
export function viewFailures({ observation, record, snapshot }: ObservedPull): readonly FailureView[] {
  const failed = [...observation.labels.environments.values()].filter(({ sha, status }) =>
    status === "failed" || status === "unknown" || (status === "running" && record.failure?.sha === sha)
  );
  return failed.map(({ sha }) => {
    const told = record.failure?.sha === sha ? record.failure : undefined;
    return {
      short_sha: sha,
      code: told?.reason ?? null,
      message: told === undefined ? null : stripControls(told.message),
      hint: told?.hint === undefined ? null : stripControls(told.hint),
      at: formatTime(told?.at ?? labeledAt(snapshot.timeline, sha)),
    };
  });
}

function labeledAt(timeline: ObservedPull["snapshot"]["timeline"], sha: ShortSha): number | undefined {
  const event = timeline.findLast((each) => {
    if (each.kind !== "labeled") return false;
    const label = parseLabel(each.name);
    return label.kind === "status" && label.sha === sha && label.status === "failed";
  });
  return event?.kind === "labeled" ? event.at : undefined;
}
