/** The comments on a pull request in which a plan is reviewed. */

import type { PrNumber } from "../../lib/ids.ts";
import type { PermissionAnswer } from "../../lib/permission.ts";

/** A comment. */
export interface ReviewComment {
  readonly nodeId: string;
  readonly body: string;
  /** Undefined if the account is deleted. A bot's login ends in `[bot]`. */
  readonly author: { readonly login: string; readonly bot: boolean } | undefined;
  /** Whether the owner of the token is the author. */
  readonly own: boolean;
  /** The author's permission; undefined for bots, for own comments and for deleted accounts. */
  readonly permission: PermissionAnswer | undefined;
}

/** Reading and writing comments on pull requests. */
export interface ReviewComments {
  /**
   * Reads the comments whose body begins with `marker`, oldest first. Throws AppError `pull_not_found` if the pull
   * request does not exist.
   */
  read(
    pr: PrNumber,
    marker: string,
    signal: AbortSignal,
  ): Promise<{ readonly pull: string; readonly comments: readonly ReviewComment[] }>;
  /**
   * Rewrites the comment with the node id `comment`, or adds one to the pull request with the node id `pull`. A
   * request in doubt adds no second one: the body begins with `marker`.
   */
  write(
    pr: PrNumber,
    options: {
      readonly pull: string;
      readonly comment: string | undefined;
      readonly marker: string;
      readonly body: string;
    },
    signal: AbortSignal,
  ): Promise<void>;
}
