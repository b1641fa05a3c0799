import type { CommentEnvironment, CommentFailure, CommentRecord } from "../../core/comment/mod.ts";

/** The failure that a run says; `recorded` if it says nothing about one. */
export type SaidFailure = CommentFailure | "recorded" | undefined;

/**
 * Chooses the failure that the comment shows. One on record counts while its commit is called failed, or runs all the same
 * because its last update failed. Its log is not on record.
 */
export function shownFailure(
  said: SaidFailure,
  { recorded, environments }: {
    readonly recorded: CommentRecord["failure"];
    readonly environments: readonly Pick<CommentEnvironment, "short" | "status">[];
  },
): CommentFailure | undefined {
  if (typeof said === "object") return said;
  const status = environments.find(({ short }) => short === recorded?.sha)?.status;
  const counts = status === "running" || (status === "failed" && said === "recorded");
  return recorded === undefined || !counts ? undefined : { ...recorded, short: recorded.sha, logTail: [] };
}
