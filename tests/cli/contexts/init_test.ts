import assert from "node:assert/strict";
import { ContextWorld } from "../../worlds/contexts/command_world.ts";

const BASE = `
jinja2-macros:
  title: "{% macro title() %}{{ state.app }} {{ state.version }}{% endmacro %}"
cicd-contexts:
  stage: { channel: "#builds", hosts: [a, b] }
  prod: { channel: "#prod" }
`;

const APP = `
bases: [base.yaml]
variables:
  branch: "{{ state.ref | replace('refs/heads/', '') }}"
  both: "{{ branch_of }}{{ variables.branch }} on {{ channel }}"
cicd-contexts:
  stage:
    hosts: [c]
    pipelines:
      build:
        event-handlers:
          created:
            set-values: { set: [{ from: "{{ title() }}", to: state.title }] }
`;

/** A world with an app file and its base. */
async function makeWithApp(): Promise<ContextWorld> {
  const world = await ContextWorld.make();
  await Deno.mkdir(world.at("bases"));
  await world.write("bases/base.yaml", BASE);
  await world.write("app.yaml", APP);
  return world;
}

/** The flags that name the app file and its bases. */
function appFlags(world: ContextWorld): readonly string[] {
  return ["--app", world.at("app.yaml"), "--bases", world.at("bases")];
}

Deno.test("context init without an app file makes the state alone, and prints the ID", async () => {
  await using world = await ContextWorld.make();

  assert.equal((await world.expect(0, "init --id ctx")).out, "ctx\n");

  const { out } = await world.expect(0, "show --json");
  assert.equal(
    JSON.stringify(JSON.parse(out)),
    '{"state":{"cicdContextDataId":"ctx","cicdContextName":"stage"}}',
  );
  assert.equal(await world.version(), 1);
});

Deno.test("context init without --id makes a new ID each time, whatever SHOWTIME_CONTEXT_ID says", async () => {
  await using world = await ContextWorld.make();

  const ids = [(await world.expect(0, "init")).out.trim(), (await world.expect(0, "init")).out.trim()];

  assert.notEqual(ids[0], ids[1]);
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal((await world.expect(0, ["get", "state.cicdContextDataId", "--id", id])).out, `${id}\n`);
  }
});

Deno.test("context init with an app file merges its bases, and renders the variables last", async () => {
  await using world = await makeWithApp();

  await world.expect(0, ["init", "--id", "ctx", ...appFlags(world), "--set", "state.ref=refs/heads/main"]);

  const tree = JSON.parse((await world.expect(0, "show --format json")).out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(tree), [
    "channel",
    "hosts",
    "pipelines",
    "appPipelinesConfig",
    "jinja2Macros",
    "state",
    "variables",
  ]);
  assert.deepEqual([tree["channel"], tree["hosts"]], ["#builds", ["c"]]);
  assert.deepEqual(tree["variables"], { branch: "main", both: "main on #builds" });
  assert.deepEqual(tree["state"], {
    cicdContextDataId: "ctx",
    cicdContextName: "stage",
    ref: "refs/heads/main",
  });
});

Deno.test("context init --context chooses a context of the app file, and names the others if it is missing", async () => {
  await using world = await makeWithApp();
  const init = ["init", "--id", "ctx", ...appFlags(world), "--set", "state.ref=x", "--context"];

  const error = await world.failure(2, [...init, "prod2"]);
  assert.equal(error.code, "context_name_unknown");
  assert.match(error.hint, /--context prod\?/);

  await world.expect(0, [...init, "prod"]);
  assert.equal(await world.get("channel"), "#prod");
  assert.equal(await world.get("state.cicdContextName"), "prod");
});

Deno.test("context init --event fires an event of the new context, and stdout stays the ID alone", async () => {
  await using world = await makeWithApp();
  const set = ["--set", "state.app=shop", "--set", "state.version=1.4.0", "--set", "state.ref=x"];

  const { out, err } = await world.expect(0, [
    "init",
    "--id",
    "ctx",
    ...appFlags(world),
    ...set,
    "--event",
    "build=created",
  ]);

  assert.equal(out, "ctx\n");
  assert.match(err, /set-values: set/);
  assert.equal(await world.get("state.title"), "shop 1.4.0");
});

