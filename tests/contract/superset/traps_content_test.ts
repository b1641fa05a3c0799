import assert from "node:assert/strict";
import { deleteAssets } from "../../../src/assets/app/delete_assets.ts";
import { loadSide } from "../../../src/assets/app/load_side.ts";
import { showMapping } from "../../../src/assets/app/map_databases.ts";
import { planPrune } from "../../../src/assets/app/prune.ts";
import { applyRollback, findRun, prepareRollback, readRun } from "../../../src/assets/app/rollback.ts";
import { showStatus } from "../../../src/assets/app/show_status.ts";
import { validateFolder } from "../../../src/assets/app/validate_folder.ts";
import type { Asset } from "../../../src/assets/core/asset.ts";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { EVERYTHING, type Selection } from "../../../src/assets/core/select.ts";
import { normalize } from "../../../src/assets/core/stored_form/normalize.ts";
import { mapOf, parseJson, type Tree, type TreeMap } from "../../../src/assets/core/tree.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import { part } from "../../worlds/require.ts";
import { PYYAML_VALUES } from "../../unit/assets/pyyaml_values.ts";
import { type Finished, runShowtime } from "../../worlds/program/process.ts";
import { filesBelow } from "../../worlds/superset/tools.ts";
import { shareTrapWorld, uuidOf, withoutChart } from "../../worlds/superset/trap_world.ts";

const superset = await part("superset");

const world = shareTrapWorld(superset, {
  config: [
    'FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True, "ALERT_REPORTS": True, "TAGGING_SYSTEM": True}',
  ],
});

/** Texts that some writer, reader or database changes. Superset's metadata takes no NUL. */
const HARD = [
  ...PYYAML_VALUES.map(([source]) => source),
  ...[
    "",
    " a ",
    "trailing  \nx\n",
    "a\tb\n\tc",
    "\u0001\u0085\u007f\u2028\ufeff",
    "😀 日本 Ж",
    "a\r\nb",
    "{{ x }}{% if a %}",
  ],
  ...["'\"\\ \\n", "x".repeat(300), "{% raw %}{{ y }}{% endraw %}"],
];

/** Numbers of every kind. */
const NUMBERS: Tree = {
  big: 9007199254740993n,
  huge: 123456789012345678901234567890n,
  whole: new WholeFloat(1),
  small: 1e-7,
  large: new WholeFloat(1e21),
  ratio: 0.1,
  zero: 0,
};

const describe = (text: string) => (tree: TreeMap): TreeMap => ({ ...tree, description: text });

/** Runs the program itself, with a configuration as a person writes it. */
async function runAssets(...args: readonly string[]): Promise<Finished> {
  const { bench: { folder }, superset: { url } } = world();
  const auth =
    '{ method: password, username: admin, password: "${env:SHOWTIME_TARGET_PASSWORD}", provider: db }';
  await Deno.writeTextFile(
    `${folder}/showtime.yml`,
    `assets:\n  dir: assets\n  instances:\n    target:\n      url: ${url}\n      auth: ${auth}\n`,
  );
  return await runShowtime(["assets", ...args], { cwd: folder, env: { SHOWTIME_TARGET_PASSWORD: "admin" } });
}

async function one(sql: string): Promise<unknown> {
  return (await world().superset.query(sql))[0]?.[0];
}

function signal(): AbortSignal {
  return AbortSignal.timeout(120_000);
}

