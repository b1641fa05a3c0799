/** kill -9 at every step of push, rollback and prune: one more run, and everything has converged. */

import assert from "node:assert/strict";
import type { Instance } from "../../../src/assets/app/assets_ports.ts";
import { hashAll } from "../../../src/assets/app/push/base.ts";
import { listOf, mapOf, type TreeMap } from "../../../src/assets/core/tree.ts";
import { makeWorld, type WorldFiles, worldUuid } from "../../worlds/superset/harbour.ts";
import { KilledWorld, type KilledWorldOptions, type Step } from "./killed_world.ts";

const SIZE = { datasets: 3, charts: 4, dashboards: 2 };
const BEFORE = makeWorld(SIZE, "/tmp/warehouse.db");

/** The databases that the server has, and nothing else. */
const DATABASES: WorldFiles = new Map([...BEFORE].filter(([path]) => path.startsWith("databases/")));

/** What the next version changes. */
const CHANGES: Readonly<Record<string, (tree: TreeMap) => TreeMap>> = {
  "datasets/db/ds_0.yaml": (tree) => ({ ...tree, columns: listOf(tree, "columns").slice(1) }),
  "charts/chart_0.yaml": (tree) => ({ ...tree, slice_name: "Renamed" }),
  "dashboards/dashboard_1.yaml"(tree) {
    const position = mapOf(tree, "position");
    const row = mapOf(position, "ROW-1");
    const metadata = { native_filter_configuration: [], refresh_frequency: 5 };
    return {
      ...tree,
      position: { ...without(position, ["CHART-3"]), "ROW-1": { ...row, children: [] } },
      metadata,
    };
  },
};

/** The next version: a column less, another chart name, a chart taken off a dashboard, a new dataset, chart and dashboard. */
const AFTER: WorldFiles = new Map([
  ...[...BEFORE].map(([path, tree]) => [path, CHANGES[path]?.(tree) ?? tree] as const),
  ["datasets/db/new.yaml", {
    ...get("datasets/db/ds_0.yaml"),
    uuid: worldUuid("d", 90),
    table_name: "new_calls",
  }],
  ["charts/new.yaml", {
    ...get("charts/chart_0.yaml"),
    uuid: worldUuid("c", 90),
    slice_name: "New",
    dataset_uuid: worldUuid("d", 90),
  }],
  ["dashboards/new.yaml", {
    ...get("dashboards/dashboard_1.yaml"),
    uuid: worldUuid("b", 90),
    dashboard_title: "New",
  }],
]);

/** A folder without the dashboards and charts. */
const PRUNED: WorldFiles = new Map([...AFTER].filter(([path]) => /^da?ta/.test(path)));

function get(path: string): TreeMap {
  const tree = BEFORE.get(path);
  assert.ok(tree !== undefined);
  return tree;
}

function without(map: TreeMap, keys: readonly string[]): TreeMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

interface Play {
  /** Brings the world to where the command begins. */
  readonly prepare: (world: KilledWorld) => Promise<void>;
  readonly command: (world: KilledWorld, instance?: Instance) => Promise<unknown>;
  /** Checks the world after the command was killed and run once more. */
  readonly check: (world: KilledWorld) => Promise<void>;
}

/** Kills a command at every step, before it and, where it changes something, after it. Returns the steps. */
async function killEverywhere(
  options: KilledWorldOptions,
  { prepare, command, check }: Play,
): Promise<readonly Step[]> {
  let steps: readonly Step[] = [];
  for (let step = 1;; step++) {
    for (const after of [false, true]) {
      const world = await KilledWorld.make(options);
      try {
        await prepare(world);
        const begun = await world.kill((instance) => command(world, instance), { step, after });
        if (begun.length < step) return steps;
        steps = begun;
        const last = begun.at(-1) ?? "";
        if (after && last.startsWith("GET")) continue;
        const where = `killed ${after ? "after" : "before"} step ${step}, ${last}`;
        try {
          await command(world);
          assert.deepEqual(world.early, [], "a write came before its snapshot");
          await check(world);
          assert.deepEqual(world.early, [], "a write came before its snapshot");
          assert.deepEqual((await world.store.runs()).filter(({ state }) => state === "running"), []);
        } catch (error) {
          throw new Error(where, { cause: error });
        }
      } finally {
        await world.remove();
      }
    }
  }
}

async function assertIs(world: KilledWorld, files: WorldFiles): Promise<void> {
  const { plan, hashes, ledger } = await world.plan(files);
  assert.deepEqual(
    plan.filter(({ action }) => action !== "unchanged").map(({ kind, name, action }) => [kind, name, action]),
    [],
  );
  assert.equal(world.count(), plan.length, "an asset is there twice, or too many are");
  const wanted = await hashAll(world.source(files).all);
  const runs = new Set((await world.store.runs()).map(({ run }) => run));
  for (const { uuid, name } of plan) {
    assert.equal(ledger.assets[uuid]?.hash, wanted.get(uuid), `the ledger about ${name}`);
    assert.equal(hashes.theirs.get(uuid), wanted.get(uuid));
    assert.ok(runs.has(ledger.assets[uuid]?.run ?? ""));
  }
  assert.deepEqual(new Set(Object.keys(ledger.assets)), new Set(plan.map(({ uuid }) => uuid)));
}

for (const profile of ["6.1", "6.0"] as const) {
  Deno.test(`a push to Superset ${profile} that is killed at any step is completed by the next, and can be undone`, async () => {
    const steps = await killEverywhere({ profile, files: DATABASES }, {
      prepare: async (world) => void await world.push(BEFORE),
      command: (world, instance) => world.push(AFTER, instance),
      async check(world) {
        await assertIs(world, AFTER);
        const count = (await world.store.runs()).length;
        // The last run, and the killed one if it wrote something: each is undone by itself.
        await world.writeFolder(AFTER);
        for (let undone = 1; undone < count; undone++) await world.rollback();
        await assertIs(world, BEFORE);
      },
    });
    assert.ok(steps.filter((step) => step.endsWith("/import/")).length >= 3, steps.join("\n"));
  });
}

Deno.test("a rollback that is killed at any step is completed by the next, owners included", async () => {
  let undone: string | undefined;
  const steps = await killEverywhere({ profile: "6.1", files: DATABASES, owners: "keep" }, {
    async prepare(world) {
      await world.push(BEFORE);
      // Ann owns what the run is about to change.
      await world.setOwners(worldUuid("c", 0), [2]);
      const { run } = await world.push(AFTER);
      undone = run;
      await world.writeFolder(AFTER);
    },
    command: (world, instance) => world.rollback(instance, undone),
    async check(world) {
      await assertIs(world, BEFORE);
      assert.deepEqual(world.content().get(worldUuid("c", 0))?.owners, [2]);
      assert.equal((await world.store.runs()).filter(({ state }) => state === "rolled_back").length, 1);
    },
  });
  assert.ok(steps.some((step) => step.startsWith("DELETE")), steps.join("\n"));
});

Deno.test("a prune that is killed at any step is completed by the next, and can be undone", async () => {
  const steps = await killEverywhere({ profile: "6.1", files: DATABASES }, {
    prepare: async (world) => void await world.push(AFTER),
    command: (world, instance) => world.prune(PRUNED, instance),
    async check(world) {
      await assertIs(world, PRUNED);
      const prunes = (await world.store.runs()).filter(({ command }) => command === "prune");
      await world.writeFolder(AFTER);
      for (const _ of prunes) await world.rollback();
      await assertIs(world, AFTER);
    },
  });
  assert.ok(steps.filter((step) => step.startsWith("DELETE")).length >= 5, steps.join("\n"));
});
