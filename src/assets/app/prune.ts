/** Deletes from an instance what was pushed there and the folder has dropped (assets.md, "Push"). */

import { isPushed, parseUuid, type PushedKind, type Uuid } from "../core/asset.ts";
import type { Hash } from "../core/hash.ts";
import { isIgnored } from "../core/select.ts";
import { referencesOf } from "../core/stored_form/normalize.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { deleteAssets, type Deleted, type Deletion } from "./delete_assets.ts";
import { settleKilledRuns } from "./killed_runs.ts";
import { assertReadable } from "./load_side.ts";
import { assertRight, type ObservedInstance, observeInstance } from "./observe_instance.ts";
import { hashAll } from "./push/base.ts";
import { databasesOf, readStored } from "./read_folder.ts";

/** An asset that the folder has dropped, and that stays nevertheless. */
export interface KeptAsset extends Deletion {
  /** Undefined if another asset uses it, or if the instance could not be read completely. */
  readonly reason: "ignored" | "edited" | undefined;
  readonly message: string;
}

/** The assets that a prune would delete, and those that stay. */
export interface PrunePlan {
  readonly observed: ObservedInstance;
  readonly deletions: readonly Deletion[];
  readonly kept: readonly KeptAsset[];
  readonly hashes: ReadonlyMap<Uuid, Hash>;
}

/**
 * Plans a prune: assets of the ledger that the folder no longer has, that were not edited since, and that nothing uses.
 * Databases are never deleted.
 */
export async function planPrune(
  instance: Instance,
  ports: AssetsPorts,
  { dir }: { readonly dir: string },
  signal: AbortSignal,
): Promise<PrunePlan> {
  const stored = readStored(await ports.sources.folder(dir).read() ?? new Map());
  assertReadable(dir, stored);
  assertRight(await instance.server.facts(signal), { name: instance.settings.name, right: "write" });
  const ledger = await instance.store.readLedger(signal);
  const dropped = new Map(
    Object.entries(ledger.assets).flatMap(([text, entry]) => {
      const uuid = parseUuid(text);
      return uuid === undefined || stored.assets.has(uuid) || !isPushed(entry.kind)
        ? []
        : [[uuid, { kind: entry.kind as PushedKind, hash: entry.hash }] as const];
    }),
  );
  // Everything is read, since an asset elsewhere may use what the folder has dropped.
  const observed = await observeInstance(instance, ports, {
    databases: databasesOf(stored.assets),
    wants: () => dropped.size > 0,
  }, signal);
  const hashes = await hashAll(observed.assets);
  const deletions: Deletion[] = [];
  const kept: KeptAsset[] = [];
  for (const [uuid, { kind, hash }] of dropped) {
    const asset = observed.assets.get(uuid);
    if (asset === undefined) continue;
    const deletion = { uuid, kind, name: asset.name, hash: hashes.get(uuid) };
    if (isIgnored(asset, ports.ignore)) {
      kept.push({ ...deletion, reason: "ignored", message: "assets.ignore names it" });
    } else if (hashes.get(uuid) !== hash) {
      const message = "it was edited on the instance since it was pushed";
      kept.push({ ...deletion, reason: "edited", message });
    } else deletions.push(deletion);
  }
  const incomplete = observed.incomplete.length > 0;
  return { observed, hashes, ...settle({ observed, deletions, kept, incomplete }) };
}

function settle(
  { observed, deletions, kept, incomplete }: Omit<PrunePlan, "observed" | "hashes"> & {
    readonly observed: ObservedInstance;
    readonly incomplete: boolean;
  },
): Pick<PrunePlan, "deletions" | "kept"> {
  if (incomplete) {
    const why = { reason: undefined, message: "the instance could not be read completely" };
    return { deletions: [], kept: [...kept, ...deletions.map((each) => ({ ...each, ...why }))] };
  }
  const { unused, used } = splitByUse(deletions, observed);
  return { deletions: unused, kept: [...kept, ...used] };
}

/** Separates assets that another asset uses, which is not to be deleted itself, until nothing changes any more. */
export function splitByUse(
  deletions: readonly Deletion[],
  { assets }: Pick<ObservedInstance, "assets">,
): { readonly unused: readonly Deletion[]; readonly used: readonly KeptAsset[] } {
  const left = new Map(deletions.map((each) => [each.uuid, each]));
  const used: KeptAsset[] = [];
  for (let changed = true; changed;) {
    changed = false;
    for (const asset of assets.values()) {
      if (left.has(asset.uuid)) continue;
      for (const { uuid } of referencesOf(asset)) {
        const needed = left.get(uuid);
        if (needed === undefined) continue;
        left.delete(needed.uuid);
        used.push({ ...needed, reason: undefined, message: `the ${asset.kind} "${asset.name}" uses it` });
        changed = true;
      }
    }
  }
  return { unused: [...left.values()], used };
}

/**
 * Carries a prune out and ends the records of runs that were killed. Returns undefined if there was nothing to delete.
 */
export async function applyPrune(
  instance: Instance,
  ports: Pick<AssetsPorts, "clock" | "progress">,
  { observed, deletions, hashes }: PrunePlan,
  signal: AbortSignal,
): Promise<{ readonly run: string; readonly assets: readonly Deleted[] } | undefined> {
  const done = deletions.length === 0
    ? undefined
    : await deleteAssets(instance, ports, { observed, deletions, record: { command: "prune" } }, signal);
  if (observed.incomplete.length === 0) {
    await settleKilledRuns(instance, { rows: observed.rows, theirs: hashes, run: done?.run }, signal);
  }
  return done;
}