superset.test("hard texts, big integers, floats, Jinja and query contexts arrive unchanged, and come back so", async () => {
  const params = {
    texts: HARD,
    numbers: NUMBERS,
    keys: Object.fromEntries(HARD.map((each, index) => [each, index])),
  };
  const query_context = { form_data: params, queries: [{ columns: HARD }], force: false };
  const sql = `SELECT '{{ url_param("a") }}',\n\t1e-7 -- "x" \n{% if x %}FROM prod_mart.t{% endif %}  \n`;
  const source = await world().source(
    [uuidOf("c", 0), (tree) => ({ ...tree, params: { ...mapOf(tree, "params"), ...params }, query_context })],
    [
      uuidOf("d", 4),
      (tree) => ({ ...tree, sql, description: HARD.join("\n"), template_params: { a: NUMBERS } }),
    ],
    [
      uuidOf("b", 0),
      (tree) => ({
        ...tree,
        css: HARD.join("\n"),
        metadata: { ...mapOf(tree, "metadata"), label_colors: params.keys },
      }),
    ],
  );
  const { assets } = await world().push(source);
  const changed = assets.filter(({ action }) => action !== "unchanged");
  assert.deepEqual(
    changed.map(({ result, message }) => [result, message]),
    Array(3).fill(["done", undefined]),
  );
  const stored = parseJson(String(await one("select params from slices where id = 1")));
  assert.deepEqual((stored as TreeMap)["numbers"], NUMBERS);
  assert.deepEqual(new Set((stored as TreeMap)["texts"] as readonly string[]), new Set(HARD));
  assert.equal(await one("select sql from tables where id = 5"), sql);

  const dir = `${world().bench.folder}/hard`;
  await world().export(dir);
  for (const asset of source.all.values()) {
    const path = source.paths.get(asset.uuid) ?? "";
    assert.equal((await filesBelow(dir)).get(path), formatYaml(asset.tree), path);
  }
});

superset.test("a member without a place in the layout gets the same keys at every export, and one on the target", async () => {
  await world().client.send("PUT", "/api/v1/chart/2", { dashboards: [1, 2] });
  const first = await world().export(`${world().bench.folder}/a`);
  await world().export(`${world().bench.folder}/b`);
  assert.deepEqual(
    await filesBelow(`${world().bench.folder}/a`),
    await filesBelow(`${world().bench.folder}/b`),
  );
  const path = first.assets.find(({ uuid }) => uuid === uuidOf("b", 0))?.path ?? "";
  assert.match(
    (await filesBelow(`${world().bench.folder}/a`)).get(path) ?? "",
    new RegExp(`CHART-${uuidOf("c", 1)}`),
  );
  // The folder does not have the member: a push takes it off the dashboard.
  await world().push(await world().source([uuidOf("b", 0), (tree) => ({ ...tree, css: "x" })]), {
    force: true,
  });
  const members = await world().superset.query(
    "select slice_id from dashboard_slices where dashboard_id = 1 order by 1",
  );
  assert.deepEqual(members, [[1], [3], [5]]);
});

superset.test("one bad asset among many is named with its file, and the rest lands only with --continue-on-error", async () => {
  const bad = (tree: TreeMap): TreeMap => ({ ...tree, query_context: "[]", description: "new" });
  const source = await world().source(
    ...[0, 2, 3, 4, 5].map((each) => [uuidOf("c", each), describe("new")] as const),
    [uuidOf("c", 1), bad],
    [uuidOf("b", 0), describe("new")],
    [uuidOf("b", 1), describe("new")],
  );
  const { assets } = await world().push(source, { continueOnError: true });
  const result = new Map(assets.map((each) => [each.uuid, each]));
  assert.equal(result.get(uuidOf("c", 1))?.result, "failed");
  for (const each of [0, 2, 3, 4, 5]) {
    assert.equal(result.get(uuidOf("c", each))?.result, "done", String(each));
  }
  assert.equal(result.get(uuidOf("b", 0))?.result, "done");
  assert.deepEqual(
    [result.get(uuidOf("b", 1))?.result, result.get(uuidOf("b", 1))?.reason],
    ["skipped", "dependency_failed"],
  );
  assert.equal(await one("select count(*) from slices where description = 'new'"), 5);
  // Pushing again touches the rest only.
  const again = await world().plan(source);
  assert.deepEqual(again.plan.filter(({ action }) => action !== "unchanged").map(({ uuid }) => uuid), [
    uuidOf("c", 1),
    uuidOf("b", 1),
  ]);

  await world().reset();
  for (const asset of source.all.values()) {
    const folder = world().bench.ports.sources.folder(`${world().bench.folder}/bad`);
    await folder.write(source.paths.get(asset.uuid) ?? "", formatYaml(asset.tree));
  }
  const push = await runAssets(
    "push",
    "target",
    "--dir",
    "bad",
    "--adopt",
    "--continue-on-error",
    "--yes",
    "--json",
  );
  assert.equal(push.code, 1, push.err);
  const { summary } = JSON.parse(push.out);
  assert.deepEqual([summary.failed, summary.skipped, summary.done], [1, 1, 6]);

  await world().reset();
  const stopped = await world().push(source);
  assert.equal(stopped.assets.find(({ uuid }) => uuid === uuidOf("c", 1))?.result, "failed");
  assert.ok(stopped.assets.some(({ result }) => result === "planned"));
});

