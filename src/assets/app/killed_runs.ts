/** Ends the records of runs that were killed, once it is known how far each came (assets.md, "Acceptance"). */

import { isPushed, type PushedKind, type Uuid } from "../core/asset.ts";
import type { Hash } from "../core/hash.ts";
import type { LedgerEntry, RunAsset, RunRecord } from "../ports/store.ts";
import type { ListedAsset } from "../ports/superset.ts";
import type { Instance } from "./assets_ports.ts";

/** The instance as the present run found it. The listings are complete. */
export interface FoundInstance {
  readonly rows: ReadonlyMap<Uuid, ListedAsset>;
  /** The hashes of what the instance has, as far as the present run has read it. */
  readonly theirs: ReadonlyMap<Uuid, Hash>;
  /** The present run's name: its record is not killed. */
  readonly run: string | undefined;
}

/**
 * Writes into the ledger what killed runs have written, takes out what they have deleted, and ends each record whose
 * assets are all accounted for. The record of a run with an asset that the present run has not read stays as it is: it
 * still says which contents the instance may have. Returns what the killed runs have written.
 */
export async function settleKilledRuns(
  instance: Instance,
  found: FoundInstance,
  signal: AbortSignal,
): Promise<readonly RunAsset[]> {
  const killed = (await instance.store.runs())
    .filter(({ state, run }) => state === "running" && run !== found.run).reverse();
  if (killed.length === 0) return [];
  const entries: Record<string, LedgerEntry> = {};
  const gone = new Set<string>();
  const written: RunAsset[] = [];
  for (const { run, assets } of killed) {
    for (const asset of assets) {
      const { uuid, kind, after } = asset;
      if (!found.rows.has(uuid)) gone.add(uuid);
      else if (after !== undefined && found.theirs.get(uuid) === after) {
        entries[uuid] = { kind, hash: after, run };
        written.push(asset);
      }
    }
  }
  await instance.store.changeLedger(({ assets }) => ({
    version: 1,
    assets: Object.fromEntries(
      Object.entries<LedgerEntry>({ ...assets, ...entries }).filter(([uuid]) => !gone.has(uuid)),
    ),
  }), signal);
  for (const record of killed) {
    if (isSettled(record, found)) await instance.store.update({ ...record, state: "failed" });
  }
  return written;
}

function isSettled({ assets }: RunRecord, { rows, theirs }: FoundInstance): boolean {
  return assets.every(({ uuid, action }) => action === "delete" || !rows.has(uuid) || theirs.has(uuid));
}

/**
 * Gives assets that a killed run has written the owners that it would have given them: its import made the account an
 * owner, and the run ended before it set the owners.
 */
export async function restoreOwners(
  instance: Instance,
  { written, rows, given }: {
    readonly written: readonly RunAsset[];
    readonly rows: ReadonlyMap<Uuid, ListedAsset>;
    /** Owners by UUID that a rollback sets. */
    readonly given: ReadonlyMap<Uuid, readonly number[]> | undefined;
  },
  signal: AbortSignal,
): Promise<void> {
  if (instance.settings.owners !== "keep" && given === undefined) return;
  for (const { uuid, kind, action, owners } of written) {
    const row = rows.get(uuid);
    const wanted = given?.get(uuid) ?? (action === "update" ? owners : undefined);
    if (row === undefined || wanted === undefined || !isPushed(kind)) continue;
    const now = row.owners.map(({ id }) => id);
    if (now.length === wanted.length && now.every((id) => wanted.includes(id))) continue;
    await instance.server.update({ kind: kind as PushedKind, id: row.id }, { owners: wanted }, signal);
  }
}
