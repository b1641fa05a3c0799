/** What GitHub's headers say about its limits, and how long to wait for them. */

/** How often and how long requests wait; what is not given has the default. */
export interface Delays {
  /** First wait after a 5xx or a dropped connection, in milliseconds; the next are 4 and 9 times as long. Default 1000. */
  readonly backoffMs?: number;
  /** How often such a request is sent again. Default 3. */
  readonly retries?: number;
  /** The longest single wait for a rate limit, in milliseconds; a longer one is an error. Default 15 minutes. */
  readonly maxLimitWaitMs?: number;
  /** How often one request waits for a rate limit. Default 2. */
  readonly limitWaits?: number;
  /** How long GitHub may take for one answer, in milliseconds. Default 60 s. */
  readonly answerMs?: number;
}

export const DEFAULT_DELAYS: Required<Delays> = {
  backoffMs: 1000,
  retries: 3,
  maxLimitWaitMs: 15 * 60_000,
  limitWaits: 2,
  answerMs: 60_000,
};

/** Headers of an answer, lower-case names. */
export type Headers = Readonly<Record<string, string | number | undefined>>;

/** Wait where GitHub names no time: its advice for secondary limits. */
const UNNAMED_WAIT_SECONDS = 60;
/** GitHub's limits are by the hour; a proxy that names a longer wait than a day has not thought about it. */
const LONGEST_WAIT_SECONDS = 24 * 3600;

/** Seconds until GitHub takes requests again, at least 1 and at most a day; undefined where the answer is no rate limit. */
export function limitSeconds(
  answer: { readonly status: number; readonly headers: Headers; readonly message: string },
): number | undefined {
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const retryAfter = secondsToWait(answer.headers);
  if (retryAfter !== undefined) return bounded(retryAfter);
  if (headerNumber(answer.headers, "x-ratelimit-remaining") === 0) return secondsUntilReset(answer.headers);
  const named = /\brate limit\b|\bsecondary rate\b/i.test(answer.message);
  return named || answer.status === 429 ? UNNAMED_WAIT_SECONDS : undefined;
}

/** `Retry-After`, which HTTP writes as seconds or as a date; undefined where there is none. */
function secondsToWait(headers: Headers): number | undefined {
  const text = headers["retry-after"];
  if (text === undefined || text === "") return undefined;
  const seconds = headerNumber(headers, "retry-after");
  if (seconds !== undefined) return seconds;
  const until = dateMs(text);
  const now = dateMs(headers["date"]);
  return until === undefined || now === undefined ? UNNAMED_WAIT_SECONDS : Math.ceil((until - now) / 1000);
}

function bounded(seconds: number): number {
  return Math.min(Math.max(1, seconds), LONGEST_WAIT_SECONDS);
}

/** Measured by GitHub's own clock, so that a machine whose clock is wrong waits no longer than it must. */
function secondsUntilReset(headers: Headers): number {
  const reset = headerNumber(headers, "x-ratelimit-reset");
  const now = dateMs(headers["date"]);
  if (reset === undefined || now === undefined) return UNNAMED_WAIT_SECONDS;
  return bounded(reset - Math.floor(now / 1000) + 1);
}

/** An HTTP date as milliseconds since 1970. */
export function dateMs(value: string | number | undefined | null): number | undefined {
  const at = Date.parse(String(value ?? ""));
  return Number.isNaN(at) ? undefined : at;
}

function headerNumber(headers: Headers, name: string): number | undefined {
  const text = headers[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
