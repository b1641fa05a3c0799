/** The status of a commit, as checks on pull requests show it. */

/** A status to write. A newer one of the same context replaces it. */
export interface CommitStatus {
  /** The whole hash. */
  readonly sha: string;
  /** Names what is checked: `showtime/web`. */
  readonly context: string;
  readonly state: "pending" | "success" | "failure" | "error";
  /** At most 140 characters are shown. */
  readonly description: string;
  /** The page with more; undefined without one. */
  readonly url: string | undefined;
}

/** Writes statuses of commits of one repository. */
export interface CommitStatuses {
  /**
   * Writes a status. Writing it twice is as good as once. Throws AppError, `status_refused` if the token lacks the
   * permission or the repository has no such commit.
   */
  write(status: CommitStatus, signal: AbortSignal): Promise<void>;
}
