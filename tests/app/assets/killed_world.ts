/** A simulated Superset, a folder and a store on disk, and runs that are killed at any step. */

import type { Instance } from "../../../src/assets/app/assets_ports.ts";
import { applyPush, type PushResult } from "../../../src/assets/app/push/apply_push.ts";
import {
  type PreparedPush,
  preparePush,
  type PushSource,
} from "../../../src/assets/app/push/prepare_push.ts";
import { applyPrune, planPrune } from "../../../src/assets/app/prune.ts";
import { applyRollback, findRun, prepareRollback } from "../../../src/assets/app/rollback.ts";
import { readStored } from "../../../src/assets/app/read_folder.ts";
import type { InstanceSettings } from "../../../src/assets/core/instance.ts";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { formatJson, parseJson, type TreeMap } from "../../../src/assets/core/tree.ts";
import type { AssetStore } from "../../../src/assets/ports/store.ts";
import { makeAssetStore, makeClock } from "../../../src/drivers/system/mod.ts";
import { makeSuperset } from "../../../src/drivers/superset/mod.ts";
import {
  makeSupersetSimulator,
  parseSeed,
  type Profile,
  type SupersetSimulator,
} from "../../../src/simulators/superset/mod.ts";
import { ADMIN, type Bench, makeBench } from "../../worlds/superset/tools.ts";
import type { WorldFiles } from "../../worlds/superset/harbour.ts";

/** The options of a world. */
export interface KilledWorldOptions {
  readonly profile: Profile;
  readonly owners?: InstanceSettings["owners"];
  /** Files that the server has at the start. */
  readonly files: WorldFiles;
}

/** A place where a run is killed. */
export interface Cut {
  /** The step, counted from 1: a request, or a change of the store. */
  readonly step: number;
  /** Whether the step has taken effect when the run dies. */
  readonly after: boolean;
}

/** A step of a run: `POST /api/v1/chart/import/`, `store update`. */
export type Step = string;

/** A server with the store of one instance. */
export class KilledWorld {
  readonly simulator: SupersetSimulator;
  readonly #bench: Bench;
  readonly #options: KilledWorldOptions;
  /** Writes that came before a record of a running run with its snapshot was on disk. */
  readonly early: string[] = [];
  /** A person changes something: no snapshot is due. */
  #unchecked = false;

