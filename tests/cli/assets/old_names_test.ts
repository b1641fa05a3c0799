import assert from "node:assert/strict";
import { mapOf, type TreeMap } from "../../../src/assets/core/tree.ts";
import {
  CommandWorld,
  DATABASES_OF_QA,
  makeTwo,
  PRODUCTION,
  SETTINGS_OF_QA,
} from "../../worlds/superset/command_world.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";

const CHART = worldUuid("c", 0);
const DASHBOARD = worldUuid("b", 0);

/** The charts of a layout, with the number that each has there. */
function numbersIn(dashboard: TreeMap): readonly (readonly [uuid: unknown, id: unknown])[] {
  return Object.entries(mapOf(dashboard, "position")).filter(([key]) => key.startsWith("CHART-"))
    .map(([key]) => mapOf(mapOf(mapOf(dashboard, "position"), key), "meta"))
    .map(({ uuid, chartId }) => [uuid, chartId] as const);
}

Deno.test("the scripts' three names move production to QA, and an edit of QA back", async () => {
  await using world = await makeTwo();
  const connections = world.rows("superset-qa", "databases");

  const exported = await world.json(0, "export_all");
  assert.equal(exported.assets.length, PRODUCTION.size);
  const files = await world.files();
  assert.equal(files.size, PRODUCTION.size);

  const mapped = await world.json<{ readonly databases: readonly TreeMap[] }>(
    0,
    "map_database_uuids superset-qa",
  );
  assert.deepEqual(
    mapped.databases.map(({ from, to, reason }) => [from, to, reason]).sort(),
    [["Häfen 港", "Häfen 港", "same_name"], ["Trino", "Trino-QA", "mapped"], [
      "Warehouse",
      "Warehouse",
      "same_name",
    ]],
  );
  assert.deepEqual(await world.files(), files, "the mapping rewrote the folder");

  const synced = await world.json(0, "sync_assets superset-production superset-qa --yes");
  const pushed = PRODUCTION.size - connections.length;
  assert.equal(synced.assets.length, pushed);
  assert.deepEqual(
    new Set(synced.assets.map(({ action, result }) => `${action} ${result}`)),
    new Set(["create done"]),
  );
  assert.deepEqual(await world.files(), files, "the push rewrote the folder");
  assert.deepEqual(world.rows("superset-qa", "databases"), connections);
  const dataset = world.file("superset-qa", worldUuid("d", 1));
  assert.deepEqual([dataset["schema"], dataset["database_uuid"]], ["qa_sales", worldUuid("e", 1)]);
  const ids = new Map(world.rows("superset-qa", "charts").map(({ uuid, id }) => [uuid, id]));
  assert.ok([...ids.values()].every((id) => id > 700));
  const numbers = numbersIn(world.file("superset-qa", DASHBOARD));
  assert.equal(numbers.length, 2);
  assert.deepEqual(numbers, numbers.map(([uuid]) => [uuid, ids.get(String(uuid))]));

  const again = await world.json(0, "sync_assets superset-production superset-qa --yes");
  assert.deepEqual(new Set(again.assets.map(({ action }) => action)), new Set(["unchanged"]));

  world.server("superset-qa").edit({ uuid: CHART, fields: { description: "Edited in QA" } });
  await world.expect(0, "export_all superset-qa");
  const edited = await world.files();
  assert.deepEqual([...edited.keys()], [...files.keys()]);
  assert.deepEqual(
    [...edited].filter(([path, text]) => files.get(path) !== text).map(([path]) => path),
    [await world.pathOf(CHART)],
  );
  const back = await world.json(0, "sync_assets superset-qa superset-production --yes");
  assert.deepEqual(
    back.assets.filter(({ action }) => action !== "unchanged").map((
      { uuid, action, result },
    ) => [uuid, action, result]),
    [[CHART, "update", "done"]],
  );
  assert.equal(world.file("superset-production", CHART)["description"], "Edited in QA");
  assert.equal(world.file("superset-production", worldUuid("d", 1))["schema"], "prod_sales");
});

Deno.test("sync_assets pushes what does not depend on a failed asset, and ends with 1", async () => {
  await using world = await makeTwo();
  await world.expect(0, "export_all");
  world.server("superset-qa").faults([
    { match: "POST /api/v1/chart/import/", status: 422, times: 1000 },
  ]);

  const { assets } = await world.json(1, "sync_assets superset-production superset-qa --yes");

  const results = new Set(assets.map(({ kind, result }) => `${kind} ${result}`));
  assert.deepEqual(results, new Set(["dataset done", "chart failed", "dashboard skipped"]));
  assert.equal(world.rows("superset-qa", "datasets").length, 4);
  assert.equal(world.rows("superset-qa", "dashboards").length, 0);
});

Deno.test("map_database_uuids ends with 3 if a database leads nowhere, and sync_assets then writes nothing", async () => {
  await using world = await CommandWorld.make({
    "superset-production": {},
    "superset-qa": { files: DATABASES_OF_QA },
  });
  await world.expect(0, "export_all");

  const { databases } = await world.json<{ readonly databases: readonly TreeMap[] }>(
    3,
    "map_database_uuids superset-qa",
  );
  await world.expect(3, "sync_assets superset-production superset-qa --yes");

  assert.deepEqual(
    databases.filter(({ to }) => to === null),
    [{ from: "Trino", to: null, reason: "unmapped", proposal: "Trino-QA" }],
  );
  assert.equal(world.writes("superset-qa"), 0);
});

