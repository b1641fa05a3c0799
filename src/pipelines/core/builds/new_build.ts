import type { BuildCause } from "./build.ts";
import type { JobSpec } from "./job.ts";

/** A build to queue. */
export interface NewBuild {
  readonly job: JobSpec;
  readonly traceId: string;
  readonly cause: BuildCause;
  /** The tags that a worker needs. */
  readonly workerTags: readonly string[];
  /** The limit of builds of one group that run at once; undefined for no limit. */
  readonly concurrency:
    | { readonly group: string; readonly limit: number; readonly cancelInProgress: boolean }
    | undefined;
  /** How often the build runs again after a worker went away, and after it failed. */
  readonly retries: { readonly lost: number; readonly failed: number };
}
