/** Undoes a run: puts the snapshot back, and deletes what the run created (assets.md, "Push"). */

import { usageError } from "../../lib/errors.ts";
import { isPushed, parseUuid, type PushedKind, type Uuid } from "../core/asset.ts";
import type { BundleFile } from "../core/bundle.ts";
import { EVERYTHING } from "../core/select.ts";
import { isMap, parseJson } from "../core/tree.ts";
import type { RunRecord, SnapshotFile } from "../ports/store.ts";
import type { AssetsPorts, Instance } from "./assets_ports.ts";
import { deleteAssets, type Deletion, snapshotKind } from "./delete_assets.ts";
import { type ObservedInstance, observeInstance, toFolder } from "./observe_instance.ts";
import { applyPush, type PushResult } from "./push/apply_push.ts";
import { hashAll } from "./push/base.ts";
import { referencesOfRaw } from "./push/bundle_chunk.ts";
import { type PreparedPush, preparePush } from "./push/prepare_push.ts";
import { type KeptAsset, splitByUse } from "./prune.ts";
import { databasesOf, readStored } from "./read_folder.ts";

/** A rollback that is planned. */
export interface PreparedRollback {
  readonly undoes: RunRecord;
  /** The snapshot's content, as a push. */
  readonly prepared: PreparedPush;
  readonly deletions: readonly Deletion[];
  /** Assets that the run created, and that were edited since or that others use. */
  readonly conflicts: readonly KeptAsset[];
  /** Assets that the run created and that stay under `--force`, since others use them. */
  readonly kept: readonly KeptAsset[];
  readonly owners: ReadonlyMap<Uuid, readonly number[]>;
  readonly observed: ObservedInstance;
}

/**
 * Reads a run from a folder, such as an artifact of CI. Throws AppError `run_unknown` (exit code 2) if it is a run of
 * another instance.
 */
export async function readRun(
  { settings, store }: Instance,
  folder: string,
): Promise<{ readonly run: RunRecord; readonly snapshot: readonly SnapshotFile[] }> {
  const read = await store.readRun(folder);
  if (read.run.url === settings.url) return read;
  throw usageError(
    "run_unknown",
    `Undoing the run in ${folder}: it was made on ${read.run.url}, and ${settings.name} is ${settings.url}`,
    "Name the instance that the run changed",
  );
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
  const creates = run.assets.some(({ action }) => action === "create");
  // An asset that the run created is used by others perhaps, so everything is read if there is one.
  const observed = await observeInstance(instance, ports, {
    databases,
    wants: ({ uuid }) => creates || uuid !== undefined && wanted.has(uuid),
  }, signal);
  // What the snapshot does not hold, because the run did not touch it, is as the instance has it now.
  const before = toFolder(new Map([...observed.raw, ...raw]), {
    mapping: observed.databases,
    settings: instance.settings,
    ours: databases,
  });
  const all = new Map([...stored.assets].filter(([, { kind }]) => kind === "database"));
  for (const [uuid, asset] of before) all.set(uuid, asset);
  const prepared = await preparePush(instance, ports, {
    source: { all, paths: stored.paths, exported: undefined, undoes: run },
    options: {
      force,
      adopt: false,
      selection: {
        ...EVERYTHING,
        // A snapshot without content selects nothing.
        uuids: ["none", ...[...raw.keys()].filter((uuid) => isPushed(raw.get(uuid)?.kind ?? "database"))],
        dependencies: false,
      },
    },
  }, signal);
  const created = await planDeletions({ run, observed, force });
  const owners = new Map(run.assets.map((asset) => [asset.uuid, asset.owners]));
  return { undoes: run, prepared, ...created, owners, observed };
}

/** Plans the deletion of what a run created. Assets that were edited since, or that others use, are conflicts. */
async function planDeletions({ run, observed, force }: {
  readonly run: RunRecord;
  readonly observed: ObservedInstance;
  readonly force: boolean;
}): Promise<Pick<PreparedRollback, "deletions" | "conflicts" | "kept">> {
  const hashes = await hashAll(observed.assets);
  const created = run.assets.filter(({ action, uuid }) => action === "create" && observed.rows.has(uuid));
  const after = new Map(created.map((each) => [each.uuid, each.after]));
  const all = created.map(({ uuid, kind, name }) => ({
    uuid,
    kind: kind as PushedKind,
    name,
    hash: hashes.get(uuid),
  }));
  const edited = all.filter(({ uuid, hash }) => !force && hash !== after.get(uuid));
  const { unused, used } = splitByUse(all.filter((each) => !edited.includes(each)), {
    // What the run changed is put back before anything is deleted.
    assets: new Map(
      [...observed.assets].filter(([uuid]) =>
        !run.assets.some((each) => each.uuid === uuid && each.action === "update")
      ),
    ),
  });
  return {
    deletions: unused,
    conflicts: [
      ...edited.map((each) => ({
        ...each,
        reason: "edited" as const,
        message: "it was edited on the instance since the run (--force deletes it)",
      })),
      ...(force ? [] : used.map((each) => ({ ...each, message: `${each.message} (--force leaves it)` }))),
    ],
    kept: force ? used : [],
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
): Promise<PushResult> {
  const { undoes, prepared, deletions, owners, observed } = rollback;
  const record = { command: "rollback", undoes: undoes.run } as const;
  const works = prepared.plan.some(({ action }) => action === "create" || action === "update");
  const options = { ...record, continueOnError, inActions, owners };
  // Deletions are part of the run that puts content back, or a run of their own if there is nothing to put back.
  const pushed = await applyPush(instance, ports, {
    prepared,
    options: works ? { ...options, deletions, deletedFrom: observed } : options,
  }, signal);
  let result = pushed;
  if (!works && deletions.length > 0) {
    const { run, assets: deleted } = await deleteAssets(
      instance,
      ports,
      { observed, deletions, record },
      signal,
    );
    result = { ...pushed, run, deleted };
  }
  const isUndone = [...result.assets, ...result.deleted].every(({ result: each }) =>
    each === "done" || each === "unchanged"
  );
  // A run from elsewhere has no record here.
  const isKnown = (await instance.store.runs()).some(({ run }) => run === undoes.run);
  if (isUndone && isKnown) await instance.store.update({ ...undoes, state: "rolled_back" });
  return result;
}
