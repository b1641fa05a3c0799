import type { Operation } from "../../core/tree/operations.ts";
import type { ContextStore, StoredContext } from "../../ports/context_store.ts";

/** Versions of one context in memory, whose operations are stored together afterwards, or not at all. */
export interface Buffer {
  readonly store: ContextStore;
  newest(): StoredContext;
  /** The operations of all versions, in their order. */
  readonly operations: readonly Operation[];
}

/** Makes a buffer in front of a store. It begins with a context that need not be stored there. */
export function bufferContext(behind: ContextStore, begin: StoredContext): Buffer {
  const operations: Operation[] = [];
  let newest = begin;
  return {
    newest: () => newest,
    operations,
    store: {
      ...behind,
      read: (id, signal) => id === newest.id ? Promise.resolve(newest) : behind.read(id, signal),
      newestVersion: (id, signal) =>
        id === newest.id ? Promise.resolve(newest.newest) : behind.newestVersion(id, signal),
      commit({ expected, expectedTime: _time, displaces: _displaces, ...next }) {
        if (expected !== newest.newest.version) return Promise.resolve(false);
        newest = next;
        operations.push(...next.newest.operations);
        return Promise.resolve(true);
      },
    },
  };
}