superset.test("nothing is written before its snapshot, and a lost answer is looked up", async () => {
  let recorded = 0;
  let lost = 0;
  const send: typeof fetch = async (input, init) => {
    const isWrite = init?.method === "POST" && String(input).includes("/import/");
    if (isWrite) {
      recorded +=
        [...Deno.readDirSync(`${world().bench.folder}/.showtime/assets/target/runs`)].filter(({ name }) => {
          const run = JSON.parse(
            Deno.readTextFileSync(`${world().bench.folder}/.showtime/assets/target/runs/${name}/run.json`),
          );
          return run.state === "running" && run.assets.length === 1;
        }).length;
    }
    const answer = await fetch(input, init);
    if (!isWrite || lost++ > 0) return answer;
    await answer.body?.cancel();
    throw new TypeError("connection reset");
  };
  const source = await world().source([uuidOf("d", 0), describe("new")]);
  const { assets } = await world().push(source, { instance: world().instance({ fetch: send }) });
  assert.deepEqual(assets.filter(({ result }) => result !== "unchanged").map(({ result }) => result), [
    "done",
  ]);
  assert.equal(lost, 1, "an import that took effect is not sent again");
  assert.equal(recorded, 1);
});

superset.test("an edit while a push runs is a conflict, and stays", async () => {
  let edited = false;
  const send: typeof fetch = async (input, init) => {
    if (init?.method === "POST" && String(input).includes("/dataset/import/") && !edited) {
      edited = true;
      await world().client.send("PUT", "/api/v1/chart/1", { description: "edited meanwhile" });
    }
    return await fetch(input, init);
  };
  const source = await world().source([uuidOf("d", 0), describe("new")], [uuidOf("c", 0), describe("new")]);
  await assert.rejects(world().push(source, { instance: world().instance({ fetch: send }) }), {
    code: "assets_moved",
  });
  assert.equal(await one("select description from slices where id = 1"), "edited meanwhile");
});

superset.test("a rollback puts content, owners and membership back, and a rollback of it does so again", async () => {
  const made = normalize("chart", {
    ...world().files.get("charts/chart_0.yaml"),
    uuid: uuidOf("c", 99),
    slice_name: "made",
  });
  assert.ok(made !== undefined);
  await world().client.send("POST", "/api/v1/security/users/", {
    ...{
      username: "ada",
      first_name: "Ada",
      last_name: "L",
      email: "ada@example.org",
      password: "x",
      active: true,
    },
    roles: [1],
  });
  await world().client.send("PUT", "/api/v1/dashboard/1", { owners: [2] });
  await world().superset.save("owned");
  const before = await world().export(`${world().bench.folder}/before`);
  assert.deepEqual(before.incomplete, []);
  const removeChart = (tree: TreeMap) => ({ ...withoutChart(tree, "CHART-4"), description: "new" });
  const source = await world().source(made, [uuidOf("d", 0), describe("new")], [uuidOf("b", 0), removeChart]);
  const pushed = await world().push(source, { force: true });
  assert.deepEqual(new Set(pushed.assets.map(({ result }) => result)), new Set(["done", "unchanged"]));
  const owners = "select user_id from dashboard_user where dashboard_id = 1 order by 1";
  assert.deepEqual(await world().superset.query(owners), [[1], [2]], "an import adds its user");
  const pushedFiles = await exported("pushed");

  const undo = async (name?: string) => {
    const instance = world().instance();
    const run = await findRun(instance, name);
    const snapshot = await instance.store.snapshot(run.run);
    const rollback = await prepareRollback(instance, world().bench.ports, {
      run,
      snapshot,
      dir: `${world().bench.folder}/assets`,
      force: false,
    }, signal());
    assert.deepEqual(rollback.conflicts, []);
    const result = await applyRollback(instance, world().bench.ports, {
      rollback,
      continueOnError: true,
      inActions: false,
    }, signal());
    assert.ok(
      [...result.assets, ...result.deleted].every((each) => ["done", "unchanged"].includes(each.result)),
      JSON.stringify(result),
    );
    return result;
  };
  const undone = await undo();
  assert.deepEqual(await exported("undone"), await filesBelow(`${world().bench.folder}/before`));
  assert.deepEqual(await world().superset.query(owners), [[2]]);
  assert.equal(await one("select count(*) from slices where slice_name = 'made'"), 0);
  const runs = await world().instance().store.runs();
  assert.deepEqual(runs.map(({ command }) => command), ["rollback", "push"], "a rollback is one run");

  await undo(undone.run);
  assert.deepEqual(await exported("redone"), pushedFiles);
  await world().superset.restore("filled");
});

