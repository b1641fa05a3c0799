/**
 * What SupersetReader and SupersetWriter promise, and the ways of Superset that the use-cases count on. One suite for the
 * simulator and for real servers: a rule that the simulator lacks would be a fault that tests cannot find.
 */

import assert from "node:assert/strict";
import type { SupersetReader, SupersetWriter } from "../../../src/assets/ports/superset.ts";
import { parseUuid, type PushedKind } from "../../../src/assets/core/asset.ts";
import { formatJson, listOf, mapOf, parseJson, textOf, type TreeMap } from "../../../src/assets/core/tree.ts";
import { connect } from "../../worlds/superset/fill.ts";
import { makeWorld, type WorldFiles, worldUuid } from "../../worlds/superset/harbour.ts";
import { bundleOf } from "../../worlds/superset/harbour.ts";
import { serverOf } from "../../worlds/superset/tools.ts";

/** More than one page where a page has 20 rows. */
export const SIZE = { datasets: 24, charts: 24, dashboards: 4 } as const;

/** A server whose pages have at most 20 rows, filled with {@link SIZE}, with the accounts alpha/alpha and gamma/gamma. */
export interface ContractWorld {
  readonly version: "6.1" | "6.0";
  readonly url: string;
  /** The files that it was filled with. */
  readonly files: WorldFiles;
  /** The server with an administrator's login. A real one keeps it from case to case: 6.0 takes a second to log in. */
  admin(): SupersetReader & SupersetWriter;
  /** Puts the server back to how it was filled. */
  restore(): Promise<void>;
}

/** A promise of the port. */
export interface ContractCase {
  readonly title: string;
  check(world: ContractWorld): Promise<void>;
}

type Server = SupersetReader & SupersetWriter;

const D0 = worldUuid("d", 0);
const C0 = worldUuid("c", 0);
const B0 = worldUuid("b", 0);
const NEW = "99999999-0000-4000-8000-000000000001";

