/** Undoes a run: puts the snapshot back, and deletes what the run created (assets.md, "Push"). */

import { usageError } from "../../lib/errors.ts";
import { isPushed, parseUuid, type PushedKind, type Uuid } from "../core/asset.ts";
import type { BundleFile } from "../core/bundle.ts";
import type { Hash } from "../core/hash.ts";
import { EVERYTHING } from "../core/select.ts";
import { isMap, parseJson } from "../core/tree.ts";
import type { RunRecord, SnapshotFile } from "../ports/store.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { deleteAssets, type Deleted, type Deletion, snapshotKind } from "./delete_assets.ts";
import { type ObservedInstance, observeInstance, toFolder } from "./observe_instance.ts";
import { applyPush, type PushResult } from "./push/apply_push.ts";
import { hashAll } from "./push/base.ts";
import { referencesOfRaw } from "./push/bundle_chunk.ts";
import { type PreparedPush, preparePush } from "./push/prepare_push.ts";
import { databasesOf, readStored } from "./read_folder.ts";

/** A rollback that is planned. */
export interface PreparedRollback {
  readonly undoes: RunRecord;
  /** The snapshot's content, as a push. */
  readonly prepared: PreparedPush;
  readonly deletions: readonly Deletion[];
  /** Assets that the run created, and that somebody has edited since. */
  readonly conflicts: readonly (Deletion & { readonly message: string })[];
  readonly owners: ReadonlyMap<Uuid, readonly number[]>;
  readonly observed: ObservedInstance;
}

/**
 * Finds the run to undo: the named one, or the newest that is neither a rollback nor undone already. A run counts as
 * undone when all of it is: a rollback that was killed, or failed in part, is taken up again.
 */
export async function findRun(instance: Instance, name: string | undefined): Promise<RunRecord> {
  const runs = await instance.store.runs();
  const run = name === undefined
    ? runs.find(({ command, state }) => command !== "rollback" && state !== "rolled_back")
    : runs.find((each) => each.run === name) ?? only(runs.filter((each) => each.run.startsWith(name)));
  if (run !== undefined) return run;
  throw usageError(
    "run_unknown",
    name === undefined
      ? `Undoing the last push to ${instance.settings.name}: no run is recorded here`
      : `Undoing the run "${name}": no such run is recorded here`,
    `\`showtime assets runs ${instance.settings.name}\` lists the runs; --from DIR takes a snapshot from elsewhere`,
  );
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

/** Plans a rollback. */
export async function prepareRollback(
  instance: Instance,
  ports: AssetsPorts,
  { run, snapshot, dir, force }: {
    readonly run: RunRecord;
    readonly snapshot: readonly SnapshotFile[];
    /** The folder that gives the content its vocabulary. */
    readonly dir: string;
    readonly force: boolean;
  },
  signal: AbortSignal,
): Promise<PreparedRollback> {
  const stored = readStored(await ports.sources.folder(dir).read() ?? new Map());
  const databases = databasesOf(stored.assets);
  const raw = new Map(snapshot.flatMap((file) => {
    const read = readSnapshotFile(file);
    return read === undefined ? [] : [read];
  }));
  // A chart that comes back needs its dataset's file, although the run did not touch the dataset.
  const wanted = new Set([
    ...run.assets.map(({ uuid }) => uuid),
    ...[...raw.values()].flatMap((file) => referencesOfRaw(file).map(({ uuid }) => uuid)),
  ]);
  const observed = await observeInstance(instance, ports, {
    databases,
    wants: (row) => row.uuid !== undefined && wanted.has(row.uuid),
  }, signal);
  // What the snapshot does not hold, because the run did not touch it, is as the instance has it now.
  const before = toFolder(new Map([...observed.raw, ...raw]), {
    mapping: observed.databases,
    settings: instance.settings,
    ours: databases,
  });
  const names = new Map(run.assets.map((asset) => [asset.uuid, asset]));
  const after = new Map<Uuid, Hash>(
    run.assets.flatMap((each) => each.after === undefined ? [] : [[each.uuid, each.after]]),
  );
  const all = new Map([...stored.assets].filter(([, { kind }]) => kind === "database"));
  for (const [uuid, asset] of before) all.set(uuid, asset);
  const prepared = await preparePush(instance, ports, {
    source: {
      all,
      paths: new Map(),
      exported: { url: run.url, version: "", rights: "", assets: Object.fromEntries(after) },
    },
    options: {
      force,
      adopt: false,
      selection: {
        ...EVERYTHING,
        uuids: [...raw.keys()].filter((uuid) => isPushed(raw.get(uuid)?.kind ?? "database")),
      },
    },
  }, signal);
  const hashes = await hashAll(observed.assets);
  const created = run.assets.filter(({ action, uuid }) => action === "create" && observed.rows.has(uuid))
    .map(({ uuid, kind, name }) => ({ uuid, kind: kind as PushedKind, name, hash: hashes.get(uuid) }));
  const edited = created.filter(({ uuid, hash }) => !force && hash !== after.get(uuid));
  return {
    undoes: run,
    prepared,
    deletions: created.filter((each) => !edited.includes(each)),
    conflicts: edited.map((each) => ({
      ...each,
      message: "it was edited on the instance since the run (--force deletes it)",
    })),
    owners: new Map([...names].map(([uuid, { owners }]) => [uuid, owners])),
    observed,
  };
}

function readSnapshotFile({ path, text }: SnapshotFile): readonly [Uuid, BundleFile] | undefined {
  const about = snapshotKind(path);
  const tree = parseJson(text) ?? undefined;
  if (about === undefined || !isMap(tree) || parseUuid(tree["uuid"]) !== about.uuid) return undefined;
  return [about.uuid, { kind: about.kind, path, tree }];
}

/**
 * Carries a rollback out: content first, so that nothing refers to what is deleted then. Marks the run as undone if
 * nothing is left of it. A rollback with nothing left to do still ends the records of rollbacks that were killed.
 */
export async function applyRollback(
  instance: Instance,
  ports: AssetsPorts,
  { rollback, continueOnError, inActions }: {
    readonly rollback: PreparedRollback;
    readonly continueOnError: boolean;
    readonly inActions: boolean;
  },
  signal: AbortSignal,
): Promise<{ readonly pushed: PushResult; readonly deleted: readonly Deleted[] }> {
  const undoes = rollback.undoes.run;
  const pushed = await applyPush(instance, ports, {
    prepared: rollback.prepared,
    options: { command: "rollback", undoes, continueOnError, inActions, owners: rollback.owners },
  }, signal);
  const deleted = rollback.deletions.length === 0 ? [] : (await deleteAssets(instance, ports, {
    observed: rollback.observed,
    deletions: rollback.deletions,
    record: { command: "rollback", undoes },
  }, signal)).assets;
  const isUndone = [...pushed.assets, ...deleted].every(({ result }) =>
    result === "done" || result === "unchanged"
  );
  if (isUndone) await instance.store.update({ ...rollback.undoes, state: "rolled_back" });
  return { pushed, deleted };
}
