/** Compares a plan with the one that a pull request's comment promised. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { readPlanComment } from "../../core/review/plan_comment.ts";
import {
  type CurrentPlan,
  type MovedAsset,
  movedSince,
  type PlanRecord,
} from "../../core/review/plan_record.ts";
import { findBelievedPlan, type Review } from "./believed_plan.ts";

/** The number of moved assets that a message names. */
const MOST_NAMED = 10;

/** Reads the plan of the believed comment. Throws AppError `plan_missing` (exit code 3) without one. */
export async function readExpectedPlan(
  review: Review,
  instance: string,
  signal: AbortSignal,
): Promise<PlanRecord> {
  const { comment } = await findBelievedPlan(review, instance, signal);
  const record = comment === undefined ? undefined : readPlanComment(comment.body);
  if (record !== undefined) return record;
  throw new AppError(
    "plan_missing",
    `Reading the plan for ${instance} in pull request #${review.pr}: ${
      comment === undefined
        ? "no comment with a plan has an author who is believed"
        : "its comment has no digest"
    }`,
    { exitCode: EXIT.refused, hint: `\`showtime assets plan ${instance} --pr ${review.pr}\` writes one` },
  );
}

/** Throws AppError `digest_differs` (exit code 3) with what moved if the plan is not the expected one. */
export function assertExpectedPlan(
  expected: PlanRecord,
  current: CurrentPlan,
  { instance, pr }: { readonly instance: string; readonly pr: number },
): void {
  if (expected.digest === current.digest) return;
  throw new AppError(
    "digest_differs",
    `Pushing to ${instance}: the plan in pull request #${pr} is not this one any more: ${
      nameMoved(movedSince(expected, current))
    }`,
    {
      exitCode: EXIT.refused,
      hint: `\`showtime assets plan ${instance} --pr ${pr}\` shows the new plan; review it and push again`,
    },
  );
}

function nameMoved(moved: readonly MovedAsset[]): string {
  if (moved.length === 0) return "an asset moved that the comment does not list";
  const named = moved.slice(0, MOST_NAMED).map(({ uuid, kind, name, what }) =>
    kind === undefined || name === undefined
      ? `${uuid} (${what})`
      : `${kind} "${stripControls(name)}" (${what})`
  );
  const more = moved.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
