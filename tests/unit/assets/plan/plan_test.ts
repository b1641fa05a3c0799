import assert from "node:assert/strict";
import type { Asset } from "../../../../src/assets/core/asset.ts";
import { type PlanOptions, planPush, type PushObservation } from "../../../../src/assets/core/plan/plan.ts";
import { chartFile, dashboardFile, datasetFile, id, layoutOf, stored } from "../samples.ts";
import { edited, observe, STRICT } from "./observed.ts";

const DATASET = stored("dataset", datasetFile());
const CHART = stored("chart", chartFile());
const DASHBOARD = stored("dashboard", dashboardFile({ position: layoutOf([[31, id("c")]]) }));
const ALL = [DATASET, CHART, DASHBOARD];
const ELSEWHERE = edited(DATASET, { description: "edited there" });

function actions(
  observed: PushObservation,
  options: Partial<PlanOptions> = {},
): readonly (string | undefined)[][] {
  return planPush(observed, { ...STRICT, ...options }).map(({ action, reason }) =>
    reason === undefined ? [action] : [action, reason]
  );
}

Deno.test("new assets are created: datasets first, then charts, then dashboards, each by name", async () => {
  const other = stored("dataset", datasetFile({ uuid: id("d", 2), table_name: "berths" }));
  const plan = planPush(await observe([DASHBOARD, CHART, DATASET, other]), STRICT);
  assert.deepEqual(plan.map(({ name }) => name), [
    "berths",
    "ship_calls",
    "Calls per port",
    "Harbor overview",
  ]);
  assert.deepEqual(new Set(plan.map(({ action }) => action)), new Set(["create"]));
});

Deno.test("equal content is unchanged, whatever is known of it", async () => {
  assert.deepEqual(actions(await observe(ALL, ALL)), [["unchanged"], ["unchanged"], ["unchanged"]]);
  assert.deepEqual(actions(await observe([DATASET], [DATASET], { known: [] })), [["unchanged"]]);
  assert.deepEqual(actions(await observe([DATASET], [DATASET], { isForeign: () => true })), [["unchanged"]]);
});

Deno.test("an asset that is as it was known is updated, with its fields and losses", async () => {
  const ours = stored("dataset", datasetFile({ description: "new", columns: [], metrics: [] }));
  const [planned] = planPush(await observe([ours], [DATASET]), STRICT);
  assert.equal(planned?.action, "update");
  assert.deepEqual(planned?.fields, ["description", "metrics.count", "columns.at", "columns.port"]);
  assert.deepEqual(planned?.lost, ["columns.at", "columns.port", "metrics.count"]);
});

Deno.test("an edit on the instance is a conflict, which --force overrides and --adopt does not", async () => {
  const observed = await observe([DATASET], [ELSEWHERE], {
    known: [edited(DATASET, { description: "old" })],
  });
  assert.deepEqual(actions(observed), [["conflict", "edited"]]);
  assert.deepEqual(actions(observed, { adopt: true }), [["conflict", "edited"]]);
  assert.deepEqual(actions(observed, { force: true }), [["update"]]);
});

Deno.test("content without a base is a conflict, which --adopt overrides and --force does not", async () => {
  const observed = await observe([DATASET], [ELSEWHERE], { known: [] });
  assert.deepEqual(actions(observed), [["conflict", "no_base"]]);
  assert.deepEqual(actions(observed, { force: true }), [["conflict", "no_base"]]);
  assert.deepEqual(actions(observed, { adopt: true }), [["update"]]);
});

Deno.test("the table of another dataset is a conflict, also where our schema or catalog is unset", async () => {
  const owner = stored("dataset", datasetFile({ uuid: id("d", 9), catalog: "lake" }));
  const both = { force: true, adopt: true };
  for (const place of [{ catalog: "lake" }, { catalog: null }, { schema: null, catalog: null }]) {
    const ours = stored("dataset", datasetFile(place));
    assert.deepEqual(actions(await observe([ours], [owner]), both), [["conflict", "table_taken"]]);
  }
  for (
    const place of [{ schema: "other", catalog: "lake" }, { catalog: "sea" }, {
      table_name: "x",
      catalog: "lake",
    }]
  ) {
    assert.deepEqual(actions(await observe([stored("dataset", datasetFile(place))], [owner]), both), [[
      "create",
    ]]);
  }
});

