import assert from "node:assert/strict";
import type { Tree } from "../../../src/assets/core/tree.ts";
import type { SupersetSimulator } from "../../../src/simulators/superset/mod.ts";
import { CommandWorld, makeTwo } from "../../worlds/superset/command_world.ts";
import { worldUuid } from "../../worlds/superset/harbour.ts";

interface Statement {
  readonly kind: string;
  readonly text?: string;
  readonly label?: string;
  readonly lines?: readonly string[];
}

interface Report {
  readonly before: string;
  readonly after: string;
  readonly assets: readonly {
    readonly uuid: string;
    readonly kind: string;
    readonly change: string;
    readonly statements: readonly Statement[];
  }[];
  readonly summary: Readonly<Record<"added" | "removed" | "changed", number>>;
  readonly requests: number;
}

const CHART = worldUuid("c", 0);
const DASHBOARD = worldUuid("b", 0);
const CSS = ".a {\n  color: blue;\n}\n\n.b {}";

/** A world with the instance qa, whose export is in the folder and committed. */
async function makeCommitted(section: Readonly<Record<string, Tree>> = {}): Promise<CommandWorld> {
  const world = await CommandWorld.make({ qa: {} }, section);
  await world.expect(0, "export");
  await world.git("init", "--quiet");
  await world.git("add", "--all");
  await world.git("commit", "--quiet", "--message", "Export");
  return world;
}

function changes({ assets }: Report): readonly (readonly [string, string])[] {
  return assets.map(({ uuid, change }) => [uuid, change] as const);
}

/** Downloads the ZIP of dashboards as a person does it in Superset. */
async function downloadDashboards(simulator: SupersetSimulator, ids: readonly number[]): Promise<Uint8Array> {
  const at = (path: string) => `http://superset.test/api/v1/${path}`;
  const login = await simulator.handle(
    new Request(at("security/login"), {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ username: "admin", password: "admin", provider: "db", refresh: true }),
    }),
  );
  const { access_token: token } = await login.json();
  const answer = await simulator.handle(
    new Request(at(`dashboard/export/?q=!(${ids.join(",")})`), {
      headers: { authorization: `Bearer ${token}` },
    }),
  );
  assert.equal(answer.status, 200);
  return new Uint8Array(await answer.arrayBuffer());
}

Deno.test("diff compares a revision with the folder, and speaks of each change in words", async () => {
  await using world = await makeCommitted();
  await world.edit(CHART, { slice_name: "Calls of all ports", description: "New" });
  await world.edit(DASHBOARD, { css: CSS });
  await Deno.remove(`${world.folder}/assets/${await world.pathOf(worldUuid("d", 3))}`);

  const report = await world.json<Report>(0, "diff git:HEAD assets");
  const { out, err } = await world.expect(0, "diff git:HEAD assets");

  assert.deepEqual([report.before, report.after, report.requests], ["git:HEAD", "assets", 0]);
  assert.deepEqual(
    new Set(changes(report).map((each) => each.join(" "))),
    new Set([
      `${CHART} changed`,
      `${DASHBOARD} changed`,
      `${worldUuid("d", 3)} removed`,
    ]),
  );
  assert.deepEqual(report.summary, { added: 0, removed: 1, changed: 2 });
  assert.match(out, /^ +name: Calls per port 0 → Calls of all ports$/m);
  assert.match(out, /^ +description: added, New$/m);
  assert.match(out, /^ +css:\n(?: .*\n)*? +- +color: red;\n +\+ +color: blue;$/m);
  assert.match(out + err, /2 changed, 1 removed/);

  const back = await world.json<Report>(0, "diff assets git:HEAD");
  assert.deepEqual(back.summary, { added: 1, removed: 0, changed: 2 });
});

