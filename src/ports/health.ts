/** Health checks of environments over HTTP, from the machine that runs Showtime. */

/** The result of a health check. */
export interface Probe {
  readonly ok: boolean;
  /** The answer for people: `200`, `503`, `connection refused`. */
  readonly answer: string;
}

/** The request of a health check. */
export interface ProbeQuestion {
  readonly path: string;
  /** The path to request if `path` answers 404. */
  readonly fallback: string;
  readonly timeoutMs: number;
}

/**
 * Requests the health check at `host:port` once; only 200 is healthy. A failure to connect is an answer, too.
 * Rejects only if `signal` aborts.
 */
export type HealthProbe = (address: string, question: ProbeQuestion, signal: AbortSignal) => Promise<Probe>;
