/** Lists the branches and tags of a repository, without its commits. */
export interface RemoteRefs {
  /** Returns the hash of each branch and tag by its whole name, as `refs/heads/main`. Throws AppError `remote_unreadable`. */
  list(repository: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}