Deno.test("context init --event that is no pipeline=event is exit 2, and nothing is made", async () => {
  await using world = await ContextWorld.make();
  for (const text of ["build", "build=", "=created", "a=b=c"]) {
    assert.equal((await world.failure(2, ["init", "--id", "ctx", "--event", text])).code, "event_invalid");
  }
  assert.equal((await world.failure(1, "show")).code, "context_unknown");
});

Deno.test("context init of an event's unknown pipeline is exit 1, and the context stands", async () => {
  await using world = await makeWithApp();
  const flags = [...appFlags(world), "--set", "state.ref=x"];

  const { both } = await world.expect(1, ["init", "--id", "ctx", ...flags, "--event", "buidl=created"]);

  assert.match(both, /buidl/);
  assert.equal(await world.version(), 1);
});

Deno.test("context init of a context that exists is exit 1, and names both ways out", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx --set state.n=1");

  const { code, hint } = await world.failure(1, "init --id ctx --set state.n=2");

  assert.equal(code, "context_exists");
  assert.match(hint, /--replace.*--if-absent/);
  assert.equal(await world.get("state.n"), "1");
});

Deno.test("context init --if-absent leaves a context that exists, and says so", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx --set state.n=1");

  const { out, err } = await world.expect(0, "init --id ctx --set state.n=2 --if-absent");

  assert.equal(out, "ctx\n");
  assert.match(err, /exists and was left at version 1/);
  assert.equal(await world.get("state.n"), "1");
  assert.deepEqual(await world.json("init --id ctx --if-absent"), { id: "ctx", version: 1, written: false });
});

Deno.test("context init --replace builds a context anew as its next version", async () => {
  await using world = await ContextWorld.make();
  await world.expect(0, "init --id ctx --set state.n=1 --set state.old=yes");

  assert.deepEqual(await world.json("init --id ctx --set state.n=2 --replace"), {
    id: "ctx",
    version: 2,
    written: true,
  });

  assert.equal(await world.get("state.n"), "2");
  await world.expect(1, "get state.old");
  await world.expect(0, "rollback 1");
  assert.equal(await world.get("state.old"), "yes");
});

Deno.test("context init refuses --replace beside --if-absent, and a malformed ID", async () => {
  await using world = await ContextWorld.make();

  assert.equal((await world.failure(2, "init --replace --if-absent")).code, "flags_conflict");
  for (const id of ["../up", "", ".hidden", "a b", "a/b", "x".repeat(129)]) {
    assert.equal((await world.expect(2, ["init", "--id", id])).out, "", id);
  }
});

Deno.test("context init with a mistake in an app file names file and line, and makes nothing", async () => {
  await using world = await makeWithApp();
  await world.write("app.yaml", "cicd-contexts:\n  stage:\n    channel: [a\n");

  const { message } = await world.failure(2, ["init", "--id", "ctx", ...appFlags(world)]);

  assert.match(message, /app\.yaml:[34]/);
  await world.expect(1, "show");
});

Deno.test("context init renders a variable with a mistake: exit 1 names it, its file and its line", async () => {
  await using world = await makeWithApp();
  await world.write(
    "app.yaml",
    'variables:\n  good: "x"\n  bad: "{{ nothing.at.all }}"\ncicd-contexts: { stage: {} }\n',
  );

  const { message } = await world.failure(1, ["init", "--id", "ctx", ...appFlags(world)]);

  assert.match(message, /variables\.bad \(.*app\.yaml:3\), line 1: "nothing" is undefined/);
  await world.expect(1, "show");
});

Deno.test("context init names the file and the line of a macro that fails", async () => {
  await using world = await makeWithApp();
  await world.write(
    "bases/base.yaml",
    "jinja2-macros:\n  cry: '{% macro cry() %}{{ no.way }}{% endmacro %}'\n",
  );
  await world.write(
    "app.yaml",
    'bases: [base.yaml]\nvariables: { bad: "{{ cry() }}" }\ncicd-contexts: { stage: {} }\n',
  );

  const { message } = await world.failure(1, ["init", "--id", "ctx", ...appFlags(world)]);

  assert.match(message, /the macro cry \(.*base\.yaml:2\), for variables\.bad \(.*app\.yaml:2\)/);
});
