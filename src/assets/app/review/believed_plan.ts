/** Finds the comment of a plan whose author is believed. */

import { isBelievedAuthor } from "../../../lib/permission.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { planMarker } from "../../core/review/plan_comment.ts";
import type { ReviewComment, ReviewComments } from "../../ports/review_comment.ts";

/** The pull request in which plans are reviewed. */
export interface Review {
  readonly comments: ReviewComments;
  readonly pr: PrNumber;
  /** The bots that are believed besides the one of GitHub Actions. */
  readonly trustedBots: readonly string[];
}

/**
 * Returns the pull request and the oldest comment about the instance whose author is believed: the token's owner, a
 * trusted bot, or a person who may write to the repository. The environments' comment is believed by the same rule.
 */
export async function findBelievedPlan(
  { comments, pr, trustedBots }: Review,
  instance: string,
  signal: AbortSignal,
): Promise<{ readonly pull: string; readonly comment: ReviewComment | undefined }> {
  const read = await comments.read(pr, planMarker(instance), signal);
  return { pull: read.pull, comment: read.comments.find((each) => isBelievedAuthor(each, trustedBots)) };
}
