/** One real Superset with a small world, a folder exported from it, and the use-cases, for tests of traps. */

import assert from "node:assert/strict";
import type { AssetsPorts, Instance } from "../../../src/assets/app/assets_ports.ts";
import { exportAssets, type ExportOptions } from "../../../src/assets/app/export_assets.ts";
import { type ApplyOptions, applyPush, type PushResult } from "../../../src/assets/app/push/apply_push.ts";
import {
  type PreparedPush,
  type PrepareOptions,
  preparePush,
  type PushSource,
} from "../../../src/assets/app/push/prepare_push.ts";
import { readExportRecord, readStored } from "../../../src/assets/app/read_folder.ts";
import type { Asset, Uuid } from "../../../src/assets/core/asset.ts";
import type { InstanceSettings } from "../../../src/assets/core/instance.ts";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import { normalize } from "../../../src/assets/core/stored_form/normalize.ts";
import { formatJson, isMap, listOf, mapOf, type TreeMap } from "../../../src/assets/core/tree.ts";
import { makeSuperset } from "../../../src/drivers/superset/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import type { Part } from "../require.ts";
import { fill, type SupersetClient } from "./fill.ts";
import { makeWorld, type WorldFiles, type WorldSize, worldUuid } from "./harbour.ts";
import { type RealOptions, type RealSuperset, startSuperset } from "./real_superset.ts";
import { ADMIN, type Bench, makeBench } from "./tools.ts";

/** The size of the world: two dashboards with three charts each. */
export const SMALL: WorldSize = { datasets: 6, charts: 6, dashboards: 2 };

/** Options of a world of traps. */
export interface TrapWorldOptions extends RealOptions {
  readonly size?: WorldSize;
}

/** Options of an instance of a trap world. */
export interface TrapInstance extends Partial<InstanceSettings> {
  readonly fetch?: typeof fetch;
  /** Milliseconds, instead of the time of day: a login that never looks old. */
  readonly now?: number;
}

/** The world of a file of tests. */
export interface TrapWorld {
  readonly superset: RealSuperset;
  readonly bench: Bench;
  readonly client: SupersetClient;
  /** The files that filled the instance, in Superset's form. */
  readonly files: WorldFiles;
  /** Makes the connection to the instance anew, as a new run does. */
  instance(options?: TrapInstance): Instance;
  /** Returns the folder's content as the instance had it at first, with changes. */
  source(...changes: readonly Change[]): Promise<PushSource>;
  plan(source: PushSource, options?: PlanRequest): Promise<PreparedPush>;
  /** Plans and applies. Fails if the plan has conflicts. */
  push(source: PushSource, options?: PlanRequest & Partial<ApplyOptions>): Promise<PushResult>;
  export(dir: string, options?: ExportRequest): ReturnType<typeof exportAssets>;
  /** Puts the instance, the ledger and the folder back to the beginning. */
  reset(): Promise<void>;
  /** The connections as the server stores them. */
  connections(): Promise<unknown>;
  /** The content of all tables that no reading changes. */
  tables(): Promise<string>;
  stop(): Promise<void>;
}

/** A changed, added or (without a tree) removed asset. */
export type Change = Asset | ChangedFile;

/** The change of a file; undefined removes it. */
export type ChangedFile = readonly [uuid: string, change: (tree: TreeMap) => TreeMap | undefined];

/** What differs from a plain plan. */
export interface PlanRequest extends Partial<PrepareOptions> {
  readonly instance?: Instance;
  readonly ports?: Partial<AssetsPorts>;
}

/** What differs from a plain export. */
export interface ExportRequest extends Partial<ExportOptions> {
  readonly instance?: Instance;
  readonly ports?: Partial<AssetsPorts>;
}

/** Starts one world for all tests of a file, puts it back before each, and stops it in the end. */
export function shareTrapWorld(part: Part, options: TrapWorldOptions): () => TrapWorld {
  let world: TrapWorld | undefined;
  const current = () => {
    if (world === undefined) throw new Error("Using the world of traps: it is not started");
    return world;
  };
  if (part.missing === undefined) {
    Deno.test.beforeAll(async () => {
      world = await startTrapWorld(options);
    });
    Deno.test.afterAll(() => world?.stop());
    Deno.test.beforeEach(() => current().reset());
  }
  return current;
}

