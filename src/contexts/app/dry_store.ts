import type { ContextStore, StoredContext } from "../ports/context_store.ts";

/** Makes a store whose writes stay in memory: its reads see them, and the store below never changes. */
export function makeDryStore(store: ContextStore): ContextStore {
  const written = new Map<string, StoredContext>();
  return {
    name: store.name,
    keepsHistory: store.keepsHistory,
    read: async (id, signal) => written.get(id) ?? await store.read(id, signal),
    newestVersion: async (id, signal) => written.get(id)?.newest ?? await store.newestVersion(id, signal),
    async commit({ expected, expectedTime, displaces: _, ...next }, signal) {
      const there = written.get(next.id)?.newest ?? await store.newestVersion(next.id, signal);
      if ((there?.version ?? 0) !== expected) return false;
      if (expectedTime !== undefined && there?.time !== expectedTime) return false;
      written.set(next.id, next);
      return true;
    },
    list: (signal) => store.list(signal),
    history: (id, options, signal) => store.history(id, options, signal),
    treeOf: (id, version, signal) => store.treeOf(id, version, signal),
    remove: async (id, signal) => await store.newestVersion(id, signal) !== undefined,
    claim: (id, key, signal) => store.claim(id, key, signal),
    swapClaim: () => Promise.resolve(false),
    close: () => store.close(),
  };
}
