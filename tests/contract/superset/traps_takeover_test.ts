import assert from "node:assert/strict";
import type { Asset } from "../../../src/assets/core/asset.ts";
import { EVERYTHING } from "../../../src/assets/core/select.ts";
import { normalize } from "../../../src/assets/core/stored_form/normalize.ts";
import { mapOf, type TreeMap, without } from "../../../src/assets/core/tree.ts";
import { part } from "../../worlds/require.ts";
import {
  type Change,
  membersOf,
  shareTrapWorld,
  startTrapWorld,
  uuidOf,
  withoutChart,
} from "../../worlds/superset/trap_world.ts";

/** Each test springs the trap with a request of its own first, to show that the server really does it. */
const superset = await part("superset");

const world = shareTrapWorld(superset, {
  config: ['FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True, "TAGGING_SYSTEM": True}'],
});

const NEW = "99999999-0000-4000-8000-000000000099";
const NEW_DATABASE = "99999999-0000-4000-8000-0000000000db";
const OVERWRITE = { overwrite: "true" };
const FORCED = { force: true, adopt: true };

const DB = "databases/db.yaml";
const DS = "datasets/db/ds.yaml";
const CHART = "charts/chart.yaml";
const DASH = "dashboards/dash.yaml";

function file(path: string, more: TreeMap = {}): TreeMap {
  return { ...world().files.get(path), ...more };
}

function dataset(index: number, more: TreeMap = {}): TreeMap {
  return file(`datasets/db/ds_${index}.yaml`, more);
}

/** A database's file as a per-kind import takes it, without the key that only knows new databases. */
function database(index: number, more: TreeMap = {}): TreeMap {
  return without({ ...file(`databases/db_${index}.yaml`), ...more }, ["password"]);
}

function asset(kind: Asset["kind"], tree: TreeMap): Asset {
  const made = normalize(kind, tree);
  assert.ok(made !== undefined);
  return made;
}

async function springs(endpoint: string, files: Record<string, TreeMap>, fields = {}): Promise<void> {
  const { status, body } = await world().client.import(endpoint, membersOf(files), fields);
  assert.equal(status, 200, JSON.stringify(body));
}

async function one(sql: string): Promise<unknown> {
  return (await world().superset.query(sql))[0]?.[0];
}

async function conflicts(...changes: readonly Change[]): Promise<readonly unknown[]> {
  const before = await world().tables();
  const { plan } = await world().plan(await world().source(...changes), FORCED);
  assert.equal(await world().tables(), before);
  return plan.filter(({ action }) => action === "conflict").map(({ uuid, reason }) => [uuid, reason]);
}

superset.test("a connection is never changed by a database of its name", async () => {
  const before = await world().connections();
  const files = {
    [DB]: database(1, { uuid: NEW_DATABASE, sqlalchemy_uri: "sqlite:////tmp/hijacked.db" }),
    [DS]: dataset(1, { uuid: NEW, table_name: "other", database_uuid: NEW_DATABASE }),
  };
  await springs("dataset", files);
  assert.notDeepEqual(await world().connections(), before, "the server changed the connection");

  await world().reset();
  const changes = [
    asset("database", { ...files[DB], sqlalchemy_uri: "shillelagh://x" }),
    asset("dataset", files[DS] ?? {}),
  ];
  const { assets } = await world().push(
    await world().source(...changes, [uuidOf("a", 1), () => undefined], [
      uuidOf("d", 1),
      (tree) => ({ ...tree, database_uuid: NEW_DATABASE }),
    ], [uuidOf("d", 4), (tree) => ({ ...tree, database_uuid: NEW_DATABASE })]),
  );
  assert.deepEqual(assets.find(({ uuid }) => uuid === NEW)?.result, "done");
  assert.deepEqual(await world().connections(), before);
  assert.equal(await one(`select database_id from tables where table_name = 'other'`), 2);
});

