/** Health checks of environments over HTTP, from the machine that runs Showtime. */

import type { HealthOutcome } from "../lib/health_outcome.ts";

/** The result of a health check. */
export interface Probe {
  readonly ok: boolean;
  /** The answer for people: `200`, `503`, `connection refused`. */
  readonly answer: string;
  /** The answer as a value: `explainUnhealthy()` says what mends it. */
  readonly outcome: HealthOutcome;
}

/** The request of a health check. */
export interface ProbeQuestion {
  readonly path: string;
  /** The path to request if `path` answers 404. */
  readonly fallback: string;
  readonly timeoutMs: number;
}

/**
 * Requests the health check at `host:port` once; any 2xx is healthy. A failure to connect is an answer, too.
 * Rejects only if `signal` aborts.
 */
export type HealthProbe = (address: string, question: ProbeQuestion, signal: AbortSignal) => Promise<Probe>;
