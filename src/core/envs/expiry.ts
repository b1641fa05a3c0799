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
