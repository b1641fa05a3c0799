/** What stops a push before its first write, or makes it speak up. */

import assert from "node:assert/strict";
import type { RewriteRule } from "../../../src/assets/core/instance.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";
import { type Answer, type CommandWorld, FILES, play, withChange } from "./command_world.ts";

const SECRET = "Zu7-s3cret-value";
const LEAKY = `see postgresql://bi:${SECRET}@db.example/x`;
const SCHEMA: RewriteRule = { field: "schema", from: "prod_", to: "qa_" };
const SQL: RewriteRule = { field: "sql", from: "prod_", to: "qa_" };

const RENAMED = withChange("charts/chart_0.yaml", { slice_name: "Renamed" });

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Runs a command that has to be refused with an exit code before any write. */
async function refusal(world: CommandWorld, line: string, exit: number): Promise<Refusal> {
  const { code, out, err } = await world.run(`${line} --json`);
  assert.equal(code, exit, `${line}\n${out}${err}`);
  assert.deepEqual(world.writes(), []);
  assert.deepEqual(await world.runs(), []);
  return JSON.parse(out).error;
}

/** A server that has no `/version`, with a description of its API in which only old servers' names are. */
const NO_VERSION: Answer = ({ url }) => {
  if (new URL(url).pathname === "/version") return new Response("not found", { status: 404 });
  return url.endsWith("/_openapi")
    ? new Response('{"paths": {"/api/v1/assets/import/": {"post": {"passwords": {}}}}}')
    : undefined;
};

const OLD: Readonly<Record<string, readonly [answer: Answer, says: RegExp]>> = {
  "says 5.0.0": [
    ({ url }) =>
      new URL(url).pathname === "/version" ? Response.json({ version_string: "5.0.0" }) : undefined,
    /Superset 5\.0\.0, reported by \/version/,
  ],
  "is known by its API alone": [NO_VERSION, /Superset 5\.0 or older, by the form fields/],
};

for (const [what, [answer, says]] of Object.entries(OLD)) {
  Deno.test(`a push to an older server is refused before any write, and export works: it ${what}`, async () => {
    await play({ answer }, async (world) => {
      const { summary } = await world.json<{ summary: unknown }>("export qa {dir}");
      assert.deepEqual(summary, { create: FILES.size, done: FILES.size });
      const record = JSON.parse(await world.read(".export/qa.json"));
      assert.match(record.version, /^5\.0/);

      await world.writeFolder(RENAMED);
      for (const line of ["push qa --yes --force", "plan qa"]) {
        const { code, message, hint } = await refusal(world, line, 3);
        assert.equal(code, "version_unsupported");
        assert.match(message, says);
        assert.match(hint, /export works with older ones/);
      }
    });
  });
}

Deno.test("two databases of the folder that lead to one of the instance are refused when it is asked, with the remedy", async () => {
  const settings = { databases: { map: { Trino: "Warehouse" }, missing: "fail" } } as const;
  const files = withChange("databases/db_1.yaml", { sqlalchemy_uri: "sqlite:////tmp/warehouse.db" });
  await play({ files, settings }, async (world) => {
    await world.writeFolder(files);
    for (const line of ["push qa --yes --adopt", "plan qa --adopt"]) {
      const { code, message, hint } = await refusal(world, line, 2);
      assert.equal(code, "mapping_doubled");
      assert.match(message, /"Warehouse" and "Trino" lead to "Warehouse"/);
      assert.match(hint, /one of its own in databases\.map/);
    }
  });
});

const AMBIGUOUS: Readonly<Record<string, Parameters<typeof withChange>>> = {
  schema: ["datasets/db/ds_0.yaml", { schema: "qa_mart" }],
  "name in SQL": ["datasets/db/ds_1.yaml", { sql: "SELECT * FROM qa_mart.calls" }],
};

for (const [what, change] of Object.entries(AMBIGUOUS)) {
  Deno.test(`a ${what} that begins as rewritten ones do is refused before anything is asked`, async () => {
    await play({ settings: { rewrite: [SCHEMA, SQL] } }, async (world) => {
      await world.writeFolder(withChange(...change));
      const { code, message, hint } = await refusal(world, "push qa --yes --adopt", 2);
      assert.equal(code, "rewrite_ambiguous");
      assert.match(message, new RegExp(`${change[0]}: "qa_mart" begins with "qa_" already`));
      assert.match(hint, /Rename it, or narrow the rule "prod_" to "qa_"/);
    });
  });
}

