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

/** Returns the results without steps in them, in their order. They are the ones that ran a program or were skipped. */
export function leavesOf(root: StepResult): readonly StepResult[] {
  const leaves: StepResult[] = [];
  const rest = [root];
  for (let step = rest.pop(); step !== undefined; step = rest.pop()) {
    if (step.steps.length === 0) leaves.push(step);
    else rest.push(...step.steps.toReversed());
  }
  return leaves;
}

/** Returns the failures that no failure below them explains, in their order. */
export function failuresOf(root: StepResult): readonly StepResult[] {
  const found: StepResult[] = [];
  const rest = [root];
  for (let step = rest.pop(); step !== undefined; step = rest.pop()) {
    const below = step.steps.filter(hasFailure);
    // A tear-down may fail without failing its parent, and a parent may time out with children that were cancelled.
    if (isFailure(step.status) && !step.steps.some(({ status }) => isFailure(status))) found.push(step);
    rest.push(...below.toReversed());
  }
  return found;
}

function hasFailure(step: StepResult): boolean {
  return isFailure(step.status) || step.steps.some(hasFailure);
}

/** Counts results without steps in them. */
export function countLeaves(root: StepResult): Readonly<Partial<Record<StepStatus, number>>> {
  const counts: Partial<Record<StepStatus, number>> = {};
  for (const { status } of leavesOf(root)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
