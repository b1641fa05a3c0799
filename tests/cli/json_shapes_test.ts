import assert from "node:assert/strict";
import { ContextWorld } from "../worlds/contexts/command_world.ts";
import { runIn } from "../worlds/cli_world.ts";
import { runOnFiles } from "./pipelines/on_files.ts";
import { A, environment, makeWorld, runningLabels } from "../worlds/world.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/json.md", import.meta.url));

/** The keys that docs/json.md gives for a command, in the section with this heading. */
function documented(command: string, heading = "Keys of each command"): readonly string[] {
  const from = PAGE.indexOf(`\n## ${heading}\n`);
  const section = PAGE.slice(from, PAGE.indexOf("\n## ", from + 1));
  const entry = section.split("\n- ").find((each) => each.startsWith(`\`${command}\`: `)) ?? "";
  const keys = /^`[a-z- ]+`: ((?:`[a-z_]+`\s*)+)/.exec(entry)?.[1] ?? "";
  return [...keys.matchAll(/`([a-z_]+)`/g)].map(([, key = ""]) => key).sort();
}

for (
  const line of [
    "status 1234",
    "list",
    "start 1234",
    "explain 1234",
    "history 1234",
    "logs 1234",
    "url 1234",
    "unlock 1234",
    "labels",
    "setup-labels",
    "config",
    "doctor",
    "completions bash",
    "version",
  ]
) {
  const [command = "", ...args] = line.split(" ");
  Deno.test(`${command} --json has the keys that docs/json.md gives`, async () => {
    const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });

    const { out } = await runIn(world, [command, ...args, "--json"]);

    const text = command === "logs" ? out.split("\n")[0] ?? "" : out;
    const keys = Object.keys(JSON.parse(text)).sort();
    assert.ok(keys.length > 0);
    assert.deepEqual(keys, documented(command));
  });
}

Deno.test("commands about pipelines have the keys under --json that docs/json.md gives", async () => {
  const files = { "build.yml": "version: 1\nname: web\nrun: make\n" };
  for (const command of ["check", "show"]) {
    const { out } = await runOnFiles([command, "build.yml", "--json"], { files });
    const keys = Object.keys(JSON.parse(out)).sort();
    assert.deepEqual(keys, documented(`pipeline ${command}`, "Keys of each command about pipelines"));
  }
});

/** Commands about contexts in an order in which each works. */
const ON_CONTEXTS = [
  "init --id ctx",
  "set state.hosts[]=eu-1",
  'watch --until state.hosts=["eu-1"]',
  "diff",
  "history",
  "list",
  "validate",
  "delete",
];

Deno.test("commands about contexts have the keys under --json that docs/json.md gives", async () => {
  await using world = await ContextWorld.make();
  for (const line of ON_CONTEXTS) {
    const { out } = await world.expect(0, `${line} --json`);
    const keys = Object.keys(JSON.parse(out)).sort();
    const command = `context ${line.split(" ")[0]}`;
    assert.deepEqual(keys, documented(command, "Keys of each command about contexts"), line);
  }
});

Deno.test("commands about contexts that need files have the keys under --json that docs/json.md gives", async () => {
  await using world = await ContextWorld.make();
  await world.configure({ datasources: { idfile: { path: world.at("id") } } });
  const pipelines = { build: { "event-handlers": {}, generators: { one: {} } } };
  const app = await world.write("app.yaml", JSON.stringify({ "cicd-contexts": { stage: { pipelines } } }));
  await world.expect(0, ["init", "--id", "ctx", "--app", app]);
  for (const line of ["event build done", "generate pipelines.build.generators.one", "export"]) {
    const keys = Object.keys(await world.json<Record<string, unknown>>(line)).sort();
    const command = `context ${line.split(" ")[0]}`;
    assert.deepEqual(keys, documented(command, "Keys of each command about contexts"), line);
  }
});
