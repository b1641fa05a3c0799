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
import { type Hash, hashAsset } from "../../core/hash.ts";
import { changesOf } from "../../core/plan/changes.ts";
import type { PlannedAsset } from "../../core/plan/plan.ts";
import { findSecrets } from "../../core/secrets.ts";
import { referencesOf } from "../../core/stored_form/normalize.ts";
import { toSupersetFile } from "../../core/superset_form/superset_file.ts";
import type { RunAsset, RunRecord } from "../../ports/store.ts";
import type { ImportOutcome } from "../../ports/superset.ts";
import type { AssetsPorts, Instance } from "../assets_ports.ts";
import { runName, snapshotOf } from "../delete_assets.ts";
import { toFolder, toInstance } from "../observe_instance.ts";
import { bundleChunk, type BundleSource, chunksOf, membershipFields, uuidOfMember } from "./bundle_chunk.ts";
import type { PreparedPush } from "./prepare_push.ts";

/** What became of an asset. */
export type Result = "planned" | "done" | "unchanged" | "failed" | "skipped" | "not_applied";

/** An asset of a push with what became of it. */
export interface PushedAsset extends PlannedAsset {
  readonly result: Result;
}

/** The options of {@link applyPush}. */
export interface ApplyOptions {
  readonly command: RunRecord["command"];
  /** The run that a rollback undoes. */
  readonly undoes?: string | undefined;
  /** Goes on with the other assets after a failure. */
  readonly continueOnError: boolean;
  readonly inActions: boolean;
  /** Owners to set by numeric id, instead of those that the instance has now. */
  readonly owners?: ReadonlyMap<Uuid, readonly number[]> | undefined;
}

/** The result of a push. */
export interface PushResult {
  readonly run: string | undefined;
  readonly assets: readonly PushedAsset[];
}

/** Applies a plan without conflicts. Nothing is written before the snapshot is on disk. */
export async function applyPush(
  instance: Instance,
  ports: AssetsPorts,
  { prepared, options }: { readonly prepared: PreparedPush; readonly options: ApplyOptions },
  signal: AbortSignal,
): Promise<PushResult> {
  const work = prepared.plan.filter(({ action }) => action === "create" || action === "update");
  if (work.length === 0) {
    await recordUnchanged(instance, prepared, signal);
    return { run: undefined, assets: prepared.plan.map(settled) };
  }
  const push = new Push(instance, ports, { prepared, options });
  await push.begin(signal);
  try {
    for (const kind of PUSHED_KINDS) await push.pushKind(kind, signal);
    await push.verify(signal);
  } finally {
    await push.end(signal);
  }
  return { run: push.run, assets: push.assets() };
}

function settled(asset: PlannedAsset): PushedAsset {
  return {
    ...asset,
    result: asset.action === "unchanged" ? "unchanged" : asset.action === "skip" ? "skipped" : "planned",
  };
}

/** Content that a killed run pushed, and that is found unchanged, belongs into the ledger. */
async function recordUnchanged(
  instance: Instance,
  prepared: PreparedPush,
  signal: AbortSignal,
): Promise<void> {
  const killed = (await instance.store.runs()).filter(({ state }) => state === "running");
  const pushed = new Map(
    killed.flatMap(({ run, assets }) => assets.map((each) => [each.uuid, { ...each, run }] as const)),
  );
  const entries = prepared.plan.flatMap(({ uuid, kind, action }) => {
    const by = pushed.get(uuid);
    const hash = prepared.hashes.ours.get(uuid);
    if (action !== "unchanged" || by === undefined || hash === undefined || by.after !== hash) return [];
    return [[uuid, { kind, hash, run: by.run }] as const];
  });
  if (entries.length > 0) {
    await instance.store.changeLedger(
      (ledger) => ({ version: 1, assets: { ...ledger.assets, ...Object.fromEntries(entries) } }),
      signal,
    );
  }
  for (const record of killed) await instance.store.update({ ...record, state: "failed" });
}