Deno.test("two datasets of the folder with one table, or dashboards with one slug, are conflicts", async () => {
  const twin = stored("dataset", datasetFile({ uuid: id("d", 9), schema: null }));
  const taken = [["conflict", "table_taken"], ["conflict", "table_taken"]];
  assert.deepEqual(actions(await observe([DATASET, twin])), taken);
  const slugs = [1, 2].map((each) =>
    stored("dashboard", dashboardFile({ uuid: id("b", each), position: {}, metadata: {} }))
  );
  assert.deepEqual(actions(await observe(slugs)), [["conflict", "slug_taken"], ["conflict", "slug_taken"]]);
});

Deno.test("the slug of another dashboard is a conflict, and no slug is not", async () => {
  const bare = { position: {}, metadata: {} };
  const owner = stored("dashboard", dashboardFile({ uuid: id("b", 9), ...bare }));
  const ours = stored("dashboard", dashboardFile(bare));
  assert.deepEqual(actions(await observe([ours], [owner]), { force: true, adopt: true }), [[
    "conflict",
    "slug_taken",
  ]]);
  const none = stored("dashboard", dashboardFile({ slug: null, ...bare }));
  assert.deepEqual(actions(await observe([none], [stored("dashboard", { ...owner.tree, slug: null })])), [[
    "create",
  ]]);
});

Deno.test("a dataset is never moved to another database", async () => {
  const there = edited(DATASET, { database_uuid: id("a", 2) });
  const observed = await observe([DATASET], [there]);
  assert.deepEqual(actions(observed, { force: true, adopt: true }), [["conflict", "other_database"]]);
});

Deno.test("an unmapped database fails the plan; with missing: skip its datasets and their users are skipped", async () => {
  const observed = await observe(ALL, [], { databases: [] });
  assert.deepEqual(actions(observed)[0], ["conflict", "unmapped"]);
  assert.deepEqual(actions(observed, { missing: "skip" }), [["skip", "unmapped"], ["skip", "unmapped"], [
    "skip",
    "unmapped",
  ]]);
  for (
    const [reason, expected] of [["other_dialect", "other_database"], ["database_taken", "database_taken"], [
      "not_there",
      "unmapped",
    ]] as const
  ) {
    const from = { uuid: id("a"), name: "Harbor", dialect: "postgresql" };
    const to = { uuid: id("a", 2), name: "Other", dialect: "trino" };
    const databases = [{ from, to: reason === "not_there" ? undefined : to, reason }];
    const [planned] = planPush(await observe([DATASET], [], { databases }), {
      ...STRICT,
      force: true,
      adopt: true,
    });
    assert.deepEqual([planned?.action, planned?.reason], ["conflict", expected]);
    assert.match(planned?.message ?? "", /Harbor/);
  }
});

Deno.test("ignored assets are skipped; what uses them is pushed only if the instance has them", async () => {
  const isIgnored = (asset: Asset) => asset.uuid === DATASET.uuid;
  assert.deepEqual(actions(await observe(ALL, [], { isIgnored })), [
    ["skip", "ignored"],
    ["skip", "ignored"],
    ["skip", "ignored"],
  ]);
  assert.deepEqual(actions(await observe(ALL, [ELSEWHERE], { isIgnored })), [
    ["skip", "ignored"],
    ["create"],
    ["create"],
  ]);
});

Deno.test("an asset whose dataset is neither pushed nor on the instance is a conflict", async () => {
  assert.deepEqual(actions(await observe([CHART])), [["conflict", "dependency_failed"]]);
  assert.deepEqual(actions(await observe([CHART], [DATASET])), [["create"]]);
  const filter = stored("dashboard", dashboardFile({ position: {} }));
  assert.deepEqual(actions(await observe([filter], [CHART])), [["conflict", "dependency_failed"]]);
});

Deno.test("a change that the server would refuse, because others own the asset, is a conflict", async () => {
  const options = { isForeign: () => true };
  assert.deepEqual(actions(await observe([DATASET], [ELSEWHERE], options), { force: true }), [[
    "conflict",
    "refused",
  ]]);
  assert.deepEqual(actions(await observe([DATASET], [], options)), [["create"]]);
});
