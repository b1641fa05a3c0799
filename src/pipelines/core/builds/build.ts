/** A build as the server keeps it. */

/** The state of a build. Those after `cancelling` are final. */
export type BuildState =
  | "queued"
  | "running"
  /** A cancel is asked for, and the worker has not finished yet. */
  | "cancelling"
  | "passed"
  | "failed"
  | "timed_out"
  | "cancelled"
  /** Its worker went away, and no attempt is left. */
  | "lost"
  /** A worker of the replaced tool took it. Its result is unknown. */
  | "handed_over";

/** The states of a build that has not ended. */
export const OPEN_STATES: readonly BuildState[] = ["queued", "running", "cancelling"];

/** The trigger of a build. */
export interface BuildCause {
  readonly kind: "webhook" | "push" | "pull_request" | "poll" | "schedule" | "api" | "rerun";
  /** The login or the name of the key that asked; undefined if it is not known. */
  readonly by: string | undefined;
  /** The build that this one repeats. */
  readonly rerunOf?: string;
}

/** A build. Instants are milliseconds since 1970. */
export interface Build {
  /** A number in decimal digits. A later build has a larger one. */
  readonly id: string;
  readonly pipeline: string;
  readonly state: BuildState;
  /** Why it is in this state, as words for people: why it waits, failed or was cancelled. */
  readonly reason: string | undefined;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The branch, tag or commit that was asked for. */
  readonly ref: string | undefined;
  /** The whole hash of the commit; undefined until a worker has found it. */
  readonly sha: string | undefined;
  readonly pr: number | undefined;
  readonly cause: BuildCause;
  /** The number of times that it was claimed. */
  readonly attempt: number;
  /** The name of the worker of the newest attempt. */
  readonly worker: string | undefined;
  readonly queuedAt: number;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly exitCode: number | undefined;
  /** The tags that a worker needs, sorted. */
  readonly workerTags: readonly string[];
}

/** The final state that a worker reports. */
export type WorkerOutcome = "passed" | "failed" | "timed_out" | "cancelled";