class Push {
  readonly run: string;
  readonly #instance: Instance;
  readonly #ports: AssetsPorts;
  readonly #prepared: PreparedPush;
  readonly #options: ApplyOptions;
  readonly #results = new Map<
    Uuid,
    { result: Result; reason?: PlannedAsset["reason"]; message?: string; fields?: readonly string[] }
  >();
  /** The content to send, in the instance's vocabulary. */
  readonly #sent = new Map<Uuid, Asset>();
  readonly #raw: Map<Uuid, BundleFile>;
  readonly #ids = new Map<Uuid, number>();
  #record: RunRecord | undefined;
  #stopped = false;
  #done = 0;

  // deno-lint-ignore layers/few-parameters -- the instance, the ports and the subject, as everywhere here
  constructor(
    instance: Instance,
    ports: AssetsPorts,
    { prepared, options }: { readonly prepared: PreparedPush; readonly options: ApplyOptions },
  ) {
    this.#instance = instance;
    this.#ports = ports;
    this.#prepared = prepared;
    this.#options = options;
    this.#raw = new Map(prepared.observed.raw);
    this.run = runName(ports.clock.now());
    for (const [uuid, row] of prepared.observed.rows) this.#ids.set(uuid, row.id);
    for (const [uuid, asset] of prepared.ours) {
      this.#sent.set(
        uuid,
        toInstance(asset, { mapping: prepared.observed.databases, settings: instance.settings }),
      );
    }
  }

  /** Writes the snapshot and the record of the run. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#completeDatabases(signal);
    const touched = this.#work();
    const snapshot = snapshotOf(this.#raw, touched.map(({ uuid }) => uuid));
    const leak = this.#options.inActions
      ? [...this.#raw.values()].find(({ kind, tree }) => kind !== "database" && findSecrets(tree).length > 0)
      : undefined;
    if (leak !== undefined) {
      throw new AppError(
        "secrets_found",
        `Taking a snapshot of ${this.#instance.settings.name}: the ${leak.kind} in ${leak.path} holds a secret`,
        {
          exitCode: EXIT.refused,
          hint: "The snapshot would be kept as an artifact. Take the secret out of the asset on the instance",
        },
      );
    }
    this.#record = {
      run: this.run,
      command: this.#options.command,
      instance: this.#instance.settings.name,
      url: this.#instance.settings.url,
      started_at: new Date(this.#ports.clock.now()).toISOString(),
      state: "running",
      ...(this.#options.undoes === undefined ? {} : { undoes: this.#options.undoes }),
      assets: touched.map(({ uuid, kind, name, action }): RunAsset => ({
        uuid,
        kind,
        name,
        action: action === "create" ? "create" : "update",
        before: this.#prepared.hashes.theirs.get(uuid),
        after: this.#prepared.hashes.ours.get(uuid),
        owners: this.#prepared.observed.rows.get(uuid)?.owners.map(({ id }) => id) ?? [],
      })),
    };
    await this.#instance.store.begin(this.#record, snapshot);
  }

  #work(): readonly PlannedAsset[] {
    return this.#prepared.plan.filter(({ action }) => action === "create" || action === "update");
  }

  /** Gets the instance's own file of each database that is needed, by exporting one dataset of it. */
  async #completeDatabases(signal: AbortSignal): Promise<void> {
    const { observed } = this.#prepared;
    const needed = new Set(
      [...this.#sent.values()].flatMap((asset) =>
        asset.kind === "dataset" ? parseUuid(asset.tree["database_uuid"]) ?? [] : []
      ),
    );
    const lacking = [...needed].filter((uuid) => !this.#raw.has(uuid));
    const samples = lacking.flatMap((uuid) =>
      observed.listings.dataset.assets.find(({ table }) => table?.databaseUuid === uuid)?.id ?? []
    );
    const found = samples.length === 0
      ? []
      : (await this.#instance.server.export("dataset", samples, {}, signal)).files;
    this.#keepDatabases(found);
    const rest = lacking.filter((uuid) => !this.#raw.has(uuid)).flatMap((uuid) =>
      observed.rows.get(uuid)?.id ?? []
    );
    if (rest.length === 0) return;
    this.#keepDatabases((await this.#instance.server.export("database", rest, {}, signal)).files);
  }

  #keepDatabases(files: readonly BundleFile[]): void {
    for (const file of files) {
      const uuid = parseUuid(file.tree["uuid"]);
      if (uuid !== undefined && file.kind === "database" && !this.#raw.has(uuid)) this.#raw.set(uuid, file);
    }
  }

  /** Imports the assets of one kind. */
  async pushKind(kind: PushedKind, signal: AbortSignal): Promise<void> {
    const work = this.#work().filter((asset) => asset.kind === kind && !this.#results.has(asset.uuid));
    for (const chunk of chunksOf(work.map(({ uuid }) => uuid))) {
      const ready = chunk.filter((uuid) => !this.#isHeldBack(uuid));
      if (this.#stopped || ready.length === 0) continue;
      await this.#assertUntouched(kind, ready, signal);
      await this.#importChunk(kind, ready, signal);
    }
    if (work.length > 0) await this.#learnIds(kind, signal);
    if (kind === "dashboard") await this.#repairMembership(work.map(({ uuid }) => uuid), signal);
    await this.#setOwners(kind, work, signal);
  }

  /** Whether something that the asset uses has failed. Records that the asset is skipped. */
  #isHeldBack(uuid: Uuid): boolean {
    const asset = this.#prepared.ours.get(uuid);
    if (asset === undefined) return true;
    const failed = this.#dependenciesOf(asset).find((each) =>
      ["failed", "skipped"].includes(this.#results.get(each)?.result ?? "")
    );
    if (failed === undefined) return false;
    this.#results.set(uuid, {
      result: "skipped",
      reason: "dependency_failed",
      message: `it uses "${this.#prepared.ours.get(failed)?.name ?? failed}", which failed`,
    });
    return true;
  }

  #dependenciesOf(asset: Asset): readonly Uuid[] {
    return referencesOf(asset).flatMap(({ uuid }) => {
      const next = this.#prepared.ours.get(uuid);
      return next === undefined ? [uuid] : [uuid, ...this.#dependenciesOf(next)];
    });
  }

  /** Reads the chunk's assets again. Somebody may have edited them since the plan. */
  async #assertUntouched(kind: PushedKind, chunk: readonly Uuid[], signal: AbortSignal): Promise<void> {
    const known = chunk.filter((uuid) => this.#ids.has(uuid));
    if (known.length === 0) return;
    const now = await this.#read(kind, known, signal);
    for (const uuid of known) {
      const hash = now.hashes.get(uuid);
      if (hash === this.#prepared.hashes.theirs.get(uuid)) continue;
      this.#results.set(uuid, {
        result: "failed",
        reason: "edited",
        message: "it was edited on the instance while the push ran",
      });
      throw new AppError(
        "assets_moved",
        `Pushing to ${this.#instance.settings.name}: "${
          this.#prepared.ours.get(uuid)?.name
        }" was edited while the push ran`,
        {
          exitCode: EXIT.refused,
          hint: "Plan again",
        },
      );
    }
  }

  async #importChunk(kind: PushedKind, chunk: readonly Uuid[], signal: AbortSignal): Promise<void> {
    const files = bundleChunk(chunk, this.#source());
    let outcome = await this.#instance.server.import(kind, files, { overwrite: true }, signal);
    if (outcome.kind === "unclear") outcome = await this.#lookUp({ kind, chunk, outcome }, signal);
    if (outcome.kind === "done") {
      for (const uuid of chunk) this.#results.set(uuid, { result: "done" });
      this.#done += chunk.length;
      this.#ports.progress("Pushing", { count: this.#done, total: this.#work().length, bytes: 0 });
      return;
    }
    const guilty = outcome.kind === "refused" ? this.#guilty(outcome, chunk) : new Map<Uuid, string>();
    if (guilty.size > 0) {
      for (const [uuid, message] of guilty) this.#fail(uuid, message);
      const rest = chunk.filter((uuid) => !guilty.has(uuid) && !this.#isHeldBack(uuid));
      if (this.#options.continueOnError && rest.length > 0) await this.#importChunk(kind, rest, signal);
      return;
    }
    const [only] = chunk;
    if (chunk.length === 1 && only !== undefined) return this.#fail(only, outcome.message);
    const half = Math.ceil(chunk.length / 2);
    await this.#importChunk(kind, chunk.slice(0, half), signal);
    if (!this.#stopped) await this.#importChunk(kind, chunk.slice(half), signal);
  }

  #source(): BundleSource {
    const version = this.#prepared.observed.facts.supported ?? "6.1";
    return { ours: this.#sent, raw: this.#raw, receiver: { version, idOf: (uuid) => this.#ids.get(uuid) } };
  }

  #guilty(outcome: ImportOutcome & { kind: "refused" }, chunk: readonly Uuid[]): ReadonlyMap<Uuid, string> {
    const guilty = new Map<Uuid, string>();
    for (const [path, message] of Object.entries(outcome.files)) {
      const uuid = uuidOfMember(path);
      if (uuid === undefined) continue;
      if (chunk.includes(uuid)) guilty.set(uuid, message);
      // A refused dependency makes its dependants guilty.
      for (const each of chunk) {
        const asset = this.#prepared.ours.get(each);
        if (asset !== undefined && this.#dependenciesOf(asset).includes(uuid)) {
          guilty.set(each, `${path}: ${message}`);
        }
      }
    }
    return guilty;
  }

  #fail(uuid: Uuid, message: string): void {
    this.#results.set(uuid, { result: "failed", reason: "refused", message });
    if (!this.#options.continueOnError) this.#stopped = true;
  }

  /** After an import without a clear answer: looks whether it took effect, and sends it once more if it did not. */
  async #lookUp(
    { kind, chunk, outcome }: {
      readonly kind: PushedKind;
      readonly chunk: readonly Uuid[];
      readonly outcome: ImportOutcome;
    },
    signal: AbortSignal,
  ): Promise<ImportOutcome> {
    for (let sent = 1;; sent++) {
      await this.#ports.clock.sleep(2_000, signal);
      await this.#learnIds(kind, signal);
      const now = await this.#read(kind, chunk.filter((uuid) => this.#ids.has(uuid)), signal);
      if (chunk.every((uuid) => now.hashes.get(uuid) === this.#prepared.hashes.ours.get(uuid))) {
        return { kind: "done" };
      }
      if (sent > 1) {
        return { kind: "failed", message: "message" in outcome ? outcome.message : "no clear answer" };
      }
      const again = await this.#instance.server.import(kind, bundleChunk(chunk, this.#source()), {
        overwrite: true,
      }, signal);
      if (again.kind !== "unclear") return again;
    }
  }

  /** Reads the ids of assets that an import created. */
  async #learnIds(kind: PushedKind, signal: AbortSignal): Promise<void> {
    const { assets } = await this.#instance.server.list(kind, signal);
    for (const { uuid, id } of assets) if (uuid !== undefined) this.#ids.set(uuid, id);
  }

  /** Superset 6.0 only adds charts to a dashboard: its layout sets them exactly. */
  async #repairMembership(uuids: readonly Uuid[], signal: AbortSignal): Promise<void> {
    if (this.#prepared.observed.facts.supported !== "6.0") return;
    for (const uuid of uuids) {
      const [id, asset] = [this.#ids.get(uuid), this.#sent.get(uuid)];
      if (id === undefined || asset === undefined || this.#results.get(uuid)?.result !== "done") continue;
      const file = toSupersetFile(asset, { ...this.#source().receiver, hasTheme: () => true });
      await this.#instance.server.update("dashboard", id, membershipFields(file), signal);
    }
  }

  async #setOwners(kind: PushedKind, work: readonly PlannedAsset[], signal: AbortSignal): Promise<void> {
    const given = this.#options.owners;
    if (this.#instance.settings.owners !== "keep" && given === undefined) return;
    for (const { uuid } of work) {
      const id = this.#ids.get(uuid);
      const owners = given?.get(uuid) ??
        this.#prepared.observed.rows.get(uuid)?.owners.map((owner) => owner.id);
      if (id === undefined || owners === undefined || this.#results.get(uuid)?.result !== "done") continue;
      await this.#instance.server.update(kind, id, { owners }, signal);
    }
  }

  /** Exports assets, and returns their content and hashes in the folder's vocabulary. */
  async #read(kind: PushedKind, uuids: readonly Uuid[], signal: AbortSignal) {
    const ids = uuids.flatMap((uuid) => this.#ids.get(uuid) ?? []);
    const { files } = ids.length === 0
      ? { files: [] }
      : await this.#instance.server.export(kind, ids, {}, signal);
    const raw = new Map(files.flatMap((file) => {
      const uuid = parseUuid(file.tree["uuid"]);
      return uuid === undefined ? [] : [[uuid, file] as const];
    }));
    const assets = toFolder(raw, {
      mapping: this.#prepared.observed.databases,
      settings: this.#instance.settings,
      ours: [],
    });
    const hashes = new Map<Uuid, Hash>();
    for (const [uuid, asset] of assets) if (isPushed(asset.kind)) hashes.set(uuid, await hashAsset(asset));
    return { assets, hashes };
  }

  /** Exports what was pushed once more. Content that is not what was sent is named, although the server said OK. */
  async verify(signal: AbortSignal): Promise<void> {
    let left = [...this.#results].filter(([, { result }]) => result === "done").map(([uuid]) => uuid);
    // Dashboards bring most charts and datasets along.
    for (const kind of [...PUSHED_KINDS].reverse()) {
      const uuids = left.filter((uuid) => this.#prepared.ours.get(uuid)?.kind === kind);
      if (uuids.length === 0) continue;
      const now = await this.#read(kind, uuids, signal);
      for (const uuid of left.filter((each) => now.assets.has(each) || uuids.includes(each))) {
        const [asset, theirs] = [this.#prepared.ours.get(uuid), now.assets.get(uuid)];
        if (asset === undefined || now.hashes.get(uuid) === this.#prepared.hashes.ours.get(uuid)) continue;
        const fields = theirs === undefined ? [] : changesOf(theirs, asset).map(({ path }) => path);
        this.#results.set(uuid, {
          result: "not_applied",
          message: theirs === undefined
            ? "the instance does not have it"
            : `the instance has other content: ${fields.slice(0, 5).join(", ")}`,
          fields,
        });
      }
      left = left.filter((uuid) => !now.assets.has(uuid) && !uuids.includes(uuid));
    }
  }

  /** Writes what is certain into the ledger, and ends the run's record. */
  async end(signal: AbortSignal): Promise<void> {
    const entries = this.assets().flatMap(({ uuid, kind, result }) => {
      const hash = this.#prepared.hashes.ours.get(uuid);
      const known = Object.hasOwn(this.#prepared.ledger.assets, uuid);
      if (hash === undefined || !(result === "done" || result === "unchanged" && known)) return [];
      return [[uuid, { kind, hash, run: this.run }] as const];
    });
    const alive = signal.aborted ? AbortSignal.timeout(10_000) : signal;
    await this.#instance.store.changeLedger(
      (ledger) => ({ version: 1, assets: { ...ledger.assets, ...Object.fromEntries(entries) } }),
      alive,
    );
    if (this.#record === undefined) return;
    const good = this.assets().every(({ result }) =>
      result === "done" || result === "unchanged" || result === "skipped"
    );
    await this.#instance.store.update({ ...this.#record, state: good ? "done" : "failed" });
  }

  /** The planned assets with their results so far. */
  assets(): readonly PushedAsset[] {
    return this.#prepared.plan.map((asset) => {
      const outcome = this.#results.get(asset.uuid);
      return outcome === undefined ? settled(asset) : {
        ...asset,
        result: outcome.result,
        reason: outcome.reason ?? asset.reason,
        message: outcome.message ?? asset.message,
        fields: outcome.fields ?? asset.fields,
      };
    });
  }
}