superset.test("the mask of a password is never stored, whatever is pushed", async () => {
  const before = await world().connections();
  const masked = database(1, { sqlalchemy_uri: "shillelagh://bi_ro:XXXXXXXXXX@dwh.prod.example/x.db" });
  await springs("assets", { [DB]: masked }, { passwords: JSON.stringify({ [DB]: "XXXXXXXXXX" }) });
  assert.notDeepEqual(await world().connections(), before, "the server stored the mask");

  await world().reset();
  const edit = (tree: TreeMap) => ({ ...tree, description: "pushed" });
  const { assets } = await world().push(
    await world().source([uuidOf("d", 1), edit], [uuidOf("c", 1), edit], [uuidOf("b", 1), edit]),
  );
  assert.equal(assets.filter(({ result }) => result === "done").length, 3);
  assert.deepEqual(await world().connections(), before);
  await assert.rejects(
    world().source([uuidOf("d", 1), (tree) => ({ ...tree, template_params: { uri: "x://u:XXXXXXXXXX@h" } })])
      .then((source) => world().plan(source)),
    { code: "masked_secret" },
  );
});

superset.test("a dataset is never taken over through its table, virtual or physical, nor through a null schema", async () => {
  for (const more of [{}, { sql: "SELECT 1 AS port" }, { schema: null }]) {
    await world().reset();
    await springs("dataset", {
      [DB]: database(0),
      [DS]: dataset(0, { uuid: NEW, description: "taken", ...more }),
    });
    assert.equal(await one("select description from tables where table_name = 'ship_calls_0'"), "taken");
    assert.equal(await one("select count(*) from tables"), 6, "the server replaced the row");

    await world().reset();
    const taken = asset("dataset", dataset(0, { uuid: NEW, ...more }));
    assert.deepEqual(await conflicts(taken, [uuidOf("d", 0), () => undefined], ...unused(0)), [[
      NEW,
      "table_taken",
    ]]);
  }
});

superset.test("a dataset with the table of another one is a conflict, where the server says OK and does nothing", async () => {
  const files = {
    [DB]: database(0),
    [DS]: dataset(3, { table_name: "ship_calls_0", schema: "prod_mart", description: "mine" }),
  };
  await springs("dataset", files, OVERWRITE);
  assert.equal(await one("select count(*) from tables where description = 'mine'"), 0, "nothing was written");

  await world().reset();
  const rename = (tree: TreeMap) => ({
    ...tree,
    table_name: "ship_calls_0",
    schema: "prod_mart",
    description: "mine",
  });
  // With both in the folder, each is in the other's way.
  assert.deepEqual(await conflicts([uuidOf("d", 3), rename]), [[uuidOf("d", 3), "table_taken"]]);
});

superset.test("a dataset is never moved to another database", async () => {
  const move = (tree: TreeMap) => ({ ...tree, database_uuid: uuidOf("a", 2) });
  const moved = { [DB]: database(2), [DS]: dataset(0, { database_uuid: uuidOf("a", 2) }) };
  const { status } = await world().client.import("dataset", membersOf(moved), OVERWRITE);
  assert.equal(status, 500);
  assert.deepEqual(await conflicts([uuidOf("d", 0), move]), [[uuidOf("d", 0), "other_database"]]);
});

superset.test("a dashboard is never taken over through its slug, and an empty slug is no slug", async () => {
  const position = {
    DASHBOARD_VERSION_KEY: "v2",
    ROOT_ID: { id: "ROOT_ID", type: "ROOT", children: ["GRID_ID"] },
    GRID_ID: { id: "GRID_ID", type: "GRID", children: [], parents: ["ROOT_ID"] },
  };
  const bare = { position, metadata: {} };
  await springs("dashboard", {
    [DASH]: file("dashboards/dashboard_0.yaml", { uuid: NEW, dashboard_title: "Mine", ...bare }),
  });
  assert.equal(await one("select dashboard_title from dashboards where slug = 'harbour-0'"), "Mine");

  await world().reset();
  const mine = asset("dashboard", file("dashboards/dashboard_0.yaml", { uuid: NEW, ...bare }));
  assert.deepEqual(await conflicts(mine, [uuidOf("b", 0), () => undefined]), [[NEW, "slug_taken"]]);

  const two = [1, 2].map((each) =>
    file("dashboards/dashboard_0.yaml", { uuid: NEW.replace(/9$/, String(each)), slug: "", ...bare })
  );
  await springs("dashboard", { "dashboards/1.yaml": two[0] ?? {}, "dashboards/2.yaml": two[1] ?? {} });
  assert.equal(await one("select count(*) from dashboards"), 3, "the server kept one of two");
  await world().reset();
  const { assets } = await world().push(await world().source(...two.map((each) => asset("dashboard", each))));
  const own = assets.filter(({ uuid }) => uuid.startsWith("9999"));
  assert.deepEqual(own.map(({ result, message }) => [result, message]), [["done", undefined], [
    "done",
    undefined,
  ]]);
  assert.equal(await one("select count(*) from dashboards"), 4);
});