Deno.test("a rewrite rule without a match is a warning, and the push goes on", async () => {
  const idle: RewriteRule = { field: "catalog", from: "lake_", to: "pond_" };
  const files = new Map([...FILES].filter(([path]) => path.startsWith("databases/")));
  await play({ files, settings: { rewrite: [SCHEMA, idle] } }, async (world) => {
    await world.writeFolder(FILES);
    const { code, err } = await world.run("push qa --yes");
    assert.equal(code, 0, err);
    assert.match(err, /the rewrite rule of catalog "lake_" to "pond_" matches nothing/);
    assert.doesNotMatch(err, /rule of schema/);
    assert.notDeepEqual(world.writes(), []);
  });
});

Deno.test("a push that cannot read everything it needs ends with 5 and writes nothing", async () => {
  await play({}, async (world) => {
    await world.json("export qa {dir}");
    await world.writeFolder(RENAMED);
    world.simulator.faults([{ match: "GET /api/v1/dashboard/export/", status: 500, times: 99 }]);
    for (const line of ["push qa --yes --force", "plan qa"]) {
      const { code, message, hint } = await refusal(world, line, 5);
      assert.equal(code, "superset_incomplete");
      assert.match(message, /the dashboard \d+ "Harbour overview 0" could not be exported \(500/);
      assert.match(hint, /Run it again; look at the named assets/);
    }
  });
});

Deno.test("a push after a listing that lacks a row ends with 5 and writes nothing", async () => {
  let cut = false;
  const answer: Answer = async (request, send) => {
    if (!cut || !request.url.includes("/api/v1/chart/?")) return undefined;
    const { result, ...rest } = await (await send(request)).json();
    return Response.json({ ...rest, result: result.slice(1) });
  };
  await play({ answer }, async (world) => {
    await world.json("export qa {dir}");
    await world.writeFolder(RENAMED);
    cut = true;
    const { code, message } = await refusal(world, "push qa --yes --force", 5);
    assert.deepEqual(
      [code, /2 of 3 charts were listed/.test(message)],
      ["superset_incomplete", true],
      message,
    );
  });
});

Deno.test("in GitHub Actions a push whose snapshot would hold a secret stops before its first write", async () => {
  const files = withChange("charts/chart_0.yaml", { description: LEAKY });
  await play({ files }, async (world) => {
    await world.writeFolder(FILES);
    const { code, out, err } = await world.run("push qa --yes --adopt --json", { inActions: true });
    assert.equal(code, 3);
    const { error } = JSON.parse(out);
    assert.equal(error.code, "secrets_found");
    assert.match(error.message, /snapshot of qa: the chart in charts\/.* holds a secret/);
    assert.match(error.hint, /kept as an artifact/);
    assert.ok(!(out + err).includes(SECRET));
    assert.deepEqual(world.writes(), []);
    assert.deepEqual(await world.runs(), [], "no snapshot is left behind");

    // On a person's own machine the snapshot may hold it: mode 0600, and the push is the way to take it out.
    await world.json("push qa --yes --adopt");
    const [{ run } = { run: "" }] = await world.runs();
    assert.ok((await world.snapshot(run)).includes(SECRET));
    assert.ok(!String(descriptionOf(world)).includes(SECRET));
    await world.writeFolder(RENAMED);
    await world.json("push qa --yes", { inActions: true });
  });
});

Deno.test("in GitHub Actions a secret in what a push does not touch is in no snapshot, and stops nothing", async () => {
  const files = withChange("charts/chart_0.yaml", { description: LEAKY });
  await play({ files }, async (world) => {
    const other = { ...FILES.get("charts/chart_1.yaml"), slice_name: "Renamed" };
    await world.writeFolder(new Map([...files, ["charts/chart_1.yaml", other]]));
    const accepted = { inActions: true, allowedSecrets: ["charts/chart_0.yaml#description"] };
    const { summary } = await world.json<{ summary: unknown }>("push qa --yes --adopt", accepted);
    assert.deepEqual(summary, { update: 1, unchanged: 6, done: 1 });
    const [{ run } = { run: "" }] = await world.runs();
    assert.ok(!(await world.snapshot(run)).includes(SECRET));
  });
});

/** The description of the first chart on the instance. */
function descriptionOf({ simulator }: CommandWorld): unknown {
  const { charts } = simulator.state() as unknown as {
    readonly charts: readonly { readonly uuid: string; readonly file: { readonly description: unknown } }[];
  };
  return charts.find(({ uuid }) => uuid === worldUuid("c", 0))?.file.description;
}