/** Starts a world. The caller stops it. */
export async function startTrapWorld(
  { size = SMALL, ...options }: TrapWorldOptions = {},
): Promise<TrapWorld> {
  const superset = await startSuperset(options);
  const files = makeWorld(size, superset.warehouse);
  const bench = await makeBench();
  const client = await fill(superset.url, files);
  await superset.save("filled");
  const world: TrapWorld = {
    superset,
    bench,
    client,
    files,
    instance: (changed = {}) => makeInstance(bench, superset.url, changed),
    async source(...changes) {
      const texts = await bench.ports.sources.folder(`${bench.folder}/assets`).read();
      assert.ok(texts !== undefined);
      const { assets, paths, problems } = readStored(texts);
      assert.deepEqual(problems, []);
      const all = new Map(assets);
      for (const change of changes) applyChange(all, change);
      return { all, paths, exported: readExportRecord(texts, "target") };
    },
    async plan(source, { instance = world.instance(), ports = {}, ...more } = {}) {
      const flags = { force: false, adopt: false, selection: EVERYTHING, ...more };
      return await preparePush(instance, { ...bench.ports, ...ports }, { source, options: flags }, signal());
    },
    async push(source, { command = "push", continueOnError = false, inActions = false, ...more } = {}) {
      const instance = more.instance ?? world.instance();
      const prepared = await world.plan(source, { ...more, instance });
      const conflicts = prepared.plan.filter(({ action }) => action === "conflict");
      assert.deepEqual(conflicts, []);
      const ports = { ...bench.ports, ...more.ports };
      const apply = { command, continueOnError, inActions };
      return await applyPush(instance, ports, { prepared, options: apply }, signal());
    },
    async export(dir, { instance = world.instance(), ports = {}, ...more } = {}) {
      const flags = {
        selection: EVERYTHING,
        force: false,
        allowRemovals: false,
        redact: false,
        ...more,
        dir,
      };
      return await exportAssets(instance, { ...bench.ports, ...ports }, flags, signal());
    },
    async reset() {
      await superset.restore("filled");
      await Deno.remove(`${bench.folder}/.showtime`, { recursive: true }).catch(() => {});
    },
    connections: () =>
      superset.query("select id, database_name, uuid, sqlalchemy_uri, password, extra from dbs order by id"),
    tables: () => readTables(superset),
    async stop() {
      await superset.stop();
      await bench.remove();
    },
  };
  await world.export(`${bench.folder}/assets`);
  return world;
}

function makeInstance(bench: Bench, url: string, { fetch: send, now, ...settings }: TrapInstance): Instance {
  const plain = bench.instance("target", url, { auth: ADMIN, ...settings });
  if (send === undefined && now === undefined) return plain;
  const clock = now === undefined ? makeClock() : { ...makeClock(), now: () => now };
  return {
    ...plain,
    server: makeSuperset({ name: "target", url, fetch: send ?? fetch, clock, auth: plain.settings.auth }),
  };
}

function applyChange(all: Map<Uuid, Asset>, change: Change): void {
  if ("kind" in change) {
    all.set(change.uuid, change);
    return;
  }
  const [uuid, edit] = change;
  const old = all.get(uuid as Uuid);
  assert.ok(old !== undefined, `the folder has no ${uuid}`);
  const tree = edit(old.tree);
  const changed = tree === undefined ? undefined : normalize(old.kind, tree);
  if (changed === undefined) all.delete(old.uuid);
  else all.set(changed.uuid, changed);
}

/** A UUID of the world that an assertion may index with. */
export function uuidOf(kind: "a" | "b" | "c" | "d", index: number): Uuid {
  return worldUuid(kind, index) as Uuid;
}

/** Takes a chart's node out of a dashboard's layout. */
export function withoutChart(tree: TreeMap, key: string): TreeMap {
  const position = Object.entries(mapOf(tree, "position")).filter(([name]) => name !== key).map((
    [name, node],
  ) => [
    name,
    isMap(node) ? { ...node, children: listOf(node, "children").filter((child) => child !== key) } : node,
  ]);
  return { ...tree, position: Object.fromEntries(position) };
}

/** Members for an import of the test's own: metadata, and the named files of the world with changes. */
export function membersOf(
  files: Readonly<Record<string, TreeMap | undefined>>,
): readonly (readonly [string, string])[] {
  return [
    ["metadata.yaml", '{"version": "1.0.0", "timestamp": "2026-01-05T08:00:00+00:00"}'],
    ...Object.entries(files).map(([path, tree]) => [path, formatJson(tree ?? {})] as const),
  ];
}

async function readTables(superset: RealSuperset): Promise<string> {
  const columns = await superset.query(
    `select t.name, group_concat('quote("' || c.name || '")', ' || '','' || ') from sqlite_master t, ` +
      "pragma_table_info(t.name) c where t.type = 'table' and t.name not in ('logs', 'ab_user') group by t.name order by 1",
  );
  const rows: (readonly unknown[])[] = [];
  // SQLite takes 500 parts of a union, and fewer keep the statement short.
  for (let start = 0; start < columns.length; start += 40) {
    const parts = columns.slice(start, start + 40).map(([name, list]) =>
      `select '${name}', ${list} from "${name}"`
    );
    rows.push(...await superset.query(parts.join(" union all ")));
  }
  return rows.map((row) => row.join(": ")).sort().join("\n");
}

function signal(): AbortSignal {
  return AbortSignal.timeout(170_000);
}