superset.test("an asset that is pushed alone arrives with its chain, where the server says OK and drops it", async () => {
  await springs("chart", { [CHART]: file("charts/chart_1.yaml", { slice_name: "alone" }) }, OVERWRITE);
  assert.equal(await one("select count(*) from slices where slice_name = 'alone'"), 0);
  const selection = { ...EVERYTHING, uuids: [uuidOf("c", 1)], dependencies: false };
  const source = await world().source([uuidOf("c", 1), (tree) => ({ ...tree, slice_name: "alone" })]);
  const { assets } = await world().push(source, { selection });
  assert.deepEqual(assets.map(({ name, result }) => [name, result]), [["alone", "done"]]);
  assert.equal(await one("select count(*) from slices where slice_name = 'alone'"), 1);
});

superset.test("a dashboard that is pushed alone keeps its charts, and they stay as the instance has them", async () => {
  const members = "select count(*) from dashboard_slices where dashboard_id = 1 and slice_id is not null";
  assert.equal(await one(members), 3);
  await springs("dashboard", { [DASH]: file("dashboards/dashboard_0.yaml", { metadata: {} }) }, OVERWRITE);
  assert.equal(await one(members), 0, "the server took its charts away");

  await world().reset();
  const source = await world().source(
    [uuidOf("b", 0), (tree) => ({ ...tree, dashboard_title: "alone" })],
    [uuidOf("c", 0), (tree) => ({ ...tree, slice_name: "not pushed" })],
    [uuidOf("d", 0), (tree) => ({ ...tree, description: "not pushed" })],
  );
  const selection = { ...EVERYTHING, names: ["alone"], dependencies: false };
  const { assets } = await world().push(source, { selection });
  assert.deepEqual(assets.map(({ name, result }) => [name, result]), [["alone", "done"]]);
  assert.equal(await one(members), 3);
  assert.equal(await one("select count(*) from slices where slice_name = 'not pushed'"), 0);
  assert.equal(await one("select count(*) from tables where description = 'not pushed'"), 0);
});

superset.test("columns and metrics are deleted only as planned, where the server deletes what a file does not name", async () => {
  const bare = { [DB]: database(0), [DS]: without(dataset(0), ["columns", "metrics"]) };
  await springs("dataset", bare, OVERWRITE);
  assert.equal(await one("select count(*) from table_columns where table_id = 1"), 0);

  await world().reset();
  const fewer = (tree: TreeMap) => ({ ...tree, columns: [{ column_name: "port" }] });
  const prepared = await world().plan(await world().source([uuidOf("d", 0), fewer]));
  assert.deepEqual(prepared.plan.find(({ uuid }) => uuid === uuidOf("d", 0))?.lost, [
    "columns.berthed_at",
    "columns.delay_minutes",
    "columns.no",
  ]);
  await world().push(await world().source([uuidOf("d", 0), (tree) => ({ ...tree, description: "x" })]));
  assert.equal(await one("select count(*) from table_columns where table_id = 1"), 4);
});

superset.test("no old value survives where the folder has none", async () => {
  await springs("dataset", { [DB]: database(0), [DS]: without(dataset(0), ["description"]) }, OVERWRITE);
  assert.match(
    String(await one("select description from tables where id = 1")),
    /^Calls of ships/,
    "it survived",
  );

  await world().reset();
  const drop = (...keys: string[]) => (tree: TreeMap) => without(tree, keys);
  const { assets } = await world().push(
    await world().source(
      [uuidOf("d", 0), drop("description", "main_dttm_col", "schema")],
      [uuidOf("c", 0), drop("query_context", "params")],
      [uuidOf("b", 0), drop("css", "slug", "metadata", "certified_by")],
    ),
  );
  assert.deepEqual(assets.filter(({ action }) => action !== "unchanged").map(({ result }) => result), [
    "done",
    "done",
    "done",
  ]);
  const rows = [
    "select description, main_dttm_col, schema from tables where id = 1",
    "select query_context from slices where id = 1",
    "select css, slug, certified_by from dashboards where id = 1",
  ];
  for (const sql of rows) {
    assert.ok((await world().superset.query(sql))[0]?.every((value) => value === null), sql);
  }
});