  private constructor(bench: Bench, options: KilledWorldOptions) {
    this.#bench = bench;
    this.#options = options;
    const { profile, files } = options;
    const seed = parseSeed({
      profile,
      users: [{ username: "ann", password: "ann", role: "Alpha" }],
      files: parseJson(formatJson(Object.fromEntries(files))),
    });
    this.simulator = makeSupersetSimulator(seed, { onRequest: (request) => this.#checkSnapshot(request) });
  }

  static async make(options: KilledWorldOptions): Promise<KilledWorld> {
    const clock = { ...makeClock(), sleep: () => Promise.resolve() };
    return new KilledWorld(await makeBench({ clock }), options);
  }

  /** Makes the folder what the files are. */
  source(files: WorldFiles): PushSource {
    const texts = new Map([...files].map(([path, tree]) => [path, formatYaml(tree)]));
    return { all: readStored(texts).assets, paths: new Map(), exported: undefined };
  }

  /** The store of the instance. */
  get store(): AssetStore {
    return makeAssetStore(`${this.#bench.folder}/.showtime/assets/qa`, "qa");
  }

  async plan(files: WorldFiles, instance = this.#instance()): Promise<PreparedPush> {
    const options = { force: false, adopt: false, selection: EVERYTHING };
    return await preparePush(instance, this.#bench.ports, { source: this.source(files), options }, signal());
  }

  async push(files: WorldFiles, instance = this.#instance()): Promise<PushResult> {
    const prepared = await this.plan(files, instance);
    const conflicts = prepared.plan.filter(({ action }) => action === "conflict");
    if (conflicts.length > 0) {
      throw new Error(
        `conflict: ${conflicts.map(({ kind, name, message }) => `${kind} ${name} ${message}`).join("; ")}`,
      );
    }
    const options = { command: "push", continueOnError: false, inActions: false } as const;
    return await applyPush(instance, this.#bench.ports, { prepared, options }, signal());
  }

  /** Undoes a run as the command does it, the newest one if none is named. Returns the run that was undone. */
  async rollback(instance = this.#instance(), name?: string): Promise<string> {
    const run = await findRun(instance, name);
    const rollback = await prepareRollback(instance, this.#bench.ports, {
      run,
      snapshot: await instance.store.snapshot(run.run),
      dir: `${this.#bench.folder}/assets`,
      force: false,
    }, signal());
    const conflicts = [
      ...rollback.conflicts,
      ...rollback.prepared.plan.filter(({ action }) => action === "conflict"),
    ];
    if (conflicts.length > 0) {
      throw new Error(
        `conflict: ${conflicts.map(({ kind, name, message }) => `${kind} ${name} ${message}`).join("; ")}`,
      );
    }
    const { assets, deleted } = await applyRollback(instance, this.#bench.ports, {
      rollback,
      continueOnError: true,
      inActions: false,
    }, signal());
    const bad = [...assets, ...deleted].filter(({ result }) => !["done", "unchanged"].includes(result));
    if (bad.length > 0) {
      throw new Error(
        `failed: ${bad.map(({ kind, name, message }) => `${kind} ${name} ${message}`).join("; ")}`,
      );
    }
    return run.run;
  }

  /** Prunes what the folder does not have, as the command does it with `--yes`. */
  async prune(files: WorldFiles, instance = this.#instance()): Promise<void> {
    await this.writeFolder(files);
    const plan = await planPrune(
      instance,
      this.#bench.ports,
      { dir: `${this.#bench.folder}/assets` },
      signal(),
    );
    await applyPrune(instance, this.#bench.ports, plan, signal());
  }

  /** Writes the folder to disk, where prune and rollback read it. */
  async writeFolder(files: WorldFiles): Promise<void> {
    const dir = `${this.#bench.folder}/assets`;
    await Deno.remove(dir, { recursive: true }).catch(() => {});
    for (const [path, tree] of files) {
      await Deno.mkdir(`${dir}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${dir}/${path}`, formatYaml(tree));
    }
  }

  /**
   * Runs a command that dies at a step, as by kill -9: nothing of it goes on, no cleanup runs. Returns the steps that it
   * has begun; the command has ended by itself if there are fewer than the cut says.
   */
  async kill(command: (instance: Instance) => Promise<unknown>, cut: Cut): Promise<readonly Step[]> {
    const steps: Step[] = [];
    const { promise: dead, resolve: die } = Promise.withResolvers<void>();
    const never = new Promise<never>(() => {});
    const step = async <T>(name: Step, act: () => Promise<T>): Promise<T> => {
      if (steps.length >= cut.step) return await never;
      steps.push(name);
      const last = steps.length === cut.step;
      if (last && !cut.after) {
        die();
        return await never;
      }
      const result = await act();
      if (!last) return result;
      die();
      return await never;
    };
    await Promise.race([command(this.#instance(step)), dead]);
    return steps;
  }

  /** Sets the owners of a chart, as a person does it. */
  async setOwners(uuid: string, owners: readonly number[]): Promise<void> {
    const { server } = this.#instance();
    const { assets } = await server.list("chart", signal());
    const id = assets.find((each) => each.uuid === uuid)?.id ?? 0;
    this.#unchecked = true;
    await server.update({ kind: "chart", id }, { owners }, signal());
    this.#unchecked = false;
  }

  /** The server's files by UUID, with owners. */
  content(): ReadonlyMap<string, { readonly file: TreeMap; readonly owners: readonly number[] }> {
    const state = this.simulator.state() as Readonly<
      Record<string, readonly { uuid: string; file: TreeMap; owners: readonly number[] }[]>
    >;
    const rows = ["datasets", "charts", "dashboards"].flatMap((kind) => state[kind] ?? []);
    return new Map(rows.map(({ uuid, file, owners }) => [uuid, { file, owners }]));
  }

  /** The number of the server's assets, databases left out. */
  count(): number {
    const state = this.simulator.state() as Readonly<Record<string, readonly unknown[]>>;
    return ["datasets", "charts", "dashboards"].reduce((sum, kind) => sum + (state[kind]?.length ?? 0), 0);
  }

  async remove(): Promise<void> {
    await this.#bench.remove();
  }

  #instance(step?: <T>(name: Step, act: () => Promise<T>) => Promise<T>): Instance {
    const url = "http://superset.test";
    const instance = this.#bench.instance("qa", url, { owners: this.#options.owners ?? "server" });
    const direct: typeof fetch = (input, init) => this.simulator.handle(new Request(input, init));
    const cutting: typeof fetch = step === undefined
      ? direct
      : (input, init) =>
        step(`${init?.method} ${new URL(String(input)).pathname}`, () => direct(input, init));
    const { store } = instance;
    const cuttingStore: AssetStore = step === undefined ? store : {
      ...store,
      begin: (record, snapshot) => step("store begin", () => store.begin(record, snapshot)),
      changeLedger: (change, each) => step("store ledger", () => store.changeLedger(change, each)),
      update: (record) => step("store update", () => store.update(record)),
    };
    const { clock } = this.#bench.ports;
    return {
      settings: instance.settings,
      store: cuttingStore,
      server: makeSuperset({ name: "qa", url, fetch: cutting, clock, auth: ADMIN }),
    };
  }

  async #checkSnapshot(request: string): Promise<void> {
    if (this.#unchecked || !/^(?:POST .*\/import\/|PUT |DELETE )/.test(request)) return;
    const running = (await this.store.runs()).filter(({ state }) => state === "running");
    for (const { run, assets } of running) {
      const touched = assets.filter(({ action }) => action !== "create").length;
      if ((await this.store.snapshot(run)).length === touched) return;
    }
    this.early.push(request);
  }
}

function signal(): AbortSignal {
  return AbortSignal.timeout(120_000);
}