Deno.test("diff reads another folder of a revision, and refuses what Git does not have", async () => {
  await using world = await makeCommitted();
  await world.expect(0, "export qa copy");
  await world.git("add", "--all");
  await world.git("commit", "--quiet", "--message", "Copy");
  await world.edit(CHART, { description: "New" });

  assert.deepEqual(changes(await world.json<Report>(0, "diff git:HEAD:copy copy")), []);
  assert.deepEqual(changes(await world.json<Report>(0, "diff git:HEAD:copy assets")), [[CHART, "changed"]]);
  for (const side of ["git:nowhere", "git:HEAD~1:copy", "git:--all"]) {
    assert.equal((await world.failure(2, `diff ${side} assets`)).code, "revision_unreadable", side);
  }
});

Deno.test("diff reads the ZIP that Superset exports as the content that it holds", async () => {
  await using world = await makeCommitted();
  await world.write("all.zip", await downloadDashboards(world.server("qa"), [1, 2]));

  assert.deepEqual(changes(await world.json<Report>(0, "diff all.zip assets --exit-code")), []);
  await world.edit(CHART, { description: "New" });
  const changed = await world.json<Report>(6, "diff all.zip assets --exit-code");
  assert.deepEqual(changes(changed), [[CHART, "changed"]]);
  assert.deepEqual(changed.assets[0]?.statements, [{ kind: "sentence", text: "description: added, New" }]);

  await world.write("one.zip", await downloadDashboards(world.server("qa"), [1]));
  const less = await world.json<Report>(6, "diff one.zip all.zip --exit-code");
  assert.deepEqual(new Set(less.assets.map(({ change }) => change)), new Set(["added"]));
  assert.deepEqual(
    less.assets.filter(({ kind }) => kind === "dashboard").map(({ uuid }) => uuid),
    [worldUuid("b", 1)],
  );

  await world.write("torn.zip", "no ZIP");
  assert.equal((await world.failure(2, "diff torn.zip assets")).code, "zip_unreadable");
  assert.equal((await world.failure(2, "diff nowhere.zip assets")).code, "zip_unreadable");
});

Deno.test("diff compares two instances in the folder's vocabulary", async () => {
  await using world = await makeTwo();
  await world.expect(0, "export_all");
  await world.expect(0, "sync_assets superset-production superset-qa --yes");

  const same = await world.json<Report>(0, "diff superset-production superset-qa --exit-code");
  assert.deepEqual(changes(same), []);
  assert.ok(same.requests > 4);

  world.server("superset-qa").edit({ uuid: CHART, fields: { description: "In QA" } });
  const report = await world.json<Report>(6, "diff superset-production superset-qa --exit-code");
  assert.deepEqual(changes(report), [[CHART, "changed"]]);
  assert.deepEqual(changes(await world.json<Report>(0, "diff assets superset-production")), []);
  assert.deepEqual([world.writes("superset-production")], [0]);
});

Deno.test("diff takes the name of an instance for the instance, and ./ before it for the folder", async () => {
  await using world = await makeCommitted();
  await world.expect(0, "export qa ./qa");
  await world.edit(CHART, { description: "In the folder" }, { dir: "qa" });
  const asked = world.server("qa").requests().length;

  const folders = await world.json<Report>(6, "diff assets ./qa --exit-code");
  assert.deepEqual(changes(folders), [[CHART, "changed"]]);
  assert.equal(folders.requests, 0);
  assert.equal(world.server("qa").requests().length, asked);

  assert.deepEqual(changes(await world.json<Report>(0, "diff assets qa --exit-code")), []);
  const both = await world.json<Report>(6, "diff qa ./qa --exit-code");
  assert.deepEqual(changes(both), [[CHART, "changed"]]);
  assert.ok(both.requests > 0);
});