superset.test("references to charts elsewhere are left out, where the server fails or keeps foreign numbers", async () => {
  const metadata = mapOf(file("dashboards/dashboard_0.yaml"), "metadata");
  const chain = {
    [DB]: database(0),
    ...Object.fromEntries([0, 2, 4].flatMap((each) => [
      [`datasets/db/${each}.yaml`, dataset(each)],
      [`databases/${each}.yaml`, database(each % 3)],
      [`charts/${each}.yaml`, file(`charts/chart_${each}.yaml`)],
    ])),
  };
  const stale = file("dashboards/dashboard_0.yaml", {
    metadata: { ...metadata, timed_refresh_immune_slices: [555] },
  });
  assert.equal(
    (await world().client.import("dashboard", membersOf({ ...chain, [DASH]: stale }), OVERWRITE)).status,
    500,
  );
  await springs("dashboard", { ...chain, [DASH]: file("dashboards/dashboard_0.yaml") }, OVERWRITE);
  const stored = async (): Promise<string> =>
    String(await one("select json_metadata from dashboards where id = 1"));
  assert.match(await stored(), /"chartsInScope": \[1000, 1002, 1004\]/, "the server kept foreign numbers");

  await world().reset();
  const edit = (tree: TreeMap) => ({
    ...tree,
    css: "a {}",
    metadata: {
      ...mapOf(tree, "metadata"),
      timed_refresh_immune_slices: ["555", NEW],
      expanded_slices: { [NEW]: true },
    },
  });
  const { assets } = await world().push(await world().source([uuidOf("b", 0), edit]));
  assert.deepEqual(assets.filter(({ result }) => result !== "unchanged").map(({ result }) => result), [
    "done",
  ]);
  const ids = new Set(
    (await world().superset.query("select slice_id from dashboard_slices where dashboard_id = 1")).map((
      [each],
    ) => each),
  );
  const scopes = [...(await stored()).matchAll(/"chartsInScope": \[([^\]]*)\]/g)].map(([, list = ""]) =>
    list
  );
  assert.ok(scopes.length >= 4);
  for (const list of scopes) {
    for (const number of list.split(", ").filter(Boolean)) assert.ok(ids.has(Number(number)), list);
  }
});

superset.test("what the server accepts and changes is not applied, and never green", async () => {
  const bar = (tree: TreeMap) => ({
    ...tree,
    viz_type: "dist_bar",
    params: { ...mapOf(tree, "params"), viz_type: "dist_bar" },
  });
  const { assets } = await world().push(await world().source([uuidOf("c", 3), bar]));
  const chart = assets.find(({ uuid }) => uuid === uuidOf("c", 3));
  assert.equal(chart?.result, "not_applied");
  assert.ok(chart?.fields.includes("viz_type"));
});

superset.test("a dashboard keeps its theme, and brings along one that the instance lacks", async () => {
  const theme = {
    theme_name: "Night",
    json_data: { token: { colorPrimary: "#112233" } },
    uuid: NEW,
    version: "1.0.0",
  };
  const chain = Object.fromEntries([1, 3, 5].flatMap((each) => [
    [`datasets/db/${each}.yaml`, dataset(each)],
    [`databases/${each}.yaml`, database(each % 3)],
    [`charts/${each}.yaml`, file(`charts/chart_${each}.yaml`)],
  ]));
  const themed = file("dashboards/dashboard_1.yaml", { theme_uuid: NEW });
  // A filter of the dashboard reads this dataset.
  const source = await world().source(asset("theme", theme), [
    uuidOf("b", 1),
    (tree) => ({ ...tree, theme_uuid: NEW }),
  ]);
  const { assets } = await world().push(source);
  assert.deepEqual(
    assets.filter(({ result }) => result !== "unchanged").map(({ result, message }) => [result, message]),
    [["done", undefined]],
  );
  assert.equal(await one("select count(*) from themes where theme_name = 'Night'"), 1);
  const theirs = "select theme_id is not null from dashboards where id = 2";
  assert.equal(await one(theirs), 1);

  const titled = await world().source(asset("theme", theme), [
    uuidOf("b", 1),
    (tree) => ({ ...tree, theme_uuid: NEW, css: "b {}" }),
  ]);
  await world().push(titled);
  assert.equal(await one(theirs), 1);
  await springs("dashboard", { ...chain, [DASH]: themed }, OVERWRITE);
  assert.equal(await one(theirs), 0, "the server took the theme away");
});

