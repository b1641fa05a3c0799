/** Reads GitHub's rate limits out of its answers. */

/** How often and how long requests wait. A property that is left out has its default. */
export interface Delays {
  /**
   * The first wait after a 5xx or a dropped connection, in milliseconds. Default 1000.
   *
   * The next two waits are 4 and 9 times as long.
   */
  readonly backoffMs?: number;
  /** How often a request is sent again after such failures. Default 3. */
  readonly retries?: number;
  /** The longest wait for a rate limit, in milliseconds; a longer limit is an error. Default 15 minutes. */
  readonly maxLimitWaitMs?: number;
  /** How often one request waits for a rate limit. Default 2. */
  readonly limitWaits?: number;
  /** How long GitHub may take for one answer, in milliseconds. Default 60 s. */
  readonly answerMs?: number;
}

/** The delays of a released program. */
export const DEFAULT_DELAYS: Required<Delays> = {
  backoffMs: 1000,
  retries: 3,
  maxLimitWaitMs: 15 * 60_000,
  limitWaits: 2,
  answerMs: 60_000,
};

/** The headers of an answer by lower-case name. */
export type Headers = Readonly<Record<string, string | number | undefined>>;

/** The wait if GitHub names no time: its documentation advises a minute for secondary limits. */
const UNNAMED_WAIT_SECONDS = 60;
/** GitHub's limits reset every hour, so a wait of more than a day is a proxy's mistake. */
const LONGEST_WAIT_SECONDS = 24 * 3600;

/**
 * Returns the seconds until GitHub accepts requests again, at least 1 and at most a day.
 *
 * The result is undefined if the answer is no rate limit.
 */
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

/** Reads `Retry-After`, which is a number of seconds or a date; undefined without that header. */
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

/** Counts from GitHub's `Date`, so that a wrong clock on this machine does not prolong the wait. */
function secondsUntilReset(headers: Headers): number {
  const reset = headerNumber(headers, "x-ratelimit-reset");
  const now = dateMs(headers["date"]);
  if (reset === undefined || now === undefined) return UNNAMED_WAIT_SECONDS;
  return bounded(reset - Math.floor(now / 1000) + 1);
}

/** Parses an HTTP date into milliseconds since 1970; undefined if it is no date. */
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
