/** Deletes assets of an instance as a run of its own, with a snapshot before the first write. */

import { type AssetKind, parseUuid, PUSHED_KINDS, type PushedKind, type Uuid } from "../core/asset.ts";
import { isPushed } from "../core/asset.ts";
import type { Hash } from "../core/hash.ts";
import { formatJson } from "../core/tree.ts";
import { referencesOf } from "../core/stored_form/normalize.ts";
import type { RunAsset, RunRecord, SnapshotFile } from "../ports/store.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import type { ObservedInstance } from "./observe_instance.ts";

/** An asset to delete. */
export interface Deletion {
  readonly uuid: Uuid;
  readonly kind: PushedKind;
  readonly name: string;
  readonly hash: Hash | undefined;
}

/** A deletion with its result. */
export interface Deleted extends Deletion {
  readonly result: "done" | "failed" | "skipped";
  readonly reason: "refused" | "dependency_failed" | undefined;
  /** The server's reason for refusing. */
  readonly message: string | undefined;
}

/** Names a run by its time, so that names sort by age. */
export function runName(now: number): string {
  const at = new Date(now).toISOString().replaceAll(/[-:]/g, "").slice(0, 15);
  return `${at}Z-${crypto.randomUUID().slice(0, 6)}`;
}

/**
 * Makes the files of a snapshot from an instance's own files. Databases are left out: a snapshot holds no connection.
 */
export function snapshotOf(raw: ObservedInstance["raw"], uuids: readonly Uuid[]): readonly SnapshotFile[] {
  return uuids.flatMap((uuid) => {
    const file = raw.get(uuid);
    return file === undefined || file.kind === "database"
      ? []
      : [{ path: `${file.kind}s/${uuid}.json`, text: formatJson(file.tree) }];
  });
}

/** Reads the kind and UUID of a snapshot's file from its path. */
export function snapshotKind(path: string): { readonly kind: AssetKind; readonly uuid: Uuid } | undefined {
  const [, kind = "", text = ""] = /^(\w+)s\/([0-9a-f-]{36})\.json$/.exec(path) ?? [];
  const uuid = parseUuid(text);
  return uuid === undefined || !(kind === "theme" || isPushed(kind as AssetKind))
    ? undefined
    : { kind: kind as AssetKind, uuid };
}

/** Lists deletions as a run records them before the first one. */
export function deletionRecords(
  deletions: readonly Deletion[],
  { rows }: Pick<ObservedInstance, "rows">,
): readonly RunAsset[] {
  return deletions.map(({ uuid, kind, name, hash }) => ({
    uuid,
    kind,
    name,
    action: "delete",
    before: hash,
    after: undefined,
    owners: rows.get(uuid)?.owners.map(({ id }) => id) ?? [],
  }));
}

/** Deletes assets as a run of its own. */
export async function deleteAssets(
  instance: Instance,
  ports: Pick<AssetsPorts, "clock" | "progress">,
  { observed, deletions, record }: {
    readonly observed: ObservedInstance;
    readonly deletions: readonly Deletion[];
    readonly record: Pick<RunRecord, "command" | "undoes">;
  },
  signal: AbortSignal,
): Promise<{ readonly run: string; readonly assets: readonly Deleted[] }> {
  const now = ports.clock.now();
  const run: RunRecord = {
    run: runName(now),
    ...record,
    instance: instance.settings.name,
    url: instance.settings.url,
    started_at: new Date(now).toISOString(),
    state: "running",
    assets: deletionRecords(deletions, observed),
  };
  await instance.store.begin(run, snapshotOf(observed.raw, deletions.map(({ uuid }) => uuid)));
  const assets = await removeAssets(instance, ports, { observed, deletions }, signal);
  const good = assets.every(({ result }) => result === "done");
  await instance.store.update({ ...run, state: good ? "done" : "failed" });
  return { run: run.run, assets };
}

/**
 * Removes assets within a run, dashboards first, then charts, then datasets. An asset that the server keeps (an alert
 * uses it, or another owner has it) is reported with the server's reason, and what it uses is skipped. What is deleted
 * leaves the ledger.
 */
export async function removeAssets(
  instance: Instance,
  ports: Pick<AssetsPorts, "progress">,
  { observed, deletions }: {
    readonly observed: ObservedInstance;
    readonly deletions: readonly Deletion[];
  },
  signal: AbortSignal,
): Promise<readonly Deleted[]> {
  const done: Deleted[] = [];
  const { server } = instance;
  const bytesBefore = server.bytes;
  /** The names of assets that stay, by the UUIDs of what they use. */
  const users = new Map<Uuid, string>();
  const keep = (deletion: Deletion, why: Omit<Deleted, keyof Deletion>) => {
    done.push({ ...deletion, ...why });
    const asset = observed.assets.get(deletion.uuid);
    if (asset === undefined) return;
    for (const { uuid } of referencesOf(asset)) users.set(uuid, `the ${asset.kind} "${asset.name}"`);
  };
  for (const kind of [...PUSHED_KINDS].reverse()) {
    for (const deletion of deletions.filter((each) => each.kind === kind)) {
      const user = users.get(deletion.uuid);
      const id = observed.rows.get(deletion.uuid)?.id;
      if (user !== undefined) {
        const message = `${user} stays and uses it`;
        keep(deletion, { result: "skipped", reason: "dependency_failed", message });
      } else {
        const message = id === undefined ? undefined : await server.remove(kind, id, signal);
        if (message === undefined) done.push({ ...deletion, result: "done", reason: undefined, message });
        else keep(deletion, { result: "failed", reason: "refused", message });
      }
      const bytes = server.bytes - bytesBefore;
      ports.progress("Deleting", { count: done.length, total: deletions.length, bytes });
    }
  }
  const gone = new Set<string>(done.filter(({ result }) => result === "done").map(({ uuid }) => uuid));
  await instance.store.changeLedger((ledger) => ({
    version: 1,
    assets: Object.fromEntries(Object.entries(ledger.assets).filter(([uuid]) => !gone.has(uuid))),
  }), signal);
  return done;
}
