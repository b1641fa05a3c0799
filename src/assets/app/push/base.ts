/** Hashes of content, and the contents that an instance is known to have had. */

import { type Assets, parseUuid, type Uuid } from "../../core/asset.ts";
import { type Hash, hashAsset } from "../../core/hash.ts";
import type { Ledger, RunRecord } from "../../ports/store.ts";
import type { ExportRecord } from "../read_folder.ts";

/** Hashes all assets. */
export async function hashAll(assets: Assets): Promise<ReadonlyMap<Uuid, Hash>> {
  return new Map(
    await Promise.all([...assets].map(async ([uuid, asset]) => [uuid, await hashAsset(asset)] as const)),
  );
}

/**
 * The contents that the instance is known to have had. A run that was killed left either the content before it or the
 * content that it wrote.
 */
export function baseOf({ ledger, exported, runs }: {
  readonly ledger: Ledger;
  readonly exported: ExportRecord | undefined;
  readonly runs: readonly RunRecord[];
}): ReadonlyMap<Uuid, ReadonlySet<Hash>> {
  const base = new Map<Uuid, Set<Hash>>();
  const add = (uuid: string, hash: Hash | undefined) => {
    const key = parseUuid(uuid);
    if (key === undefined || hash === undefined) return;
    base.set(key, (base.get(key) ?? new Set()).add(hash));
  };
  for (const [uuid, { hash }] of Object.entries(ledger.assets)) add(uuid, hash);
  for (const [uuid, hash] of Object.entries(exported?.assets ?? {})) add(uuid, hash);
  for (const { state, assets } of runs) {
    if (state !== "running") continue;
    for (const { uuid, before, after } of assets) {
      add(uuid, before);
      add(uuid, after);
    }
  }
  return base;
}

/** The contents that a run wrote: a rollback finds anything else edited. */
export function baseOfRun({ assets }: RunRecord): ReadonlyMap<Uuid, ReadonlySet<Hash>> {
  return new Map(
    assets.map(({ uuid, after }) => [uuid, new Set(after === undefined ? [] : [after])] as const),
  );
}
