import assert from "node:assert/strict";
import fc from "fast-check";
import type { Asset } from "../../../../src/assets/core/asset.ts";
import { planPush, type PushObservation } from "../../../../src/assets/core/plan/plan.ts";
import { chartFile, dashboardFile, datasetFile, id, layoutOf, stored } from "../samples.ts";
import { applied, observe } from "./observed.ts";

const small = fc.integer({ min: 1, max: 3 });
const text = fc.constantFrom("one", "two", "three");

const dataset = fc.record({
  index: small,
  table: text,
  schema: fc.option(text),
  database: fc.constantFrom(1, 1, 1, 2),
})
  .map(({ index, table, schema, database }) =>
    stored(
      "dataset",
      datasetFile({
        uuid: id("d", index),
        table_name: table,
        schema,
        database_uuid: id("a", database),
      }),
    )
  );
const chart = fc.record({ index: small, of: small, description: text })
  .map(({ index, of, description }) =>
    stored("chart", chartFile({ uuid: id("c", index), dataset_uuid: id("d", of), description }))
  );
const dashboard = fc.record({ index: small, charts: fc.uniqueArray(small), slug: fc.option(text), css: text })
  .map(({ index, charts, slug, css }) =>
    stored(
      "dashboard",
      dashboardFile({
        uuid: id("b", index),
        position: layoutOf(charts.map((each) => [each, id("c", each)] as const)),
        metadata: {},
        slug,
        css,
      }),
    )
  );

function some(): fc.Arbitrary<readonly Asset[]> {
  return fc.tuple(fc.array(dataset), fc.array(chart), fc.array(dashboard)).map((lists) => [
    ...new Map(lists.flat().map((asset) => [asset.uuid, asset] as const)).values(),
  ]);
}

/** An instance cannot hold two datasets of one table, or two dashboards of one slug. */
function possible(): fc.Arbitrary<readonly Asset[]> {
  return some().map((assets) => [
    ...new Map(assets.map((asset) => {
      const { kind, tree, uuid } = asset;
      const key = kind === "dataset"
        ? [tree["database_uuid"], tree["table_name"]]
        : kind === "dashboard" && tree["slug"] !== undefined
        ? [tree["slug"]]
        : [uuid];
      return [JSON.stringify([kind, ...key]), asset] as const;
    })).values(),
  ]);
}

const flags = fc.record({
  force: fc.boolean(),
  adopt: fc.boolean(),
  missing: fc.constantFrom("fail" as const, "skip" as const),
});

const world = fc.record({
  ours: some(),
  theirs: possible(),
  known: some(),
  options: flags,
  ignored: fc.option(small),
});

async function look({ ours, theirs, known, ignored }: {
  readonly ours: readonly Asset[];
  readonly theirs: readonly Asset[];
  readonly known: readonly Asset[];
  readonly ignored: number | null;
}): Promise<PushObservation> {
  const isIgnored = ({ uuid }: Asset) => ignored !== null && uuid === id("d", ignored);
  return await observe(ours, theirs, { known, isIgnored });
}

Deno.test("planning twice gives the same plan, whatever the order of what was observed", async () => {
  await fc.assert(fc.asyncProperty(world, async ({ options, ...seen }) => {
    const plan = planPush(await look(seen), options);
    const turned = { ...seen, ours: [...seen.ours].reverse(), theirs: [...seen.theirs].reverse() };
    const summary = (each: typeof plan) => each.map(({ uuid, action, reason }) => [uuid, action, reason]);
    assert.deepEqual(summary(planPush(await look(turned), options)), summary(plan));
  }));
});

Deno.test("a plan without conflicts that was carried out leaves nothing to do", async () => {
  let carriedOut = 0;
  await fc.assert(
    fc.asyncProperty(world, async ({ options, ...seen }) => {
      const observed = await look(seen);
      const plan = planPush(observed, options);
      if (plan.some(({ action }) => action === "conflict")) return;
      carriedOut += plan.some(({ action }) => action === "create" || action === "update") ? 1 : 0;
      const theirs = applied(plan, { ours: observed.ours, theirs: seen.theirs });
      const again = planPush(await look({ ...seen, theirs, known: theirs }), {
        ...options,
        force: false,
        adopt: false,
      });
      assert.deepEqual(again.filter(({ action }) => action !== "unchanged" && action !== "skip"), []);
    }),
    { numRuns: 2000 },
  );
  assert.ok(carriedOut > 50, `${carriedOut} plans were carried out`);
});

Deno.test("a plan holds the assets to push, each once, and nothing else", async () => {
  await fc.assert(fc.asyncProperty(world, async ({ options, ...seen }) => {
    const plan = planPush(await look(seen), options);
    assert.deepEqual(
      plan.map(({ uuid }) => uuid).sort(),
      seen.ours.map(({ uuid }) => uuid).sort(),
    );
  }));
});

Deno.test("what is written never takes the table or slug of another asset, and never lacks what it uses", async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ options, ...seen }) => {
      const observed = await look(seen);
      const plan = planPush(observed, options);
      const written = new Set(
        plan.filter(({ action }) => action === "create" || action === "update").map(({ uuid }) => uuid),
      );
      const after = applied(plan, { ours: observed.ours, theirs: seen.theirs });
      if (plan.some(({ action }) => action === "conflict")) return;
      for (const asset of after) {
        if (!written.has(asset.uuid)) continue;
        const twins = after.filter((other) =>
          other.uuid !== asset.uuid && other.kind === asset.kind &&
          (asset.kind === "dashboard"
            ? asset.tree["slug"] !== undefined && other.tree["slug"] === asset.tree["slug"]
            : asset.kind === "dataset" &&
              ["database_uuid", "table_name", "schema"].every((key) => other.tree[key] === asset.tree[key]))
        );
        assert.deepEqual(twins, []);
        if (asset.kind === "chart") assert.ok(after.some(({ uuid }) => uuid === asset.tree["dataset_uuid"]));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("without --force and --adopt only what is known to be unedited is overwritten", async () => {
  await fc.assert(fc.asyncProperty(world, async (seen) => {
    const observed = await look(seen);
    for (const { uuid, action } of planPush(observed, { force: false, adopt: false, missing: "fail" })) {
      if (action !== "update") continue;
      const hash = observed.hashes.theirs.get(uuid);
      assert.ok(hash !== undefined && observed.base.get(uuid)?.has(hash));
    }
  }));
});