superset.test("tags stay where the folder has none, and arrive where it has some", async () => {
  await world().client.send("POST", "/api/v1/tag/", { name: "gold", objects_to_tag: [["chart", 1]] });
  const source = await world().source([
    uuidOf("c", 2),
    (tree) => ({ ...tree, tags: ["silver"], description: "x" }),
  ], [uuidOf("c", 0), (tree) => ({ ...tree, description: "x" })]);
  const { assets } = await world().push(source, { force: true });
  const done = assets.filter(({ result }) => result !== "unchanged").map((
    { uuid, result, fields },
  ) => [uuid, result, fields]);
  const tags = await world().superset.query(
    "select t.name, o.object_id from tagged_object o join tag t on t.id = o.tag_id where t.name in ('gold', 'silver') order by 1",
  );
  assert.deepEqual(tags, [["gold", 1], ["silver", 3]], JSON.stringify(done));
});

superset.test("an ignored dataset is not created for the chart that uses it, and missing: skip lists its datasets", async () => {
  const made = asset("dataset", dataset(0, { uuid: NEW, table_name: "new" }));
  const user = asset(
    "chart",
    file("charts/chart_0.yaml", { uuid: NEW.replace(/9$/, "1"), dataset_uuid: NEW }),
  );
  const ignored = await world().push(await world().source(made, user), { ports: { ignore: ["name:new"] } });
  assert.deepEqual(
    new Set(ignored.assets.filter(({ action }) => action === "skip").map(({ reason }) => reason)),
    new Set(["ignored"]),
  );
  assert.equal(await one("select count(*) from tables"), 6);

  const elsewhere = asset("database", { database_name: "Elsewhere", uuid: NEW_DATABASE, version: "1.0.0" });
  const there = asset("dataset", dataset(0, { uuid: NEW, table_name: "new", database_uuid: NEW_DATABASE }));
  const source = await world().source(elsewhere, there, user);
  const failing = await world().plan(source);
  assert.ok(
    failing.plan.some(({ action, reason, message }) =>
      action === "conflict" && reason === "unmapped" && /Elsewhere/.test(message ?? "")
    ),
  );
  const instance = world().instance({ databases: { map: {}, missing: "skip" } });
  const skipping = await world().push(source, { instance });
  assert.deepEqual(skipping.assets.filter(({ result }) => result === "skipped").map(({ reason }) => reason), [
    "unmapped",
    "unmapped",
  ]);
  assert.equal(await one("select count(*) from tables"), 6);
});

superset.test("a chart that left the layout leaves the dashboard on Superset 6.0, where an import only adds", async () => {
  const old = await startTrapWorld({ version: "6.0" });
  try {
    const members = "select slice_id from dashboard_slices where dashboard_id = 1 order by 1";
    const drop = (tree: TreeMap) => withoutChart(tree, "CHART-4");
    const chain = Object.fromEntries([0, 2].flatMap((each) => [
      [`datasets/db/${each}.yaml`, old.files.get(`datasets/db/ds_${each}.yaml`)],
      [`charts/${each}.yaml`, old.files.get(`charts/chart_${each}.yaml`)],
      [`databases/${each}.yaml`, old.files.get(`databases/db_${each % 3}.yaml`)],
    ]));
    const dashboard = old.files.get("dashboards/dashboard_0.yaml") ?? {};
    const sent = { ...drop(dashboard), metadata: {} };
    const { status } = await old.client.import(
      "dashboard",
      membersOf({ ...chain, "dashboards/0.yaml": sent }),
      { overwrite: "true" },
    );
    assert.equal(status, 200);
    assert.deepEqual(await old.superset.query(members), [[1], [3], [5]], "the server keeps the third");
    await old.reset();
    const { assets } = await old.push(await old.source([uuidOf("b", 0), drop]));
    assert.deepEqual(
      assets.filter(({ result }) => result !== "unchanged").map(({ result, message }) => [result, message]),
      [["done", undefined]],
    );
    assert.deepEqual(await old.superset.query(members), [[1], [3]]);
  } finally {
    await old.stop();
  }
});

/** Removes charts and dashboards of the folder that use a dataset, so that one trap is sprung by itself. */
function unused(index: number): readonly Change[] {
  return [uuidOf("c", index), uuidOf("b", 0), uuidOf("b", 1)].map((uuid) => [uuid, () => undefined] as const);
}
