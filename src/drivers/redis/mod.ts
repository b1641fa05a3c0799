/**
 * Redis: contexts that many machines share. The value under the ID stays the text that the original tool reads and writes.
 *
 * What must not happen here: a write that is not one script, a retry without an end, or a login in a message. The
 * store connects when it is first used. Next: `redis_store.ts`, `scripts.ts` and `resp.ts`, then
 * `src/contexts/ports/context_store.ts`.
 *
 * @module
 */

export { makeRedisStore, type RedisStoreOptions } from "./redis_store.ts";