Deno.test("diff prints JSON, Markdown and HTML, each with the exit code that was asked for", async () => {
  await using world = await makeCommitted();
  const name = '<img src="x" onerror=alert(1)> @acme/all #12';
  await world.edit(CHART, { slice_name: name });
  await world.edit(DASHBOARD, { css: "```\n</pre><script>alert(1)</script>" });
  const line = "diff git:HEAD assets --exit-code";

  const json = await world.expect(6, `${line} --format json`);
  assert.deepEqual(JSON.parse(json.out), await world.json(6, line));

  const { out: markdown } = await world.expect(6, `${line} --format markdown`);
  assert.match(markdown, /^\*\*git:HEAD → assets\*\*: 2 changed$/m);
  assert.equal(markdown.match(/<details>/g)?.length, 2);
  assert.match(markdown, /^````diff$/m);
  assert.doesNotMatch(markdown.replace(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, ""), /<img|@acme|#12/);

  const { out: html, err } = await world.expect(6, `${line} --format html`);
  assert.equal(err, "");
  assert.match(html, /^<!doctype html>\n[\s\S]*<\/html>\n$/);
  assert.doesNotMatch(html, /<script|<img|<link|\bsrc="|\bhref=|url\(|@import/);
  assert.match(html, /<title>git:HEAD → assets<\/title>/);
  assert.match(html, /<del>- +color: red;<\/del>|<del>-\s*\.a \{<\/del>/);
  assert.match(html, /&#60;script&#62;alert/);

  const { out: text } = await world.expect(6, `${line} --format text`);
  assert.equal(text, (await world.expect(6, line)).out);
  assert.equal((await world.run(`${line} --format pdf`)).code, 2);
});

Deno.test("diff in every format is the whole answer where nothing differs", async () => {
  await using world = await makeCommitted();
  for (const format of ["text", "json", "markdown", "html"]) {
    const { both } = await world.expect(0, `diff git:HEAD assets --exit-code --format ${format}`);
    assert.match(both, format === "json" ? /"changed": 0/ : /no differences/, format);
  }
});

Deno.test("diff compares only what is selected, with what it uses or without", async () => {
  await using world = await makeCommitted();
  await world.edit(CHART, { description: "New" });
  await world.edit(DASHBOARD, { css: CSS });
  await world.edit(worldUuid("b", 1), { css: CSS });
  const of = async (flags: string) =>
    new Set(changes(await world.json<Report>(0, `diff git:HEAD assets ${flags}`)).map(([uuid]) => uuid));

  assert.deepEqual(await of("--kind chart --name Harbour* --no-deps"), new Set());
  assert.deepEqual(await of("--kind dashboard --no-deps"), new Set([DASHBOARD, worldUuid("b", 1)]));
  assert.deepEqual(await of(`--uuid ${DASHBOARD} --no-deps`), new Set([DASHBOARD]));
  assert.deepEqual(await of(`--uuid ${DASHBOARD}`), new Set([DASHBOARD, CHART]));
  assert.deepEqual(await of("--name Harbour*1 --name *port*0"), new Set([worldUuid("b", 1), CHART]));
});

Deno.test("diff refuses a side that is nothing, and a folder with a file that it cannot read", async () => {
  await using world = await makeCommitted();
  const { code, message } = await world.failure(2, "diff assets production");
  assert.equal(code, "side_unknown");
  assert.match(message, /"production"/);

  await world.write("assets/charts/torn.yaml", "slice_name: Torn\nparams:\n  a: [1, 2\nuuid: x\n");
  const torn = await world.failure(2, "diff git:HEAD assets");
  assert.equal(torn.code, "asset_unreadable");
  assert.match(torn.message, /charts\/torn\.yaml:\d/);
});

Deno.test("plan and status end with 6 if something differs and --exit-code asks for it", async () => {
  await using world = await makeCommitted();
  for (const command of ["plan", "status"]) await world.expect(0, `${command} --exit-code`);

  await world.edit(CHART, { description: "New" });
  for (const command of ["plan", "status"]) {
    await world.expect(0, command);
    await world.expect(6, `${command} --exit-code`);
    await world.json(6, `${command} --exit-code`);
  }

  // A conflict is a refusal, whatever else differs.
  world.server("qa").edit({ uuid: CHART, fields: { description: "In QA" } });
  await world.expect(3, "plan --exit-code");
  await world.expect(6, "status --exit-code");
  assert.equal(world.writes("qa"), 0);
});
