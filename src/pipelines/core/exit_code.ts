import type { StepStatus } from "./build_result.ts";
import type { PipelineFormat } from "./pipeline.ts";

/** A step that is skipped passes. A bare file has the codes of the builder that it was written for. */
const CODES: Readonly<Record<PipelineFormat, Readonly<Record<StepStatus, number>>>> = {
  "version-1": { passed: 0, skipped: 0, failed: 1, timed_out: 124, cancelled: 130 },
  "bare": { passed: 0, skipped: 0, failed: 3, timed_out: 2, cancelled: 130 },
};

/**
 * Returns the exit code for the result of a build. A cancelled build has the code of an interrupt: a command that knows of
 * another signal uses the code of that signal.
 */
export function exitCodeOf(format: PipelineFormat, status: StepStatus): number {
  return CODES[format][status];
}
