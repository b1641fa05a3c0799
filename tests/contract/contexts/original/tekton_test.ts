/**
 * The pattern of the original's example for Tekton: a task builds the context and fires `init`, each later
 * task loads it into a fresh folder, steps read the copies, and end tasks fire `success` or `failure` with
 * the data of their run.
 */
import assert from "node:assert/strict";
import { makeConfig, VARIABLES } from "../../../worlds/contexts/original/fixture.ts";
import { type Ran, runOriginalTool } from "../../../worlds/contexts/original/original_tool.ts";
import { runOurs } from "../../../worlds/contexts/original/run_ours.ts";
import { sourceShellFile } from "../../../worlds/contexts/original/shell_values.ts";
import { serveEvents } from "../../../worlds/contexts/event_server.ts";
import { startRedis } from "../../../worlds/contexts/redis_server.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");
const redis = await part("redis");

const APP = `
bases: [pipelines.yaml]
variables:
  image: "registry.example/{{state.app.name}}:{{state.git.sha}}"
cicd-contexts:
  stage:
    channel: stage-builds
    pipelines:
      build: {manifest: "image={{variables.image}} replicas={{replicas}} run={{uid}}"}
`;

const BASE = `
jinja2-macros:
  data: |
    {%- macro data(name) -%}{{ event.data[name] }}{%- endmacro -%}
cicd-contexts:
  stage:
    pipelines:
      start:
        event-handlers:
          init:
            notify:
              message: "{{state.webhook.pusher.name}} pushed {{state.git.sha}}"
              capture-response-data:
                - {from: "{{body.ts}}", to: state.slack.ts}
            trigger-pipeline:
              name: build
              args: {sha: "{{state.git.sha}}", context: "{{state.cicdContextDataId}}"}
      build:
        event-handlers:
          success:
            set-values:
              set:
                - {from: "{{ data('image') }}", to: state.built.image}
                - {from: "{{ data('tests') }}", to: "state.built.runs[]"}
            notify: {message: "built {{state.built.image}} for {{state.slack.ts}}"}
          failure:
            notify: {message: "failed: {{ data('reason') }}"}
`;

const WEBHOOK =
  '{"ref": "refs/heads/main", "pusher": {"name": "ana"}, "commits": [{"message": "$(touch ran) \\"q\\""}]}';

/** What runs each command line; the number counts the tasks. */
type Runner = (args: readonly string[], at: { readonly cwd: string; readonly task: number }) => Promise<Ran>;

