/** Whether an environment answers: asked over HTTP, from where Showtime runs. */

/** What a health check said. */
export interface Probe {
  readonly ok: boolean;
  /** For people: `200`, `503`, `connection refused`. */
  readonly answer: string;
}

/** What to ask for. */
export interface ProbeQuestion {
  readonly path: string;
  /** Asked where `path` answers 404. */
  readonly fallback: string;
  readonly timeoutMs: number;
}

/**
 * Asks the health check at `host:port` once; only 200 is healthy. What goes wrong is an answer; rejects only where
 * `signal` aborts.
 */
export type HealthProbe = (address: string, question: ProbeQuestion, signal: AbortSignal) => Promise<Probe>;
