import type { Clock } from "../../../ports/clock.ts";
import type { BuildEvent } from "../../core/build_event.ts";
import type { WorkerOutcome } from "../../core/builds/build.ts";
import type { Job } from "../../core/builds/job.ts";
import type { BuildServer } from "../../ports/build_server.ts";
import type { Checkout, Checkouts } from "../../ports/checkouts.ts";

/** The ports of a worker. */
export interface WorkerPorts {
  readonly server: BuildServer;
  readonly checkouts: Checkouts;
  readonly clock: Clock;
  /** Runs the program of a job in its checkout. Throws AppError if it cannot begin. */
  readonly runJob: (run: JobRun, signal: AbortSignal) => Promise<JobEnd>;
  /**
   * Sends the trace of a job that failed before it began, such as one whose repository could not be cloned. It never
   * rejects.
   */
  readonly traceFailure: (failure: UnbegunJob) => Promise<void>;
  /** Writes a line for the person who runs the worker. */
  readonly say: (line: string) => void;
}

/** A job that failed before it began. */
export interface UnbegunJob {
  readonly job: Job;
  readonly reason: string;
  /** The beginning of the attempt, in milliseconds since 1970. */
  readonly startedAt: number;
}

/** A job to run. When the signal of the run aborts, the job is cancelled and its tear-downs run. */
export interface JobRun {
  readonly build: string;
  readonly attempt: number;
  readonly job: Job;
  readonly checkout: Checkout;
  readonly observe: (event: BuildEvent) => void;
}

/** The end of a job. */
export interface JobEnd {
  readonly outcome: WorkerOutcome;
  readonly reason: string | undefined;
  readonly exitCode: number | undefined;
}