/** Plays the example. Every task has a folder of its own, as an emptyDir. */
async function play(run: Runner): Promise<void> {
  await using server = await startRedis();
  const slack = serveEvents({ usual: '{"ok": true, "ts": "99.1"}' });
  const folders: string[] = [];
  const config = makeConfig(`
    redis: {host: 127.0.0.1, port: ${server.port}, db: 0, isPrimary: true}
    yamlfile: {path: work/context.yaml}
    jsonfile: {path: work/context.json}
    shellfile:
      path: work/context.sh
      excludeKeyNames: [jinja2Macros, appPipelinesConfig, pipelines, webhook]
    idfile: {path: work/context.id}`);
  let tasks = 0;
  const task = async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "showtime-task-" }));
    folders.push(folder);
    const number = ++tasks;
    await Deno.mkdir(`${folder}/bases`);
    const files = {
      "config.yaml": config.replaceAll("{SERVER}", slack.url).replaceAll("channel: C1", ""),
      "secrets.yaml": "cicdstatemgr: {slack: {token: S}, trigger: {token: T}}",
      "app.yaml": APP,
      "bases/pipelines.yaml": BASE,
      "body.json": WEBHOOK,
    };
    for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${path}`, text);
    return {
      folder,
      async run(...args: readonly string[]): Promise<string> {
        const { code, out, err } = await run(args, { cwd: folder, task: number });
        assert.equal(code, 0, `${args.join(" ")}\n${err.slice(-1500)}`);
        return out;
      },
    };
  };
  try {
    const start = await task();
    const sets = Array.from({ length: 16 }, (_, index) => ["--set", `state.param${index}=value ${index}`])
      .flat();
    const id = await start.run(
      "--init-new",
      "run-1",
      "--init-cicd-context-name",
      "stage",
      ...sets,
      "--set",
      "state.git.sha=abc123|state.git.branch=main",
      "--set",
      "state.app.name=shop",
      "--set",
      "state.webhook=file://body.json",
      "--set",
      "state.approvers[]=ana,bob",
      "--handle-event",
      "start=init",
    );
    assert.equal(id, "run-1\n");
    assert.deepEqual(slack.requests.map(({ path }) => path), ["/slack", "/trigger"]);
    assert.equal(JSON.parse(slack.requests[0]?.body ?? "").text, "ana pushed abc123");

    const build = await task();
    await build.run("--id", "run-1", "--load");
    const values = await sourceShellFile(`${build.folder}/work/context.sh`);
    assert.equal(values["CICD_state__git__sha"], "abc123");
    assert.equal(values["CICD_state__param15"], "value 15");
    assert.equal(values["CICD_state__approvers__1"], "bob");
    assert.equal(values["CICD_variables__image"], "registry.example/shop:abc123");
    assert.equal(values["CICD_state__slack__ts"], "99.1");
    assert.equal(await Deno.readTextFile(`${build.folder}/work/context.id`), "run-1");
    const json = JSON.parse(await Deno.readTextFile(`${build.folder}/work/context.json`));
    assert.equal(json.state.webhook.commits[0].message, '$(touch ran) "q"');
    const manifest = ["--tmpl-ctx-var", "replicas=3", "--tmpl-ctx-var", "uid=state.cicdContextDataId"];
    assert.equal(
      await build.run("--id", "run-1", "--get", "pipelines.build.manifest", ...manifest),
      "image=registry.example/shop:abc123 replicas=3 run=run-1\n",
    );
    await build.run("--id", "run-1", "--set", "state.build.uid1.image=shop:abc123|state.build.uid1.tests=12");

    const parallel = await task();
    await parallel.run("--id", "run-1", "--load");
    await parallel.run("--id", "run-1", "--pre-set-force-reload", "--set", "state.scan.findings=0 bad");

    const end = await task();
    await end.run(
      "--id",
      "run-1",
      "--load",
      "--set",
      "state.build.uid1.done=yes",
      "--handle-event",
      "build=success",
      "--tmpl-ctx-var",
      "event.data=state.build.uid1",
    );
    assert.equal(JSON.parse(slack.requests.at(-1)?.body ?? "").text, "built shop:abc123 for 99.1");

    const failed = await task();
    await failed.run(
      "--id",
      "run-1",
      "--load",
      "--set",
      "state.deploy.uid2.reason=no room",
      "--handle-event",
      "build=failure",
      "--tmpl-ctx-var",
      "event.data=state.deploy.uid2",
    );
    assert.equal(JSON.parse(slack.requests.at(-1)?.body ?? "").text, "failed: no room");

    const last = await task();
    await last.run("--id", "run-1", "--load");
    for (
      const [path, text] of [
        ["state.built", "{'image': 'shop:abc123', 'runs': ['12']}"],
        ["state.scan.findings", "0 bad"],
        ["state.build.uid1", "{'image': 'shop:abc123', 'tests': '12', 'done': 'yes'}"],
        ["state.deploy.uid2.reason", "no room"],
        ["state.slack.ts", "99.1"],
      ] as const
    ) {
      assert.equal(await last.run("--id", "run-1", "--get", path), `${text}\n`, path);
    }
    assert.equal(slack.requests.length, 4);
  } finally {
    await slack.close();
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
}

const ours: Runner = (args, { cwd }) => runOurs(args, { cwd, env: VARIABLES, inProcess: true });
const oursAsProcess: Runner = (args, { cwd }) => runOurs(args, { cwd, env: VARIABLES, inProcess: false });
const theirs: Runner = (args, { cwd }) => runOriginalTool(args, { cwd, env: VARIABLES });

redis.test("the example for Tekton plays through", () => play(ours));

redis.test("the example for Tekton plays through, each command in a process", () => play(oursAsProcess));

if (redis.missing === undefined) {
  tool.test("the example for Tekton plays through by the original", () => play(theirs));

  for (const [title, odd, even] of [["ours", ours, theirs], ["the original", theirs, ours]] as const) {
    tool.test(
      `the example for Tekton plays through with both by turns, ${title} first`,
      () => play((args, at) => at.task % 2 === 1 ? odd(args, at) : even(args, at)),
    );
  }
}
