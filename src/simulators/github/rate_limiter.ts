import { isBot } from "./state/people.ts";
import type { RateLimit } from "./rest/mod.ts";

const HOUR_MS = 3_600_000;

/**
 * Counts the requests of each person in the current hour. It refuses a request only if the seed sets a limit.
 */
export class RateLimiter {
  readonly #limit: number | undefined;
  readonly #used = new Map<string, { readonly hour: number; readonly count: number }>();

  constructor(limit: number | undefined) {
    this.#limit = limit;
  }

  /**
   * Counts a request of that person at `now`, in milliseconds since 1970, and returns what is left of the
   * limit. `refused` is true if earlier requests have used the limit up.
   */
  count(login: string | undefined, now: number): RateLimit & { readonly refused: boolean } {
    const key = login ?? "";
    const hour = Math.floor(now / HOUR_MS);
    const before = this.#used.get(key);
    const spent = before?.hour === hour ? before.count : 0;
    const limit = this.#limit ?? (login === undefined ? 60 : isBot(login) ? 1000 : 5000);
    const refused = this.#limit !== undefined && spent >= limit;
    const used = refused ? spent : spent + 1;
    this.#used.set(key, { hour, count: used });
    const left = this.#limit === undefined ? Math.max(1, limit - used) : limit - used;
    return { limit, used: limit - left, remaining: left, reset: (hour + 1) * 3600, refused };
  }
}
