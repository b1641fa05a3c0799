import type { BuildObserver } from "../core/build_event.ts";

/** Sends the trace and the output of a build to a collector while it runs. A failure never reaches the build. */
export interface Telemetry {
  /** Takes an event, at once. What the collector cannot take in time is dropped and counted. */
  readonly observe: BuildObserver;
  /**
   * Sends what is left, for at most `budgetMs` milliseconds, and drops the rest. A caller prints the result of the
   * build first. Returns a warning that says what was lost and why; undefined if nothing was. It never rejects: if
   * `signal` aborts, the rest is dropped at once.
   */
  finish(budgetMs: number, signal: AbortSignal): Promise<string | undefined>;
}
