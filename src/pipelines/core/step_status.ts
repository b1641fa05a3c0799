import type { StepStatus } from "./build_result.ts";

/** Worse results have higher numbers. A skipped step passes. */
const RANKS: Readonly<Record<StepStatus, number>> = {
  skipped: 0,
  passed: 0,
  timed_out: 1,
  failed: 2,
  cancelled: 3,
};

/** Whether what follows a step may run. */
export function passes(status: StepStatus): boolean {
  return RANKS[status] === 0;
}

/** Returns the worst of some results, and `passed` for none: passed < timed out < failed < cancelled. */
export function worstStatus(statuses: readonly StepStatus[]): StepStatus {
  let worst: StepStatus = "passed";
  for (const status of statuses) if (RANKS[status] > RANKS[worst]) worst = status;
  return worst;
}

/** Describes for people that a step ended with a status, as the end of a sentence about it. */
export function describeStatus(status: StepStatus): string {
  return status === "timed_out" ? "timed out" : status === "cancelled" ? "was cancelled" : status;
}
