import { ttlMs } from "../labels/mod.ts";
import type { Ttl } from "../labels/label.ts";

/**
 * When an environment expires, in milliseconds since 1970; undefined where it does not (`close`) or where its age
 * is not known: what has no age is reported and kept, never guessed.
 */
export function expiryOf(createdAt: number | undefined, ttl: Ttl | undefined): number | undefined {
  const lifetime = ttl === undefined ? undefined : ttlMs(ttl);
  return createdAt === undefined || lifetime === undefined ? undefined : createdAt + lifetime;
}

/**
 * When an environment came to be, in milliseconds since 1970: by its label or the platform's tag, whichever is older, so
 * that a label makes nothing younger than it is. One that lies in the future tells nothing.
 */
export function creationOf(
  told: {
    readonly labeled: { readonly createdAt?: number | undefined } | undefined;
    readonly deployed: { readonly createdAt: number | undefined } | undefined;
  },
  now: number,
): number | undefined {
  const times = [told.deployed?.createdAt, told.labeled?.createdAt].filter((at) =>
    at !== undefined && at <= now
  );
  return times.sort((a = now, b = now) => a - b)[0];
}

/**
 * When an environment expires under the cap on ages `max_age`, in milliseconds since 1970. What does not expire by
 * itself (`close`) is not capped, and neither is what has no known age.
 */
export function capExpiry(
  expiresAt: number | undefined,
  { createdAt, maxAgeMs }: { readonly createdAt: number | undefined; readonly maxAgeMs: number | undefined },
): number | undefined {
  if (expiresAt === undefined || createdAt === undefined || maxAgeMs === undefined) return expiresAt;
  return Math.min(expiresAt, createdAt + maxAgeMs);
}
