import type { FullSha } from "../lib/ids.ts";
import type { RemoteAnswer } from "../lib/git/git_remote.ts";

/** The checked-out commit and branch of a clone. */
export interface ClonedHead {
  readonly sha: FullSha;
  /** Undefined if no branch is checked out. */
  readonly branch: string | undefined;
}

/** Where a branch is pushed to. */
export interface PushedBranch {
  /** The name of the branch there. */
  readonly branch: string;
  /** The address of the remote; undefined if the branch has no remote. */
  readonly url: string | undefined;
  /** The number of the pull request whose head the branch follows, as a checkout of a pull request sets it. */
  readonly pull: number | undefined;
}

/** The Git clone in the working folder. Nothing here changes it. */
export interface Clone {
  /** Finds the remote: origin, else the only one. */
  remote(signal: AbortSignal): Promise<RemoteAnswer>;
  /** Reads the checked-out commit; undefined if there is no clone or no commit yet. */
  head(signal: AbortSignal): Promise<ClonedHead | undefined>;
  /** Finds where the checked-out branch is pushed to; undefined if no branch is checked out. */
  pushed(signal: AbortSignal): Promise<PushedBranch | undefined>;
  /** Reads the default branch that the clone noted for origin; undefined if it noted none. */
  notedDefaultBranch(signal: AbortSignal): Promise<string | undefined>;
}
