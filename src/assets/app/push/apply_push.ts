/** Carries out a planned push: snapshot, imports in chunks, verification, ledger (assets.md, "Push", 3 to 5). */

import { AppError, EXIT } from "../../../lib/errors.ts";
import {
  type Asset,
  isPushed,
  parseUuid,
  PUSHED_KINDS,
  type PushedKind,
  type Uuid,
} from "../../core/asset.ts";
import type { BundleFile } from "../../core/bundle.ts";
import { changesOf } from "../../core/plan/changes.ts";
import type { PlannedAsset } from "../../core/plan/plan.ts";
import { findSecrets } from "../../core/secrets.ts";
import { chartsOfLayout } from "../../core/stored_form/chart_references.ts";
import { mapOf } from "../../core/tree.ts";
import type { RunAsset, RunRecord } from "../../ports/store.ts";
import type { AssetsPorts, Instance } from "../assets_ports.ts";
import {
  type Deleted,
  type Deletion,
  deletionRecords,
  removeAssets,
  runName,
  snapshotOf,
} from "../delete_assets.ts";
import { restoreOwners, settleKilledRuns } from "../killed_runs.ts";
import { type ObservedInstance, toInstance } from "../observe_instance.ts";
import { chunksOf } from "./bundle_chunk.ts";
import { importChunk, type ImportTools, learnIds, readAgain } from "./import_chunk.ts";
import { Outcomes, type PushedAsset, settle } from "./outcomes.ts";
import type { PreparedPush } from "./prepare_push.ts";

/** The options of {@link applyPush}. */
export interface ApplyOptions {
  readonly command: RunRecord["command"];
  /** The run that a rollback undoes. */
  readonly undoes?: string | undefined;
  /** Goes on with the other assets after a failure. */
  readonly continueOnError: boolean;
  /** Whether the run is in GitHub Actions, where the snapshot becomes an artifact. */
  readonly inActions: boolean;
  /** Assets to delete once all others arrived, as part of the run. */
  readonly deletions?: readonly Deletion[] | undefined;
  /** The instance as it was when the deletions were planned. */
  readonly deletedFrom?: ObservedInstance | undefined;
  /** Owners to set by numeric id, instead of those that the instance has now. */
  readonly owners?: ReadonlyMap<Uuid, readonly number[]> | undefined;
}

/** The assets that are read again at once: two requests, whose answers are in memory together. */
const VERIFIED_AT_ONCE = 100;

/** The result of a push. */
export interface PushResult {
  readonly run: string | undefined;
  readonly assets: readonly PushedAsset[];
  readonly deleted: readonly Deleted[];
}

/** Applies a plan without conflicts. Nothing is written before the snapshot is on disk. */
export async function applyPush(
  instance: Instance,
  ports: AssetsPorts,
  { prepared, options }: { readonly prepared: PreparedPush; readonly options: ApplyOptions },
  signal: AbortSignal,
): Promise<PushResult> {
  const { rows } = prepared.observed;
  const endKilledRuns = async (run: string | undefined) => {
    const written = await settleKilledRuns(instance, { rows, theirs: prepared.hashes.theirs, run }, signal);
    await restoreOwners(instance, { written, rows, given: options.owners }, signal);
  };
  if (workOf(prepared).length === 0) {
    await endKilledRuns(undefined);
    return { run: undefined, assets: prepared.plan.map(settle), deleted: [] };
  }
  const push = new Push(instance, ports, { prepared, options });
  // The record of this run comes first: it holds the contents that the killed runs' records have vouched for.
  await push.begin(signal);
  await endKilledRuns(push.run);
  try {
    await push.pushAll(signal);
    await push.verify(signal);
    await push.remove(signal);
  } finally {
    await push.end(signal);
  }
  return { run: push.run, assets: push.assets(), deleted: push.deleted };
}

function workOf({ plan }: PreparedPush): readonly PlannedAsset[] {
  return plan.filter(({ action }) => action === "create" || action === "update");
}

class Push {
  readonly run: string;
  readonly #instance: Instance;
  readonly #prepared: PreparedPush;
  readonly #options: ApplyOptions;
  readonly #outcomes: Outcomes;
  /** The content to send, in the instance's vocabulary. */
  readonly #sent: ReadonlyMap<Uuid, Asset>;
  readonly #raw: Map<Uuid, BundleFile>;
  readonly #tools: ImportTools;
  #record: RunRecord | undefined;
  /** The results of the deletions; empty until they are done. */
  deleted: readonly Deleted[] = [];
  #stopped = false;
  /** The bytes that the instance had exchanged when the stage began. */
  #bytesBefore = 0;

