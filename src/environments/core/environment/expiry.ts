import { formatDuration, UNIT_MS } from "../../../lib/duration.ts";
import { usageError } from "../../../lib/errors.ts";
import { formatTtl, parseTtl, ttlMs } from "../labels/mod.ts";
import type { Ttl } from "../labels/label.ts";

/**
 * Returns when an environment expires, in milliseconds since 1970; undefined if it does not expire (`close`)
 * or if its age is not known. An environment without a known age is reported and kept; its age is never
 * guessed.
 */
export function expiryOf(createdAt: number | undefined, ttl: Ttl | undefined): number | undefined {
  const lifetime = ttl === undefined ? undefined : ttlMs(ttl);
  return createdAt === undefined || lifetime === undefined ? undefined : createdAt + lifetime;
}

/**
 * Returns when an environment was created, in milliseconds since 1970: the older of its label's time and the
 * time of the platform's tag, so that a label cannot make an environment younger than it is. A time in the
 * future is ignored.
 */
export function creationOf(
  sources: {
    readonly labeled: { readonly createdAt?: number | undefined } | undefined;
    readonly deployed: { readonly createdAt: number | undefined } | undefined;
  },
  now: number,
): number | undefined {
  const times = [sources.deployed?.createdAt, sources.labeled?.createdAt].filter((at) =>
    at !== undefined && at <= now
  );
  return times.sort((a = now, b = now) => a - b)[0];
}

/**
 * Returns when an environment expires under the cap on ages `max_age`, in milliseconds since 1970. The cap
 * does not apply to an environment that does not expire by itself (`close`) or whose age is not known.
 */
export function capExpiry(
  expiresAt: number | undefined,
  { createdAt, maxAgeMs }: { readonly createdAt: number | undefined; readonly maxAgeMs: number | undefined },
): number | undefined {
  if (expiresAt === undefined || createdAt === undefined || maxAgeMs === undefined) return expiresAt;
  return Math.min(expiresAt, createdAt + maxAgeMs);
}

/**
 * Checks a time-to-live that a person asks for against the cap on ages. Throws AppError `ttl_too_long` (exit code 2):
 * the environment would end earlier than the person was told.
 */
export function assertWithinMaxAge(
  ttl: Ttl | undefined,
  { maxAgeMs, where }: { readonly maxAgeMs: number | undefined; readonly where: string },
): void {
  const length = ttl === undefined ? undefined : ttlMs(ttl);
  if (ttl === undefined || length === undefined || maxAgeMs === undefined || length <= maxAgeMs) return;
  const longest = formatDuration(maxAgeMs);
  throw usageError(
    "ttl_too_long",
    `Reading ${where}: ${formatTtl(ttl)} is above max_age, which is ${longest}`,
    `Ask for ${longest} at most, or for close: until the pull request closes`,
  );
}

/**
 * Computes the time-to-live that reaches from the creation to `asked` from now; undefined if the present one
 * does.
 */
export function nextTtl(facts: {
  readonly createdAt: number;
  readonly present: Ttl | undefined;
  readonly asked: Ttl;
  readonly now: number;
}): Ttl | undefined {
  const { createdAt, present, asked, now } = facts;
  if (present?.kind === "close") return undefined;
  const length = ttlMs(asked);
  if (length === undefined) return asked;
  const until = expiryOf(createdAt, present);
  if (until !== undefined && until >= now + length) return undefined;
  return fitTtl(now + length - createdAt, { hours: length >= UNIT_MS.h });
}

/** The largest number that is still easy to read. */
const READABLE = 9_999;

/**
 * Chooses the shortest time-to-live of at least `ms` with a readable number; in whole hours if minutes do not
 * matter.
 */
function fitTtl(ms: number, { hours }: { readonly hours: boolean }): Ttl {
  for (const unit of ["m", "h", "d"] as const) {
    if (hours && (unit === "m" || (unit === "h" && ms % UNIT_MS.d === 0))) continue;
    const amount = Math.max(1, Math.ceil(ms / UNIT_MS[unit]));
    if (amount > READABLE && unit !== "d") continue;
    const ttl = parseTtl(`${amount}${unit}`);
    if (ttl !== undefined) return ttl;
  }
  throw usageError(
    "ttl_too_long",
    "Extending an environment: the time-to-live would be longer than the longest allowed",
    "Use close instead",
  );
}
