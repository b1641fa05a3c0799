import type { JobChanges } from "../core/builds/job.ts";

/** A commit to check out. */
export interface CheckoutRequest {
  /** An address that Git clones. */
  readonly repository: string;
  /** A branch, a tag, a commit, or `refs/pull/<n>/head`. */
  readonly ref: string;
  /** The exact commit; undefined for the newest one of `ref`. */
  readonly sha: string | undefined;
  /** A name that no other checkout at this time has: the pipeline and the slot for `reuse`, else the build. */
  readonly name: string;
  /** Whether the folder of the last checkout with this name is used again. */
  readonly reuse: boolean;
  readonly submodules: boolean;
  readonly changes: JobChanges;
}

/** A commit that is checked out. */
export interface Checkout {
  /** The absolute path of its folder. */
  readonly folder: string;
  /** The whole hash. */
  readonly sha: string;
  /** The changed paths; undefined if everything counts as changed. */
  readonly changeset: readonly string[] | undefined;
  /** Why everything counts as changed, if changes were asked for. */
  readonly warning: string | undefined;
  /** Removes the folder, unless it is used again. It never throws. */
  release(): Promise<void>;
}

/** Checks out commits, each in a folder of its own. */
export interface Checkouts {
  /**
   * Checks out a commit, detached. Throws AppError `checkout_failed` (retryable if the repository did not answer) or
   * `revision_unknown`.
   */
  checkout(request: CheckoutRequest, signal: AbortSignal): Promise<Checkout>;
}
