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
  return {
    name: "memory",
    keepsHistory: true,
    read: (id) => Promise.resolve(newestOf(id)),
    // deno-lint-ignore require-await -- a tree beyond the limits is a rejection
    async commit({ expected, displaces: _, ...stored }) {
      encodeTree(stored.tree);
      if ((newestOf(stored.id)?.newest.version ?? 0) !== expected) return false;
      const { versions, claims } = entries.get(stored.id) ?? { versions: [], claims: new Map() };
      entries.set(stored.id, { versions: [...versions, stored].slice(-keep), claims });
      return true;
    },
    list() {
      const rows = [...entries.keys()].sort().flatMap((id) => newestOf(id) ?? []);
      return Promise.resolve(
        rows.map(({ id, newest: { version, time } }) => ({ id, version, time })),
      );
    },
    history: (id, { after }) =>
      Promise.resolve(
        (entries.get(id)?.versions ?? []).map(({ newest }) => newest).filter(({ version }) =>
          version > after
        ),
      ),
    treeOf: (id, version) =>
      Promise.resolve(entries.get(id)?.versions.find(({ newest }) => newest.version === version)?.tree),
    remove: (id) => Promise.resolve(entries.delete(id)),
    claim: (id, key) => Promise.resolve(entries.get(id)?.claims.get(key)),
    swapClaim(id, { key, from, to }) {
      const claims = entries.get(id)?.claims;
      const now = claims?.get(key);
      if (claims === undefined || now?.holder !== from?.holder || now?.beat !== from?.beat) {
        return Promise.resolve(false);
      }
      if (to === undefined) claims.delete(key);
      else claims.set(key, to);
      return Promise.resolve(true);
    },
    close: () => Promise.resolve(),
  };
}