/** The cases, in no order: each begins with the filled server. */
export const CONTRACT: readonly ContractCase[] = [
  {
    title: "logs in, and knows the version, the account and its rights",
    async check({ version, admin }) {
      const facts = await admin().facts(signal());
      assert.equal(facts.supported, version);
      assert.equal(facts.method, "password");
      assert.equal(facts.user, "admin");
      for (const kind of ["dataset", "chart", "dashboard"] as const) {
        assert.deepEqual(facts.rights[kind], { read: true, write: true, export: true });
      }
    },
  },
  {
    title: "refuses a wrong password with the place to correct",
    async check({ url }) {
      await assert.rejects(serverOf(url, { password: "wrong" }).facts(signal()), {
        code: "superset_login_refused",
        exitCode: 3,
      });
    },
  },
  {
    title: "logs in by the form, where the session is asked for, and writes with it",
    async check({ url }) {
      const server = serverOf(url, { method: "session" });
      assert.equal((await server.facts(signal())).method, "session");
      assert.equal((await server.list("chart", signal())).assets.length, SIZE.charts);
      await server.update({ kind: "chart", id: await idOf(server, "chart", C0) }, {
        description: "by session",
      }, signal());
    },
  },
  {
    title: "lists everything where a page has fewer rows than asked for",
    async check({ admin }) {
      const server = admin();
      for (
        const [kind, wanted] of [["database", 3], ["dataset", 24], ["chart", 24], ["dashboard", 4]] as const
      ) {
        const { assets, count } = await server.list(kind, signal());
        assert.deepEqual([count, assets.length, new Set(assets.map(({ id }) => id)).size], [
          wanted,
          wanted,
          wanted,
        ]);
      }
    },
  },
  {
    title: "lists names, owners, tables, slugs and dialects",
    async check({ admin }) {
      const server = admin();
      const dataset = await rowOf(server, "dataset", D0);
      assert.equal(dataset.name, "ship_calls_0");
      assert.deepEqual(dataset.table, {
        catalog: null,
        schema: "prod_mart",
        databaseUuid: worldUuid("a", 0),
      });
      assert.deepEqual(dataset.owners.map(({ id }) => id), [1]);
      const dashboard = await rowOf(server, "dashboard", B0);
      assert.deepEqual([dashboard.slug, dashboard.published], ["harbour-0", false]);
      assert.equal((await rowOf(server, "database", worldUuid("a", 0))).dialect, "sqlite");
    },
  },
  {
    title: "lists nothing to an account that sees nothing, and says which rights it lacks",
    async check({ url }) {
      const server = serverOf(url, { username: "gamma", password: "gamma" });
      assert.deepEqual(await server.list("chart", signal()), { assets: [], count: 0 });
      const { rights } = await server.facts(signal());
      assert.deepEqual(rights.dataset, { read: true, write: false, export: false });
    },
  },
  {
    title: "exports what was asked for with everything that it uses, and names what is not there",
    async check({ admin }) {
      const server = admin();
      const { assets } = await server.list("dashboard", signal());
      const { files, missing } = await server.export(
        "dashboard",
        [...assets.map(({ id }) => id), 99_999],
        {},
        signal(),
      );
      const kinds = Object.groupBy(files, ({ kind }) => kind);
      assert.deepEqual(
        [kinds.dashboard?.length, kinds.chart?.length, kinds.dataset?.length, kinds.database?.length],
        [4, 24, 24, 3],
      );
      assert.deepEqual(missing.map(({ id, reason }) => [id, reason.slice(0, 3)]), [[99_999, "404"]]);
      const database = kinds.database?.find(({ tree }) => tree["database_name"] === "Trino");
      assert.match(String(database?.tree["sqlalchemy_uri"]), /bi_ro:XXXXXXXXXX@/);
    },
  },
  {
    title: "exports the numbers of the server in charts and dashboards, and the UUIDs beside them",
    async check({ admin }) {
      const server = admin();
      const dataset = await idOf(server, "dataset", D0);
      const chart = await idOf(server, "chart", C0);
      const tree = await fileOf(server, "chart", C0);
      assert.equal(mapOf(tree, "params")["datasource"], `${dataset}__table`);
      assert.deepEqual(mapOf(parseJson(String(tree["query_context"])) as TreeMap, "datasource"), {
        id: dataset,
        type: "table",
      });
      const dashboard = await fileOf(server, "dashboard", B0);
      const meta = mapOf(mapOf(mapOf(dashboard, "position"), "CHART-0"), "meta");
      assert.deepEqual([meta["chartId"], meta["uuid"]], [chart, C0]);
      const metadata = mapOf(dashboard, "metadata");
      assert.ok(Object.hasOwn(mapOf(metadata, "chart_configuration"), String(chart)));
      const [filter] = listOf(metadata, "native_filter_configuration");
      const [target] = listOf(filter as TreeMap, "targets");
      assert.equal((target as TreeMap)["datasetUuid"], D0);
    },
  },
  {
    title: "imports what is new and what is there, keeps ids, and reports it done",
    async check({ files, admin }) {
      const server = admin();
      const before = await idOf(server, "chart", C0);
      const fresh = { ...treeOf(files, "charts/chart_1.yaml"), uuid: NEW, slice_name: "Fresh" };
      const changed = {
        ...treeOf(files, "charts/chart_0.yaml"),
        slice_name: "Changed",
        params: { viz_type: "table", big: 9007199254740993n, text: "no" },
      };
      const bundle = chain(files, { "charts/chart_0.yaml": changed, "charts/new.yaml": fresh });
      assert.deepEqual(await server.import("chart", bundle, { overwrite: true }, signal()), { kind: "done" });
      assert.equal(await idOf(server, "chart", C0), before);
      const tree = await fileOf(server, "chart", C0);
      assert.equal(tree["slice_name"], "Changed");
      assert.deepEqual([mapOf(tree, "params")["big"], mapOf(tree, "params")["text"]], [
        9007199254740993n,
        "no",
      ]);
      assert.equal((await fileOf(server, "chart", NEW))["slice_name"], "Fresh");
    },
  },
  {
    title: "refuses a faulty file by its path and field, and writes nothing",
    async check({ files, admin }) {
      const server = admin();
      const chart = treeOf(files, "charts/chart_0.yaml");
      const faults: readonly (readonly [faulty: TreeMap, field: string, words: RegExp])[] = [
        [{ ...chart, nope: 1 }, "nope", /^Unknown field/],
        [{ ...chart, query_context: "{" }, "query_context", /^JSON not valid/],
        [{ ...chart, slice_name: 5 }, "slice_name", /^Not a valid string/],
        [{ ...chart, params: [] }, "params", /^Not a valid mapping type/],
        [
          Object.fromEntries(Object.entries(chart).filter(([key]) => key !== "dataset_uuid")),
          "dataset_uuid",
          /^Missing data/,
        ],
      ];
      for (const [faulty, field, words] of faults) {
        const bundle = chain(files, {
          "charts/chart_0.yaml": faulty,
          "charts/chart_1.yaml": { ...treeOf(files, "charts/chart_1.yaml"), slice_name: "written" },
        });
        const outcome = await server.import("chart", bundle, { overwrite: true }, signal());
        assert.ok(outcome.kind === "refused");
        assert.deepEqual(Object.keys(outcome.files), ["charts/chart_0.yaml"]);
        const [complaint, ...others] = outcome.files["charts/chart_0.yaml"] ?? [];
        assert.deepEqual([complaint?.field, others], [field, []]);
        assert.match(complaint?.message ?? "", words);
      }
      assert.notEqual((await fileOf(server, "chart", worldUuid("c", 1)))["slice_name"], "written");
    },
  },
  {
    title: "refuses what exists without overwrite, by its path",
    async check({ files, admin }) {
      const outcome = await admin().import(
        "dataset",
        chain(files, { "datasets/db/ds_0.yaml": treeOf(files, "datasets/db/ds_0.yaml") }),
        { overwrite: false },
        signal(),
      );
      assert.equal(outcome.kind, "refused");
      assert.match(JSON.stringify(outcome), /already exists/);
    },
  },
  {
    title:
      "fails without a file's name where YAML or a chart's number cannot be made sense of, and writes nothing",
    async check({ files, admin }) {
      const server = admin();
      const bare = chain(files, { "charts/chart_0.yaml": treeOf(files, "charts/chart_0.yaml") })
        .map((file) => file.path.startsWith("charts/") ? { ...file, text: "slice_name: =\n" } : file);
      assert.equal((await server.import("chart", bare, { overwrite: true }, signal())).kind, "failed");
      const dashboard = treeOf(files, "dashboards/dashboard_0.yaml");
      const lost = {
        ...dashboard,
        dashboard_title: "written",
        metadata: { ...mapOf(dashboard, "metadata"), expanded_slices: { "77": true } },
      };
      const outcome = await server.import(
        "dashboard",
        chain(files, { "dashboards/dashboard_0.yaml": lost }),
        { overwrite: true },
        signal(),
      );
      assert.equal(outcome.kind, "failed");
      assert.equal((await fileOf(server, "dashboard", B0))["dashboard_title"], "Harbour overview 0");
    },
  },
  {
    title: "says done and changes nothing where a chart comes without its dataset's file",
    async check({ files, admin }) {
      const server = admin();
      const changed = { ...treeOf(files, "charts/chart_0.yaml"), slice_name: "Changed" };
      const alone = [{ path: "charts/chart_0.yaml", text: formatJson(changed) }];
      assert.deepEqual(await server.import("chart", alone, { overwrite: true }, signal()), { kind: "done" });
      assert.notEqual((await fileOf(server, "chart", C0))["slice_name"], "Changed");
    },
  },
  {
    title: "lets a database's file with a known name and another UUID take over the connection",
    async check({ files, admin }) {
      const server = admin();
      const database = {
        ...treeOf(files, "databases/db_0.yaml"),
        uuid: NEW,
        sqlalchemy_uri: "sqlite:////tmp/other.db",
      };
      const dataset = {
        ...treeOf(files, "datasets/db/ds_0.yaml"),
        uuid: NEW.replace(/1$/, "2"),
        table_name: "elsewhere",
        database_uuid: NEW,
      };
      const bundle = [
        { path: "databases/db_0.yaml", text: formatJson(database) },
        { path: "datasets/db/new.yaml", text: formatJson(dataset) },
      ];
      assert.deepEqual(await server.import("dataset", bundle, { overwrite: false }, signal()), {
        kind: "done",
      });
      const { assets } = await server.list("database", signal());
      assert.equal(assets.find(({ name }) => name === "Warehouse")?.uuid, NEW);
    },
  },
  {
    title: "gives a table's dataset another UUID where a file names the table",
    async check({ files, admin }) {
      const server = admin();
      const id = await idOf(server, "dataset", D0);
      const taken = { ...treeOf(files, "datasets/db/ds_0.yaml"), uuid: NEW };
      const bundle = chain(files, { "datasets/db/ds_0.yaml": taken });
      assert.deepEqual(await server.import("dataset", bundle, { overwrite: true }, signal()), {
        kind: "done",
      });
      assert.equal(await idOf(server, "dataset", NEW), id);
      assert.equal((await server.list("dataset", signal())).assets.length, SIZE.datasets);
    },
  },
  {
    title: "says done and changes nothing where UUID and table name two datasets",
    async check({ files, admin }) {
      const server = admin();
      const other = { ...treeOf(files, "datasets/db/ds_6.yaml"), uuid: D0, description: "changed" };
      const bundle = chain(files, { "datasets/db/ds_0.yaml": other });
      assert.deepEqual(await server.import("dataset", bundle, { overwrite: true }, signal()), {
        kind: "done",
      });
      const tree = await fileOf(server, "dataset", D0);
      assert.deepEqual([tree["table_name"], tree["description"] === "changed"], ["ship_calls_0", false]);
    },
  },
  {
    title: "deletes columns that a file leaves out, and keeps the value of an absent field",
    async check({ files, admin }) {
      const server = admin();
      const { description: _, ...dataset } = treeOf(files, "datasets/db/ds_0.yaml") as TreeMap & {
        description: string;
      };
      const narrow = { ...dataset, columns: listOf(dataset, "columns").slice(0, 1) };
      const bundle = chain(files, { "datasets/db/ds_0.yaml": narrow });
      assert.deepEqual(await server.import("dataset", bundle, { overwrite: true }, signal()), {
        kind: "done",
      });
      const tree = await fileOf(server, "dataset", D0);
      assert.equal(listOf(tree, "columns").length, 1);
      assert.match(textOf(tree, "description") ?? "", /^Calls of ships/);
    },
  },
  {
    title: "takes a dashboard's charts off it where it comes alone, from 6.1 on; up to 6.0 they stay",
    async check({ files, version, admin }) {
      const server = admin();
      const id = await idOf(server, "dashboard", B0);
      assert.equal((await server.membersOf(id, signal())).length, 6);
      const dashboard = treeOf(files, "dashboards/dashboard_0.yaml");
      const metadata = {
        ...mapOf(dashboard, "metadata"),
        timed_refresh_immune_slices: [],
        expanded_slices: {},
        native_filter_configuration: [],
      };
      const alone = [{ path: "dashboards/dashboard_0.yaml", text: formatJson({ ...dashboard, metadata }) }];
      assert.deepEqual(await server.import("dashboard", alone, { overwrite: true }, signal()), {
        kind: "done",
      });
      assert.equal((await server.membersOf(id, signal())).length, version === "6.1" ? 0 : 6);
    },
  },
  {
    title: "overwrites the dashboard that has a file's slug",
    async check({ files, admin }) {
      const server = admin();
      const id = await idOf(server, "dashboard", B0);
      const thief = { ...treeOf(files, "dashboards/dashboard_0.yaml"), uuid: NEW, dashboard_title: "Thief" };
      const bundle = chain(files, { "dashboards/dashboard_0.yaml": thief });
      assert.deepEqual(await server.import("dashboard", bundle, { overwrite: true }, signal()), {
        kind: "done",
      });
      assert.equal(await idOf(server, "dashboard", NEW), id);
    },
  },
  {
    title: "keeps other people's assets from an account that does not own them",
    async check({ url, files }) {
      const server = serverOf(url, { username: "alpha", password: "alpha" });
      const bundle = chain(files, {
        "charts/chart_0.yaml": { ...treeOf(files, "charts/chart_0.yaml"), slice_name: "Changed" },
      });
      const outcome = await server.import("chart", bundle, { overwrite: true }, signal());
      assert.equal(outcome.kind, "failed");
      assert.match(JSON.stringify(outcome), /permissions to overwrite/);
    },
  },
  {
    title: "changes owners and the dashboards of a chart, and exports a member without a place in a new row",
    async check({ admin }) {
      const server = admin();
      const chart = await idOf(server, "chart", C0);
      const other = await idOf(server, "dashboard", worldUuid("b", 1));
      await server.update({ kind: "chart", id: chart }, { owners: [], dashboards: [other] }, signal());
      assert.deepEqual(await server.dashboardsOf(chart, signal()), [other]);
      assert.deepEqual((await rowOf(server, "chart", C0)).owners, []);
      const position = mapOf(await fileOf(server, "dashboard", worldUuid("b", 1)), "position");
      assert.ok(Object.keys(position).some((key) => key.startsWith("ROW-N-")));
    },
  },
  {
    title: "rejects a field that the API does not know",
    async check({ admin }) {
      const server = admin();
      const id = await idOf(server, "dashboard", B0);
      await assert.rejects(
        server.update({ kind: "dashboard", id }, { description: "x" }, signal()),
        /Unknown field/,
      );
    },
  },
  {
    title: "deletes, and takes an asset that is gone already for deleted",
    async check({ admin }) {
      const server = admin();
      const [chart, dashboard] = [await idOf(server, "chart", C0), await idOf(server, "dashboard", B0)];
      assert.equal(await server.remove("chart", chart, signal()), undefined);
      assert.equal(await server.remove("chart", chart, signal()), undefined);
      assert.ok(!(await server.membersOf(dashboard, signal())).includes(chart));
      assert.equal((await server.list("chart", signal())).count, SIZE.charts - 1);
    },
  },
  {
    title: "refuses writes without the session's CSRF token: 302 to a form, 400 to JSON",
    async check({ url, admin }) {
      await admin().testWrite(signal());
      const token = await tokenOf(url);
      const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
      const form = new FormData();
      form.set("formData", new Blob(["x"]), "x.zip");
      const multipart = await fetch(`${url}/api/v1/chart/import/`, {
        method: "POST",
        headers,
        body: form,
        redirect: "manual",
      });
      await multipart.body?.cancel();
      assert.equal(multipart.status, 302);
      assert.match(multipart.headers.get("location") ?? "", /\/login\//);
      const json = await fetch(`${url}/api/v1/chart/1`, {
        method: "PUT",
        headers: { ...headers, "content-type": "application/json" },
        body: "{}",
      });
      assert.equal(json.status, 400);
      assert.match(await json.text(), /The CSRF token is missing/);
    },
  },
  {
    title: "answers with an HTML page where HTML is accepted, and hides the refusal",
    async check({ url, files }) {
      const client = await connect(url);
      const bad = { ...treeOf(files, "charts/chart_0.yaml"), nope: 1 };
      const members = bundleOf(new Map([["charts/chart_0.yaml", bad]])).map(([path, text]) =>
        [path, path === "metadata.yaml" ? text.replace('"assets"', '"Slice"') : text] as const
      );
      const plain = await client.import("chart", members, { overwrite: "true" });
      assert.equal(plain.status, 422);
      const html = await connect(url, { username: "admin", password: "admin" }, { accept: "*/*" });
      const answer = await html.import("chart", members, { overwrite: "true" });
      assert.equal(answer.status, 500);
      assert.match(String(answer.body), /</);
    },
  },
];

/** Runs the cases on a world, each on the state that it was filled to. */
export async function runContract(test: Deno.TestContext, world: ContractWorld): Promise<void> {
  for (const { title, check } of CONTRACT) {
    await test.step(title, async () => {
      await world.restore();
      await check(world);
    });
  }
}

/** The files that the servers are filled with. */
export function contractFiles(warehouse: string): WorldFiles {
  return makeWorld(SIZE, warehouse);
}

/** The given files with everything that they refer to from the world. A database keeps the server's connection. */
function chain(files: WorldFiles, given: Readonly<Record<string, TreeMap>>) {
  const all = new Map<string, TreeMap>(Object.entries(given));
  for (const [path, tree] of files) {
    const known = [...all.values()].some(({ uuid }) => uuid === tree["uuid"]);
    if (!known && !path.startsWith("dashboards/") && !all.has(path)) {
      const { password: _, ...rest } = tree;
      all.set(
        path,
        path.startsWith("databases/")
          ? { ...rest, sqlalchemy_uri: masked(String(tree["sqlalchemy_uri"])) }
          : tree,
      );
    }
  }
  const needed = Object.keys(given).some((path) => path.startsWith("datasets/"))
    ? /^(?:datasets|databases)\//
    : /./;
  const own = Object.keys(given).some((path) => path.startsWith("charts/"));
  return [...all].filter(([path]) =>
    Object.hasOwn(given, path) || (needed.test(path) && !(own && path.startsWith("charts/")))
  )
    .map(([path, tree]) => ({ path, text: formatJson(tree) }));
}

function masked(uri: string): string {
  return uri.replace(/:[^:/@]+@/, ":XXXXXXXXXX@");
}

function treeOf(files: WorldFiles, path: string): TreeMap {
  const tree = files.get(path);
  assert.ok(tree !== undefined, path);
  return tree;
}

async function rowOf(server: Server, kind: "database" | PushedKind, uuid: string) {
  const { assets } = await server.list(kind, signal());
  const row = assets.find((each) => each.uuid === uuid);
  assert.ok(row !== undefined, `${kind} ${uuid} is not listed`);
  return row;
}

async function idOf(server: Server, kind: PushedKind, uuid: string): Promise<number> {
  return (await rowOf(server, kind, uuid)).id;
}

async function fileOf(server: Server, kind: PushedKind, uuid: string): Promise<TreeMap> {
  const { files } = await server.export(kind, [await idOf(server, kind, uuid)], {}, signal());
  const file = files.find((each) => parseUuid(each.tree["uuid"]) === uuid);
  assert.ok(file !== undefined);
  return file.tree;
}

async function tokenOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/security/login`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ username: "admin", password: "admin", provider: "db" }),
  });
  return (await answer.json() as { access_token: string }).access_token;
}

function signal(): AbortSignal {
  return AbortSignal.timeout(60_000);
}
