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

/** The answer of what a name leads to: a router, or an environment behind it. */
export interface NamedAnswer {
  /** The status of the answer; undefined if none came. */
  readonly status: number | undefined;
  /** The value of the header that was asked for; undefined if the answer lacks it. */
  readonly mark: string | undefined;
  /** The answer for people: `200`, `404`, `unknown host name`. */
  readonly answer: string;
  /** True if a server took the request and gave no answer in time: a router that does not reach what is behind it. */
  readonly hangs?: true;
  /** True if the answer came over TLS with a certificate that this machine does not trust. */
  readonly untrusted?: true;
}

/** The request to a name. */
export interface NameQuestion {
  readonly path: string;
  /** The response header, in lower case, that says which environment answers. */
  readonly header: string;
  readonly timeoutMs: number;
}

/**
 * Requests a path at a URL of scheme, host and port once and reads the head of the answer. Names under `.localhost` lead
 * to this machine. A failure to connect is an answer, too, and a certificate that is not trusted hides none. Rejects only
 * if `signal` aborts.
 */
export type NameProbe = (url: string, question: NameQuestion, signal: AbortSignal) => Promise<NamedAnswer>;