async function exported(name: string): Promise<ReadonlyMap<string, string>> {
  await world().export(`${world().bench.folder}/${name}`);
  return await filesBelow(`${world().bench.folder}/${name}`);
}

superset.test("a run is undone from a folder, as an artifact of CI has it, and never on another instance", async () => {
  const before = await exported("fresh");
  const { run } = await world().push(await world().source([uuidOf("d", 0), describe("new")]));
  const artifact = `${world().bench.folder}/artifact`;
  await Deno.mkdir(`${artifact}/runs`, { recursive: true });
  await Deno.rename(`${world().bench.folder}/.showtime/assets/target/runs/${run}`, `${artifact}/runs/${run}`);
  // A machine of CI has neither the ledger nor the runs.
  await Deno.remove(`${world().bench.folder}/.showtime`, { recursive: true });

  const instance = world().instance();
  const rollback = await runAssets("rollback", "target", "--from", "artifact", "--yes", "--json");
  assert.equal(rollback.code, 0, rollback.err);
  const { undoes, summary } = JSON.parse(rollback.out);
  assert.deepEqual([undoes, summary], [run, { update: 1, done: 1 }]);
  assert.deepEqual(await exported("back"), before);

  await assert.rejects(readRun(world().instance({ url: "https://bi.example.org" }), artifact), {
    code: "run_unknown",
  });
  await assert.rejects(readRun(instance, `${world().bench.folder}/assets`), { code: "run_unknown" });
});

superset.test("an edit after a run is a conflict of its rollback, and so is an asset that others use by now", async () => {
  const made = normalize("dataset", {
    ...world().files.get("datasets/db/ds_0.yaml"),
    uuid: uuidOf("d", 99),
    table_name: "made",
  });
  assert.ok(made !== undefined);
  await world().push(await world().source(made, [uuidOf("c", 0), describe("new")]));
  await world().client.send("PUT", "/api/v1/chart/1", { description: "edited later" });
  const datasource = await one("select id from tables where table_name = 'made'");
  await world().client.send("POST", "/api/v1/chart/", {
    slice_name: "user",
    viz_type: "table",
    params: "{}",
    datasource_id: datasource,
    datasource_type: "table",
  });
  const instance = world().instance();
  const run = await findRun(instance, undefined);
  const request = {
    run,
    snapshot: await instance.store.snapshot(run.run),
    dir: `${world().bench.folder}/assets`,
  };
  const strict = await prepareRollback(instance, world().bench.ports, { ...request, force: false }, signal());
  assert.deepEqual(strict.prepared.plan.map(({ action, reason }) => [action, reason]), [[
    "conflict",
    "edited",
  ]]);
  assert.match(strict.conflicts.map(({ message }) => message).join(), /the chart "user" uses it/);
  const forced = await prepareRollback(
    world().instance(),
    world().bench.ports,
    { ...request, force: true },
    signal(),
  );
  assert.deepEqual([forced.conflicts, forced.deletions, forced.kept.length], [[], [], 1]);
});

