import type { ContextId } from "../../../src/contexts/core/context_id.ts";
import type { Claim } from "../../../src/contexts/core/events/claim.ts";
import { decodeTree, decodeVersion, encodeVersion } from "../../../src/contexts/core/stored_version.ts";
import { encodeTree } from "../../../src/contexts/core/tree/limits.ts";
import type { ValueMap } from "../../../src/contexts/core/tree/value.ts";
import type { ContextVersion } from "../../../src/contexts/core/version.ts";
import type { ContextStore, StoredContext } from "../../../src/contexts/ports/context_store.ts";

interface Row {
  readonly id: ContextId;
  readonly keys: string;
  /** The version as JSON, and its tree as JSON. */
  readonly versions: (readonly [version: string, tree: string])[];
}

/** Makes a store in memory. It keeps texts, as the stores of the product do, so that nothing is shared by reference. */
export function makeMemoryStore(): ContextStore {
  const rows = new Map<ContextId, Row>();
  const claims = new Map<string, Claim>();
  const claimKey = (id: ContextId, key: string) => JSON.stringify([id, key]);
  const same = (a: Claim | undefined, b: Claim | undefined) => a?.holder === b?.holder && a?.beat === b?.beat;
  return {
    name: "memory",
    keepsHistory: true,
    read: (id) => later(() => stored(rows.get(id))),
    commit: ({ id, expected, newest, tree, keys }) =>
      later(() => {
        const row = rows.get(id);
        if ((row?.versions.length ?? 0) !== expected) return false;
        const version = [encodeVersion(newest), encodeTree(tree)] as const;
        rows.set(id, { id, keys: JSON.stringify(keys), versions: [...row?.versions ?? [], version] });
        return true;
      }),
    list: () =>
      later(() =>
        [...rows.values()].map((row) => versionAt(row, row.versions.length - 1)).map((
          { version, time },
          index,
        ) => ({
          id: [...rows.keys()][index] as ContextId,
          version,
          time,
        }))
      ),
    history: (id, { after }) =>
      later(() =>
        (rows.get(id)?.versions ?? []).map((_, index) => versionAt(rows.get(id), index))
          .filter(({ version }) => version > after)
      ),
    treeOf: (id, version) => later(() => treeAt(rows.get(id), version - 1)),
    remove: (id) => later(() => rows.delete(id)),
    claim: (id, key) => later(() => claims.get(claimKey(id, key))),
    swapClaim: (id, { key, from, to }) =>
      later(() => {
        const place = claimKey(id, key);
        if (!same(claims.get(place), from)) return false;
        if (to === undefined) claims.delete(place);
        else claims.set(place, to);
        return true;
      }),
    close: () => Promise.resolve(),
  };
}

/** Answers in a later turn, so that callers interleave. */
async function later<T>(work: () => T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return work();
}

function stored(row: Row | undefined): StoredContext | undefined {
  if (row === undefined) return undefined;
  const last = row.versions.length - 1;
  return {
    id: row.id,
    keys: JSON.parse(row.keys),
    newest: versionAt(row, last),
    tree: treeAt(row, last) ?? new Map(),
  };
}

function versionAt(row: Row | undefined, index: number): ContextVersion {
  const version = decodeVersion(row?.versions[index]?.[0] ?? "");
  if (version === undefined) throw new Error("Reading a version of the store in memory: there is none");
  return version;
}

function treeAt(row: Row | undefined, index: number): ValueMap | undefined {
  const tree = row?.versions[index]?.[1];
  return tree === undefined ? undefined : decodeTree(tree);
}
