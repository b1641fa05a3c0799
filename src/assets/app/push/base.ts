/** Hashes of content, and the contents that an instance is known to have had. */

import { type Assets, parseUuid, type Uuid } from "../../core/asset.ts";
import { type Hash, hashAsset } from "../../core/hash.ts";
import { withoutAppendedCharts } from "../../core/stored_form/chart_references.ts";
import { mapOf } from "../../core/tree.ts";
import type { Ledger } from "../../core/ledger.ts";
import type { RunRecord } from "../../ports/store.ts";
import type { ExportRecord } from "../read_folder.ts";

/** The number of assets that are hashed at once: each needs its whole content as one text meanwhile. */
const HASHED_AT_ONCE = 64;

/** Hashes all assets. */
export async function hashAll(assets: Assets): Promise<ReadonlyMap<Uuid, Hash>> {
  const hashes = new Map<Uuid, Hash>();
  const all = [...assets.values()];
  for (let start = 0; start < all.length; start += HASHED_AT_ONCE) {
    const some = all.slice(start, start + HASHED_AT_ONCE);
    const made = await Promise.all(some.map(hashAsset));
    some.forEach(({ uuid }, index) => hashes.set(uuid, made[index] ?? ""));
  }
  return hashes;
}

/**
 * The contents that the instance is known to have had. A run that was killed left either the content before it or the
 * content that it wrote.
 */
export function baseOf({ ledger, exported, runs, half = new Map() }: {
  readonly ledger: Ledger;
  readonly exported: ExportRecord | undefined;
  readonly runs: readonly RunRecord[];
  /** From {@link halfDoneDashboards}. */
  readonly half?: ReadonlyMap<Uuid, Hash>;
}): ReadonlyMap<Uuid, ReadonlySet<Hash>> {
  const base = new Map<Uuid, Set<Hash>>();
  const add = (uuid: string, hash: Hash | undefined) => {
    const key = parseUuid(uuid);
    if (key === undefined || hash === undefined) return;
    base.set(key, (base.get(key) ?? new Set()).add(hash));
  };
  for (const [uuid, { hash }] of Object.entries(ledger.assets)) add(uuid, hash);
  for (const [uuid, hash] of Object.entries(exported?.assets ?? {})) add(uuid, hash);
  for (const [uuid, hash] of half) add(uuid, hash);
  for (const { state, assets } of runs) {
    if (state !== "running") continue;
    for (const { uuid, before, after } of assets) {
      add(uuid, before);
      add(uuid, after);
    }
  }
  return base;
}

/**
 * The contents that a run wrote, and those that rollbacks of later runs put back: a rollback finds anything else edited.
 */
export function baseOfRun({ assets }: RunRecord, { half, ledger, runs }: {
  readonly half: ReadonlyMap<Uuid, Hash>;
  readonly ledger: Ledger;
  readonly runs: readonly RunRecord[];
}): ReadonlyMap<Uuid, ReadonlySet<Hash>> {
  const rollbacks = new Set(runs.filter(({ command }) => command === "rollback").map(({ run }) => run));
  return new Map(assets.map(({ uuid, after }) => {
    const entry = ledger.assets[uuid];
    const restored = entry !== undefined && rollbacks.has(entry.run) ? entry.hash : undefined;
    return [uuid, new Set([after, half.get(uuid), restored].filter((each) => each !== undefined))];
  }));
}

/**
 * Finds dashboards that a killed push has imported, and whose members it has not corrected any more: Superset 6.0 keeps
 * charts that the new layout lacks as members, and exports them in a row of their own. Returns their present hashes.
 */
export async function halfDoneDashboards({ runs, ours, theirs, hashes }: {
  readonly runs: readonly RunRecord[];
  readonly ours: Assets;
  readonly theirs: Assets;
  readonly hashes: { readonly ours: ReadonlyMap<Uuid, Hash>; readonly theirs: ReadonlyMap<Uuid, Hash> };
}): Promise<ReadonlyMap<Uuid, Hash>> {
  const half = new Map<Uuid, Hash>();
  for (const { uuid, kind, after } of runs.flatMap((run) => run.state === "running" ? run.assets : [])) {
    const [mine, other, hash] = [ours.get(uuid), theirs.get(uuid), hashes.theirs.get(uuid)];
    if (kind !== "dashboard" || mine === undefined || other === undefined || hash === undefined) continue;
    if (after === undefined || hashes.ours.get(uuid) !== after) continue;
    const position = withoutAppendedCharts(mapOf(other.tree, "position"), mapOf(mine.tree, "position"));
    if (await hashAsset({ ...other, tree: { ...other.tree, position } }) === after) half.set(uuid, hash);
  }
  return half;
}