Deno.test("map --write writes what it proposes into the configuration, and sync_assets then works", async () => {
  await using world = await CommandWorld.make({
    "superset-production": {},
    "superset-qa": { files: DATABASES_OF_QA },
  });
  await world.expect(0, "export_all");
  const config = await Deno.readTextFile(`${world.folder}/showtime.yml`);
  await world.write("showtime.yml", `# Ours.\n${config}`);

  const { err } = await world.expect(3, "map superset-qa");
  assert.match(err, /"showtime assets map superset-qa --write" writes that "Trino" is "Trino-QA"/);
  const { databases, file, written } = await world.json<{
    readonly databases: readonly TreeMap[];
    readonly file: string;
    readonly written: TreeMap;
  }>(0, "map superset-qa --write");

  assert.deepEqual(
    databases.filter(({ from }) => from === "Trino"),
    [{ from: "Trino", to: "Trino-QA", reason: "mapped", proposal: null }],
  );
  assert.deepEqual([file, written], ["showtime.yml", { Trino: "Trino-QA" }]);
  const changed = await Deno.readTextFile(`${world.folder}/showtime.yml`);
  assert.match(changed, /^# Ours\.\n/);
  assert.match(changed, /databases:\s+map:\s+Trino: Trino-QA\n/);
  await world.expect(0, "map superset-qa --write");
  assert.equal(await Deno.readTextFile(`${world.folder}/showtime.yml`), changed);
  await world.expect(0, "sync_assets superset-production superset-qa --yes");
});

Deno.test("map proposes no database for two of the folder, and writes nothing then", async () => {
  const lonely = new Map(
    [...DATABASES_OF_QA].filter(([, tree]) => tree["database_name"] === "Warehouse")
      .map(([path, tree]) => [path, { ...tree, database_name: "Elsewhere" }]),
  );
  await using world = await CommandWorld.make({
    "superset-production": {},
    "superset-qa": { files: lonely },
  });
  await world.expect(0, "export_all");
  const config = await Deno.readTextFile(`${world.folder}/showtime.yml`);

  const { databases } = await world.json<{ readonly databases: readonly TreeMap[] }>(
    3,
    "map superset-qa --write",
  );

  assert.deepEqual(databases.filter(({ proposal }) => proposal !== null), []);
  assert.equal(await Deno.readTextFile(`${world.folder}/showtime.yml`), config);
});

Deno.test("the scripts' three names agree on the folder that is configured, and on one that is named", async () => {
  await using world = await CommandWorld.make({
    "superset-production": {},
    "superset-qa": { files: DATABASES_OF_QA, settings: SETTINGS_OF_QA },
  }, { dir: "superset/content" });
  const sync = "sync_assets superset-production superset-qa --yes";

  await world.expect(0, "export_all");
  assert.equal((await world.files("superset/content")).size, PRODUCTION.size);
  await world.expect(0, "map_database_uuids superset-qa");
  await world.expect(0, sync);

  const { message, hint } = await world.failure(2, `${sync} --dir elsewhere`);
  assert.match(message, /elsewhere holds no whole export/);
  const advised = /"showtime assets (.+?)"/.exec(hint)?.[1];
  assert.equal(advised, "export_all superset-production elsewhere");
  await world.expect(0, advised);
  await world.expect(0, "map_database_uuids superset-qa --dir elsewhere");
  await world.expect(0, `${sync} --dir elsewhere`);
});

for (
  const [title, prepare, state] of [
    ["there is no folder", [], /holds no whole export/],
    ["the folder holds the target's export", ["export_all superset-qa"], /holds the export of superset-qa/],
    [
      "only a part was exported",
      ["export superset-production --kind dataset"],
      /holds no whole export/,
    ],
    [
      "the source's export was followed by the target's",
      ["export_all", "sync_assets superset-production superset-qa --yes", "export_all superset-qa"],
      /holds the export of superset-qa/,
    ],
  ] as const
) {
  Deno.test(`sync_assets says what to run first if ${title}, and that works`, async () => {
    await using world = await makeTwo();
    for (const line of prepare) await world.expect(0, line);
    const sync = "sync_assets superset-production superset-qa --yes";
    const before = world.writes("superset-qa");

    const { code, message, hint } = await world.failure(2, sync);
    assert.equal(code, "export_missing");
    assert.match(message, state);
    assert.equal(world.writes("superset-qa"), before);

    const advised = /"showtime assets (.+?)"/.exec(hint)?.[1];
    assert.equal(advised, "export_all superset-production");
    await world.expect(0, advised);
    await world.expect(0, sync);
    assert.equal(world.rows("superset-qa", "dashboards").length, 2);
  });
}

Deno.test("sync_assets refuses one instance as both sides before it reads anything", async () => {
  await using world = await makeTwo();
  await world.expect(0, "export_all");
  const asked = world.server("superset-production").requests().length;

  const { code } = await world.failure(2, "sync_assets superset-production superset-production --yes");

  assert.equal(code, "same_instance");
  assert.equal(world.server("superset-production").requests().length, asked);
});

Deno.test("the scripts' names refuse instances that are not configured, and name those that are", async () => {
  await using world = await CommandWorld.make({ qa: { files: DATABASES_OF_QA } });

  for (const line of ["export_all", "map_database_uuids dev", "sync_assets qa dev", "sync_assets dev qa"]) {
    const { code, hint } = await world.failure(2, line);
    assert.equal(code, "instance_unknown", line);
    assert.match(hint, /The instances are qa/);
  }
  assert.deepEqual(world.server("qa").requests(), []);
});

Deno.test("sync_assets asks, so it ends with 2 where nobody can answer", async () => {
  await using world = await makeTwo();
  await world.expect(0, "export_all");

  const { code, hint } = await world.failure(2, "sync_assets superset-production superset-qa");

  assert.equal(code, "answer_missing");
  assert.match(hint, /--yes/);
  assert.deepEqual(world.server("superset-qa").requests(), []);
});
