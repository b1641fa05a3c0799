/** The server, as workers and the commands about builds see it. */

import type { BuildEvent } from "../core/build_event.ts";
import type { WorkerOutcome } from "../core/builds/build.ts";
import type { Job } from "../core/builds/job.ts";

/** A build that this worker may run. */
export interface ClaimedJob {
  readonly build: string;
  readonly attempt: number;
  readonly leaseMs: number;
  readonly job: Job;
}

/** The answer to a write of a worker. `stale` means that another attempt runs, or that the build has ended. */
export type WriteAnswer = "kept" | "cancel" | "stale";

/** The end of an attempt. */
export interface AttemptEnd {
  readonly build: string;
  readonly attempt: number;
  /** `released` gives the build back. */
  readonly outcome: WorkerOutcome | "released";
  readonly reason: string | undefined;
  readonly exitCode: number | undefined;
}

/** The calls of a worker. Each throws AppError: `server_unreachable` or `server_failed` (retryable), `server_refused`. */
export interface BuildServer {
  /** Waits for a build; undefined if none came for a while. */
  claim(
    request: { readonly worker: string; readonly tags: readonly string[] },
    signal: AbortSignal,
  ): Promise<ClaimedJob | undefined>;
  /** Renews the lease, and waits a while for a cancellation. */
  heartbeat(
    attempt: { readonly build: string; readonly attempt: number },
    signal: AbortSignal,
  ): Promise<WriteAnswer>;
  /** Sends events; they are stored when the call returns. */
  events(
    sent: {
      readonly build: string;
      readonly attempt: number;
      readonly sha: string | undefined;
      /** The number of events of the attempt before these, so that events that arrive twice are kept once. */
      readonly from: number;
      readonly events: readonly BuildEvent[];
    },
    signal: AbortSignal,
  ): Promise<WriteAnswer>;
  /** Ends the attempt. */
  finish(end: AttemptEnd, signal: AbortSignal): Promise<WriteAnswer>;
}
