/** The result of a build and of each step in it. */

/** The result of a step. A skipped step passes. */
export type StepStatus = "passed" | "failed" | "timed_out" | "skipped" | "cancelled";

/** The kind of a step: the part that it has in its parent, else that of its body. */
export type StepKind = "exec" | "run" | "steps" | "setup" | "teardown";

/** A step as events name it. */
export interface Step {
  /** The identifier of its span: 16 hexadecimal digits. */
  readonly id: string;
  /** The identifier of the parent's span; undefined for the root of the pipeline. */
  readonly parentId: string | undefined;
  readonly name: string;
  readonly path: string;
  readonly kind: StepKind;
}

/** A step that has ended, with the steps in it: set-up first, then children, then tear-down. */
export interface StepResult extends Step {
  readonly status: StepStatus;
  /** Why it has this status, as words for people; undefined if it passed. */
  readonly reason: string | undefined;
  /** The exit code of its program; undefined if no program of its own ran. */
  readonly exitCode: number | undefined;
  /** The name of the signal that ended the program, as `SIGKILL`: also if its exit code says so (129 to 159). */
  readonly signal: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The last lines of its output, masked: at most {@link LOG_LINES}, cut to {@link LOG_LINE} characters. */
  readonly log: readonly string[];
  readonly steps: readonly StepResult[];
}

/** The number of lines that a result keeps of a step's output. */
export const LOG_LINES = 50;

/** The number of characters that a result keeps of a line: the results of thousands of steps are in memory at once. */
export const LOG_LINE = 1_000;

/** The result of a build. */
export interface BuildResult {
  /** The name of the pipeline. */
  readonly pipeline: string;
  readonly status: StepStatus;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly warnings: readonly string[];
  readonly root: StepResult;
}
