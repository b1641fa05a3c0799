import type { CommitStatuses } from "../../../ports/commit_status.ts";
import { type GithubForgeOptions, makeContext } from "../forge.ts";
import { writeStatus } from "./write_status.ts";

/**
 * Makes the statuses of a repository's commits, for a caller that does nothing else there. Throws AppError
 * `bad_repository` (exit code 2).
 */
export function makeGithubCommitStatuses(options: GithubForgeOptions): CommitStatuses {
  const context = makeContext(options);
  return { write: (status, signal) => writeStatus(context, status, signal) };
}