  constructor(
    instance: Instance,
    ports: AssetsPorts,
    { prepared, options }: { readonly prepared: PreparedPush; readonly options: ApplyOptions },
  ) {
    this.#instance = instance;
    this.#prepared = prepared;
    this.#options = options;
    this.#outcomes = new Outcomes(prepared.ours);
    this.#raw = new Map(prepared.observed.raw);
    this.run = runName(ports.clock.now());
    const ids = new Map([...prepared.observed.rows].map(([uuid, { id }]) => [uuid, id] as const));
    const { databases, facts } = prepared.observed;
    // An import would create what only comes along, so nothing that is left out is sent as the folder has it.
    const pushed = new Set(
      prepared.plan.filter(({ action }) => action !== "skip").map(({ uuid }) => uuid),
    );
    this.#sent = new Map(
      [...prepared.ours].filter(([uuid, { kind }]) => !isPushed(kind) || pushed.has(uuid)).map((
        [uuid, asset],
      ) => [uuid, toInstance(asset, { mapping: databases, settings: instance.settings })] as const),
    );
    this.#tools = {
      instance,
      ports,
      prepared,
      ids,
      outcomes: this.#outcomes,
      continueOnError: options.continueOnError,
      source: {
        ours: this.#sent,
        raw: this.#raw,
        receiver: { version: facts.supported ?? "6.1", idOf: (uuid) => ids.get(uuid) },
      },
    };
  }

  /** Writes the snapshot and the record of the run. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#completeDatabases(signal);
    const work = workOf(this.#prepared);
    this.#assertNoLeak([...work, ...this.#deletions].map(({ uuid }) => uuid));
    this.#record = {
      run: this.run,
      command: this.#options.command,
      instance: this.#instance.settings.name,
      url: this.#instance.settings.url,
      started_at: new Date(this.#tools.ports.clock.now()).toISOString(),
      state: "running",
      ...(this.#options.undoes === undefined ? {} : { undoes: this.#options.undoes }),
      assets: [
        ...work.map(({ uuid, kind, name, action }): RunAsset => ({
          uuid,
          kind,
          name,
          action: action === "create" ? "create" : "update",
          before: this.#prepared.hashes.theirs.get(uuid),
          after: this.#prepared.hashes.ours.get(uuid),
          owners: this.#prepared.observed.rows.get(uuid)?.owners.map(({ id }) => id) ?? [],
        })),
        ...deletionRecords(this.#deletions, this.#deletedFrom),
      ],
    };
    const lost = snapshotOf(this.#deletedFrom.raw, this.#deletions.map(({ uuid }) => uuid));
    const kept = snapshotOf(this.#raw, work.map(({ uuid }) => uuid));
    await this.#instance.store.begin(this.#record, [...kept, ...lost]);
  }

  get #deletions(): readonly Deletion[] {
    return this.#options.deletions ?? [];
  }

  get #deletedFrom(): ObservedInstance {
    return this.#options.deletedFrom ?? this.#prepared.observed;
  }

  /** Deletes what the run is to delete, unless an asset failed that may still use it. */
  async remove(signal: AbortSignal): Promise<void> {
    if (this.#deletions.length === 0) return;
    if (this.#stopped || !this.#isGood()) {
      const why = { result: "skipped", reason: "dependency_failed" } as const;
      const message = "an asset that may use it failed";
      this.deleted = this.#deletions.map((each) => ({ ...each, ...why, message }));
      return;
    }
    const observed = this.#deletedFrom;
    this.deleted = await removeAssets(this.#instance, this.#tools.ports, {
      observed: { ...observed, assets: new Map([...observed.assets, ...this.#prepared.ours]) },
      deletions: this.#deletions,
    }, signal);
  }

  #isGood(): boolean {
    const ends = ["done", "unchanged", "skipped"];
    return this.assets().every(({ result, reason }) =>
      ends.includes(result) && reason !== "dependency_failed"
    ) && this.deleted.every(({ result }) => result === "done");
  }

  /** Throws AppError `secrets_found` (exit code 3) in Actions if the snapshot of these assets would hold a secret. */
  #assertNoLeak(touched: readonly Uuid[]): void {
    if (!this.#options.inActions) return;
    const files = touched.flatMap((uuid) => this.#raw.get(uuid) ?? this.#deletedFrom.raw.get(uuid) ?? []);
    const leak = files.find(({ tree }) => findSecrets(tree).length > 0);
    if (leak === undefined) return;
    throw new AppError(
      "secrets_found",
      `Taking a snapshot of ${this.#instance.settings.name}: the ${leak.kind} in ${leak.path} holds a secret`,
      {
        exitCode: EXIT.refused,
        hint: "The snapshot would be kept as an artifact. Take the secret out of the asset on the instance",
      },
    );
  }

  /** Gets the instance's own file of each database that is needed, by exporting one dataset of it. */
  async #completeDatabases(signal: AbortSignal): Promise<void> {
    const { listings, rows } = this.#prepared.observed;
    const needed = new Set(
      [...this.#sent.values()].flatMap((asset) =>
        asset.kind === "dataset" ? parseUuid(asset.tree["database_uuid"]) ?? [] : []
      ),
    );
    const lacking = () => [...needed].filter((uuid) => !this.#raw.has(uuid));
    const samples = lacking().flatMap((uuid) =>
      listings.dataset.assets.find(({ table }) => table?.databaseUuid === uuid)?.id ?? []
    );
    await this.#keepDatabases("dataset", samples, signal);
    // A database without datasets is exported by itself.
    await this.#keepDatabases("database", lacking().flatMap((uuid) => rows.get(uuid)?.id ?? []), signal);
  }

  async #keepDatabases(
    kind: "dataset" | "database",
    ids: readonly number[],
    signal: AbortSignal,
  ): Promise<void> {
    if (ids.length === 0) return;
    const { files } = await this.#instance.server.export(kind, ids, {}, signal);
    for (const file of files) {
      const uuid = parseUuid(file.tree["uuid"]);
      if (uuid !== undefined && file.kind === "database" && !this.#raw.has(uuid)) this.#raw.set(uuid, file);
    }
  }

  /** Imports everything, kind by kind. */
  async pushAll(signal: AbortSignal): Promise<void> {
    this.#bytesBefore = this.#instance.server.bytes;
    for (const kind of PUSHED_KINDS) await this.#pushKind(kind, signal);
  }

  #report(stage: string, at: { readonly count: number; readonly total: number }): void {
    const bytes = this.#instance.server.bytes - this.#bytesBefore;
    this.#tools.ports.progress(stage, { ...at, bytes });
  }

  async #pushKind(kind: PushedKind, signal: AbortSignal): Promise<void> {
    const all = workOf(this.#prepared);
    const report = () =>
      this.#report("Pushing", { count: this.#outcomes.with("done").length, total: all.length });
    const work = all.filter((asset) => asset.kind === kind);
    for (const chunk of chunksOf(kind, work.map(({ uuid }) => uuid))) {
      const ready = chunk.filter((uuid) => !this.#outcomes.isHeldBack(uuid));
      if (this.#stopped || ready.length === 0) continue;
      report();
      await this.#assertUntouched(kind, ready, signal);
      this.#stopped = !await importChunk(this.#tools, { kind, chunk: ready }, signal);
      report();
    }
    const done = work.map(({ uuid }) => uuid).filter((uuid) => this.#outcomes.of(uuid) === "done");
    if (done.length === 0) return;
    if (done.some((uuid) => !this.#tools.ids.has(uuid))) await learnIds(this.#tools, kind, signal);
    if (kind === "dashboard") await this.#repairMembership(done, signal);
    await this.#setOwners(kind, done, signal);
  }

  /** Reads the chunk's assets again. Throws AppError `assets_moved` if somebody edited one since the plan. */
  async #assertUntouched(kind: PushedKind, chunk: readonly Uuid[], signal: AbortSignal): Promise<void> {
    const known = chunk.filter((uuid) => this.#tools.ids.has(uuid));
    if (known.length === 0) return;
    const now = await readAgain(this.#tools, { kind, uuids: known }, signal);
    const moved = known.find((uuid) => now.hashes.get(uuid) !== this.#prepared.hashes.theirs.get(uuid));
    if (moved === undefined) return;
    const message = "it was edited on the instance while the push ran";
    this.#outcomes.set(moved, { result: "failed", reason: "edited", message });
    const name = this.#prepared.ours.get(moved)?.name;
    throw new AppError(
      "assets_moved",
      `Pushing to ${this.#instance.settings.name}: "${name}" was edited while the push ran`,
      { exitCode: EXIT.refused, hint: "Plan again" },
    );
  }

  /**
   * Takes charts that the layout does not have off the dashboards. Superset 6.0 only adds charts at an import. The
   * charts are changed: a change of the dashboard would fill its metadata with defaults.
   */
  async #repairMembership(uuids: readonly Uuid[], signal: AbortSignal): Promise<void> {
    if (this.#prepared.observed.facts.supported !== "6.0") return;
    for (const uuid of uuids) {
      const [id, asset] = [this.#tools.ids.get(uuid), this.#sent.get(uuid)];
      if (id === undefined || asset === undefined) continue;
      const placed = new Set(
        chartsOfLayout(mapOf(asset.tree, "position")).map(({ uuid: chart }) =>
          chart && this.#tools.ids.get(chart)
        ),
      );
      const members = await this.#instance.server.membersOf(id, signal);
      for (const chart of members.filter((each) => !placed.has(each))) {
        const dashboards = (await this.#instance.server.dashboardsOf(chart, signal)).filter((each) =>
          each !== id
        );
        await this.#instance.server.update({ kind: "chart", id: chart }, { dashboards }, signal);
      }
    }
  }

  async #setOwners(kind: PushedKind, uuids: readonly Uuid[], signal: AbortSignal): Promise<void> {
    const given = this.#options.owners;
    if (this.#instance.settings.owners !== "keep" && given === undefined) return;
    for (const uuid of uuids) {
      const id = this.#tools.ids.get(uuid);
      const before = this.#prepared.observed.rows.get(uuid)?.owners.map((owner) => owner.id);
      const owners = given?.get(uuid) ?? before;
      if (id === undefined || owners === undefined) continue;
      await this.#instance.server.update({ kind, id }, { owners }, signal);
    }
  }

  /** Exports what was pushed once more, and names content that is not what was sent, although the server said OK. */
  async verify(signal: AbortSignal): Promise<void> {
    const left = new Set(this.#outcomes.with("done"));
    const total = left.size;
    this.#bytesBefore = this.#instance.server.bytes;
    const report = () => this.#report("Verifying", { count: total - left.size, total });
    if (total > 0) report();
    // Dashboards bring most charts and datasets along.
    for (const kind of [...PUSHED_KINDS].reverse()) {
      const own = [...left].filter((uuid) => this.#prepared.ours.get(uuid)?.kind === kind);
      for (let start = 0; start < own.length; start += VERIFIED_AT_ONCE) {
        const uuids = own.slice(start, start + VERIFIED_AT_ONCE);
        const now = await readAgain(this.#tools, { kind, uuids }, signal);
        const seen = [...left].filter((uuid) => now.assets.has(uuid) || uuids.includes(uuid));
        for (const uuid of seen) {
          this.#judge(uuid, now);
          left.delete(uuid);
        }
        report();
      }
    }
  }

  #judge(uuid: Uuid, now: Awaited<ReturnType<typeof readAgain>>): void {
    if (now.hashes.get(uuid) === this.#prepared.hashes.ours.get(uuid)) return;
    const [asset, theirs] = [this.#prepared.ours.get(uuid), now.assets.get(uuid)];
    if (asset === undefined) return;
    const fields = theirs === undefined ? [] : changesOf(theirs, asset).map(({ path }) => path);
    const message = theirs === undefined
      ? "the instance does not have it"
      : `the instance has other content: ${fields.slice(0, 5).join(", ")}`;
    this.#outcomes.set(uuid, { result: "not_applied", message, fields });
  }

  /** Writes what is certain into the ledger, and ends the run's record. */
  async end(signal: AbortSignal): Promise<void> {
    const assets = this.assets();
    const entries = assets.flatMap(({ uuid, kind, result }) => {
      const hash = this.#prepared.hashes.ours.get(uuid);
      const known = Object.hasOwn(this.#prepared.ledger.assets, uuid);
      if (hash === undefined || !(result === "done" || (result === "unchanged" && known))) return [];
      return [[uuid, { kind, hash, run: this.run }] as const];
    });
    const alive = signal.aborted ? AbortSignal.timeout(10_000) : signal;
    await this.#instance.store.changeLedger(
      (ledger) => ({ version: 1, assets: { ...ledger.assets, ...Object.fromEntries(entries) } }),
      alive,
    );
    if (this.#record === undefined) return;
    await this.#instance.store.update({ ...this.#record, state: this.#isGood() ? "done" : "failed" });
  }

  /** The planned assets with their results so far. */
  assets(): readonly PushedAsset[] {
    return this.#outcomes.apply(this.#prepared.plan);
  }
}
