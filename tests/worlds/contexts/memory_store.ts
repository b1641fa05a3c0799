import { encodeTree } from "../../../src/contexts/core/tree/limits.ts";
import type { Claim, ContextStore, StoredContext } from "../../../src/contexts/ports/context_store.ts";

interface Entry {
  readonly versions: StoredContext[];
  readonly claims: Map<string, Claim>;
}

/** Makes a store in memory, which holds the contract as every other one does. */
export function makeMemoryStore({ keep = 50 }: { readonly keep?: number } = {}): ContextStore {
  const entries = new Map<string, Entry>();
  const newestOf = (id: string) => entries.get(id)?.versions.at(-1);
  // deno-lint-ignore require-await -- what is thrown becomes a rejection
  async function answer<T>(signal: AbortSignal, work: () => T): Promise<T> {
    signal.throwIfAborted();
    return work();
  }
  return {
    name: "memory",
    keepsHistory: true,
    read: (id, signal) => answer(signal, () => newestOf(id)),
    newestVersion: (id, signal) =>
      answer(signal, () => {
        const { version, time } = newestOf(id)?.newest ?? {};
        return version === undefined || time === undefined ? undefined : { version, time };
      }),
    commit: ({ expected, expectedTime, displaces: _, ...stored }, signal) =>
      answer(signal, () => {
        encodeTree(stored.tree);
        if ((newestOf(stored.id)?.newest.version ?? 0) !== expected) return false;
        if (expectedTime !== undefined && newestOf(stored.id)?.newest.time !== expectedTime) return false;
        const { versions, claims } = entries.get(stored.id) ?? { versions: [], claims: new Map() };
        entries.set(stored.id, { versions: [...versions, stored].slice(-keep), claims });
        return true;
      }),
    list: (signal) =>
      answer(signal, () =>
        [...entries.keys()].sort().flatMap((id) => newestOf(id) ?? [])
          .map(({ id, newest: { version, time } }) => ({ id, version, time }))),
    history: (id, { after }, signal) =>
      answer(signal, () =>
        (entries.get(id)?.versions ?? []).map(({ newest }) => newest)
          .filter(({ version }) => version > after)),
    treeOf: (id, version, signal) =>
      answer(signal, () => entries.get(id)?.versions.find(({ newest }) => newest.version === version)?.tree),
    remove: (id, signal) => answer(signal, () => entries.delete(id)),
    claim: (id, key, signal) => answer(signal, () => entries.get(id)?.claims.get(key)),
    swapClaim: (id, { key, from, to }, signal) =>
      answer(signal, () => {
        const claims = entries.get(id)?.claims;
        const now = claims?.get(key);
        if (claims === undefined || now?.holder !== from?.holder || now?.beat !== from?.beat) return false;
        if (to === undefined) claims.delete(key);
        else claims.set(key, to);
        return true;
      }),
    close: () => Promise.resolve(),
  };
}