superset.test("prune keeps what an alert holds, and what that uses", async () => {
  const own = (kind: "chart" | "dataset", more: TreeMap): Asset => {
    const file = kind === "chart" ? "charts/chart_0.yaml" : "datasets/db/ds_0.yaml";
    const asset = normalize(kind, { ...world().files.get(file), ...more });
    assert.ok(asset !== undefined);
    return asset;
  };
  const dataset = own("dataset", { uuid: uuidOf("d", 99), table_name: "made" });
  const chart = own("chart", {
    uuid: uuidOf("c", 99),
    slice_name: "made",
    dataset_uuid: dataset.uuid,
  });
  const other = own("chart", { uuid: uuidOf("c", 98), slice_name: "free" });
  const { assets } = await world().push(await world().source(dataset, chart, other));
  assert.equal(assets.filter(({ result }) => result === "done").length, 3);
  const id = await one("select id from slices where slice_name = 'made'");
  const alert = await world().client.send("POST", "/api/v1/report/", {
    ...{
      type: "Report",
      name: "Daily",
      crontab: "0 9 * * *",
      chart: id,
      active: false,
      creation_method: "alerts_reports",
    },
    ...{
      recipients: [{ type: "Email", recipient_config_json: { target: "ada@example.org" } }],
      report_format: "PNG",
    },
  });
  assert.equal(alert.status, 201, JSON.stringify(alert.body));
  const instance = world().instance();
  const plan = await planPrune(
    instance,
    world().bench.ports,
    { dir: `${world().bench.folder}/assets` },
    signal(),
  );
  assert.deepEqual(plan.deletions.map(({ name }) => name).sort(), ["free", "made", "made"]);
  const { assets: deleted } = await deleteAssets(instance, world().bench.ports, {
    observed: plan.observed,
    deletions: plan.deletions,
    record: { command: "prune" },
  }, signal());
  const results = Object.fromEntries(deleted.map((each) => [`${each.kind} ${each.name}`, each.result]));
  assert.deepEqual(results, { "chart free": "done", "chart made": "failed", "dataset made": "skipped" });
  assert.match(deleted.find(({ result }) => result === "failed")?.message ?? "", /alerts or reports: Daily/);
  assert.equal(await one("select count(*) from tables where table_name = 'made'"), 1);
});

superset.test("commands that only read write nothing: plan, diff, status, map, validate, test, runs", async () => {
  const before = await world().tables();
  const dir = `${world().bench.folder}/assets`;
  const { ports } = world().bench;
  await world().plan(await world().source([uuidOf("d", 0), describe("new")]), { force: true });
  const side = { dir, selection: EVERYTHING, instanceOf: () => world().instance() };
  await loadSide(ports, { ...side, name: "target" }, signal());
  await showStatus(world().instance(), ports, { dir, selection: EVERYTHING }, signal());
  await showMapping(world().instance(), ports, { dir }, signal());
  await validateFolder(ports, dir);
  await planPrune(world().instance(), ports, { dir }, signal());
  await world().instance().server.testWrite(signal());
  await world().instance().store.runs();
  await world().export(`${world().bench.folder}/read-only`);
  assert.equal(await world().tables(), before);
  await world().client.send("PUT", "/api/v1/chart/1", { description: "the comparison would see it" });
  assert.notEqual(await world().tables(), before);
});

superset.test("an export of a selection has what the flags name, with or without what that uses", async () => {
  await world().client.send("POST", "/api/v1/tag/", { name: "gold", objects_to_tag: [["chart", 4]] });
  const select = async (selection: Partial<Selection>, ignore: readonly string[] = []) => {
    const dir = `${world().bench.folder}/${crypto.randomUUID()}`;
    const { assets } = await world().export(dir, {
      selection: { ...EVERYTHING, ...selection },
      ports: { ignore },
    });
    // What assets.ignore leaves out is reported as skipped.
    return assets.filter(({ action }) => action !== "skip").map(({ kind, name }) => `${kind} ${name}`).sort();
  };
  const alone = { dependencies: false };
  assert.deepEqual(await select({ ...alone, kinds: ["chart"], ids: [4] }), ["chart Calls per port 3"]);
  assert.deepEqual(await select({ ...alone, names: ["calls per port"] }), ["chart Calls per port"]);
  assert.deepEqual(await select({ ...alone, published: true }), ["dashboard Harbour overview 1"]);
  assert.deepEqual(await select({ ...alone, tags: ["gold"] }), ["chart Calls per port 3"]);
  const { userId } = await world().instance().server.facts(signal());
  const ada = { first_name: "Ada", last_name: "L", email: "ada@example.org", password: "x" };
  await world().client.send("POST", "/api/v1/security/users/", {
    ...ada,
    username: "ada",
    active: true,
    roles: [1],
  });
  await world().client.send("PUT", "/api/v1/chart/2", { owners: [2] });
  for (const owner of ["2", "ada", "Ada L", "ada@example.org"]) {
    assert.deepEqual(await select({ ...alone, owners: [owner] }), ["chart Calls per port 1"], owner);
  }
  assert.equal((await select({ ...alone, owners: [String(userId)] })).length, 13);
  assert.deepEqual(await select({ ...alone, owners: ["nobody"] }), []);
  assert.deepEqual(await select({ tags: ["gold"] }), [
    "chart Calls per port 3",
    "database Warehouse",
    "dataset ship_calls_3",
  ]);
  assert.deepEqual(await select({ tags: ["gold"] }, ["kind:dataset"]), [
    "chart Calls per port 3",
    "database Warehouse",
  ]);
});

