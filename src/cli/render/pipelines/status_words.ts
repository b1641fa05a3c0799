/** Signs, words and paints of results, and lengths of time: the vocabulary of all views. */

import type { StepResult, StepStatus } from "../../../pipelines/core/build_result.ts";
import type { Style } from "../style.ts";

/** The sign of each result. Each is one column wide, and a word stands beside it. */
export const SIGNS: Readonly<Record<StepStatus, string>> = {
  passed: "✓",
  failed: "✗",
  timed_out: "⏱",
  skipped: "⊘",
  cancelled: "■",
};

/** The word of each result. */
export const WORDS: Readonly<Record<StepStatus, string>> = {
  passed: "passed",
  failed: "failed",
  timed_out: "timed out",
  skipped: "skipped",
  cancelled: "cancelled",
};

/** Returns the paint of a result. */
export function paintOf(style: Style, status: StepStatus): (text: string) => string {
  switch (status) {
    case "passed":
      return style.good;
    case "skipped":
      return style.dim;
    case "failed":
    case "timed_out":
      return style.bad;
    case "cancelled":
      return style.warm;
  }
}

/** Whether a result is shown among the failures. */
export function isFailure(status: StepStatus): boolean {
  return status === "failed" || status === "timed_out";
}

/** Formats milliseconds shortly: `0.4s`, `12s`, `3m05s`, `1h02m`. */
export function formatElapsed(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const two = (amount: number) => String(amount).padStart(2, "0");
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds % 3_600 / 60))}m`;
}

/** Returns a result with its reason: `failed: exit code 7`. */
export function describeStatus({ status, reason }: Pick<StepResult, "status" | "reason">): string {
  return reason === undefined ? WORDS[status] : `${WORDS[status]}: ${reason}`;
}

/** Returns how many there are of each result, the worst first: `1 failed, 3 passed`. */
export function describeCounts(counts: Readonly<Partial<Record<StepStatus, number>>>): string {
  const order = ["failed", "timed_out", "cancelled", "passed", "skipped"] as const;
  return order.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count === 0 ? [] : [`${count} ${WORDS[status]}`];
  }).join(", ");
}

/** Returns the failures that no failure below them explains, in their order. */
export function failuresOf(root: StepResult): readonly StepResult[] {
  const found: StepResult[] = [];
  for (const step of stepsOf(root)) {
    if (!isFailure(step.status)) continue;
    // A tear-down may fail beside the program that it cleans up after.
    const explains = ({ status, kind }: StepResult) =>
      isFailure(status) && (kind !== "teardown" || !runsProgram(step));
    if (!step.steps.some(explains)) found.push(step);
  }
  return found;
}

/** Counts the steps that run a program. Steps around them are not counted. */
export function countPrograms(root: StepResult): Readonly<Partial<Record<StepStatus, number>>> {
  const counts: Partial<Record<StepStatus, number>> = {};
  for (const step of stepsOf(root)) {
    if (runsProgram(step)) counts[step.status] = (counts[step.status] ?? 0) + 1;
  }
  return counts;
}

/** Returns a result and all results in it, parents first. */
export function stepsOf(root: StepResult): readonly StepResult[] {
  const steps: StepResult[] = [];
  const rest = [root];
  for (let step = rest.pop(); step !== undefined; step = rest.pop()) {
    steps.push(step);
    rest.push(...step.steps.toReversed());
  }
  return steps;
}

/** Whether the body of a step is a program, as far as the result shows it: nothing else is in it. */
function runsProgram({ steps }: StepResult): boolean {
  return steps.every(({ kind }) => kind === "setup" || kind === "teardown");
}
