import type { PrNumber } from "../../lib/ids.ts";

/** Comments on pull requests that are kept in place. */
export interface PullComments {
  /**
   * Writes the comment whose body begins with `marker`: it rewrites the one of a trusted author, or adds one.
   * An equal comment stays as it is. A request in doubt adds no second one. Throws AppError `pull_not_found`.
   */
  upsert(
    pr: PrNumber,
    comment: { readonly marker: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<"created" | "edited" | "unchanged">;
}