superset.test("no file is removed after a cut listing, and none is lost to letter case or a name of a person's own", async () => {
  const dir = `${world().bench.folder}/kept`;
  await world().export(dir);
  const before = await filesBelow(dir);
  const cut: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (!/\/api\/v1\/chart\/\?q=/.test(String(input))) return answer;
    const body = await answer.json();
    // One row never comes.
    return Response.json({ ...body, result: body.result.filter((row: { id: number }) => row.id !== 6) });
  };
  const dashboards = { selection: { ...EVERYTHING, kinds: ["chart" as const] } };
  const partial = await world().export(dir, { instance: world().instance({ fetch: cut }) });
  assert.match(partial.incomplete.join(), /5 of 6 charts were listed/);
  await world().client.send("DELETE", "/api/v1/dashboard/2");
  await world().client.send("DELETE", "/api/v1/chart/6");
  await world().export(dir, dashboards);
  assert.deepEqual((await filesBelow(dir)).size, before.size, "a selection removes nothing");
  const whole = await world().export(dir);
  assert.deepEqual(whole.assets.filter(({ action }) => action === "delete").map(({ kind }) => kind).sort(), [
    "chart",
    "dashboard",
  ]);

  const [path = ""] = [...before.keys()].filter((each) => each.startsWith("charts/"));
  await Deno.rename(`${dir}/${path}`, `${dir}/${path.replace("charts/calls", "charts/Calls")}`);
  await world().export(dir, { force: true });
  const files = await filesBelow(dir);
  assert.equal(files.get(path), before.get(path));
  assert.equal(files.size, before.size - 2);
});

superset.test("local edits are never lost to an export, and content with a secret is never written", async () => {
  const dir = `${world().bench.folder}/edited`;
  await world().export(dir);
  const path = [...(await filesBelow(dir)).keys()].find((each) => each.startsWith("charts/")) ?? "";
  const git = async (...args: string[]) => {
    const { code } = await new Deno.Command("git", {
      args: ["-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org", ...args],
      stdout: "null",
      stderr: "null",
    }).output();
    assert.equal(code, 0, args.join(" "));
  };
  await git("init");
  await git("add", "-A");
  await git("commit", "-m", "x");
  const text = await Deno.readTextFile(`${dir}/${path}`);
  await Deno.writeTextFile(`${dir}/${path}`, `${text}description: mine\n`);
  await assert.rejects(world().export(dir), { code: "uncommitted_edits" });
  assert.equal(await Deno.readTextFile(`${dir}/${path}`), `${text}description: mine\n`);
  await git("checkout", ".");

  const secret = "postgresql://bi:Zu7-s3cret-value@db.example/x";
  await world().client.send("PUT", "/api/v1/chart/1", { description: secret });
  const { secrets, assets } = await world().export(dir);
  assert.deepEqual(secrets.map(({ field, detector }) => [field, detector]), [[
    "description",
    "uri_password",
  ]]);
  assert.equal(assets.filter(({ action }) => action === "skip").length, 1);
  assert.ok(![...(await filesBelow(dir)).values()].join().includes("Zu7-s3cret-value"));
});
