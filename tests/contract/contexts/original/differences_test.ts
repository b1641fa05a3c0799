/** The documented differences: each test asserts what the original does, and what ours does instead. */
import assert from "node:assert/strict";
import { makeConfig } from "../../../worlds/contexts/original/fixture.ts";
import { makeOriginalWorld, type OriginalWorld } from "../../../worlds/contexts/original/original_world.ts";
import { sourceShellFile } from "../../../worlds/contexts/original/shell_values.ts";
import { part } from "../../../worlds/require.ts";

const tool = await part("cicdstatemgr");

async function start(options: Parameters<typeof makeOriginalWorld>[0] = {}): Promise<OriginalWorld> {
  const world = await makeOriginalWorld(options);
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);
  return world;
}

/** Runs the same command line by both. */
async function both(world: OriginalWorld, args: readonly string[]) {
  return { theirs: await world.original.run(args), own: await world.ours.run(args) };
}

/** The value that `--get` prints in both. */
async function values(world: OriginalWorld, path: string) {
  const { theirs, own } = await both(world, ["--get", path]);
  return { theirs: theirs.out.trimEnd(), own: own.out.trimEnd() };
}

/** A handler as the only one of the event `now`. */
function appWith(handlers: string): string {
  return `cicd-contexts: {stage: {channel: c, pipelines: {build: {event-handlers: {now: ${handlers}}}}}}`;
}

const NOW = ["--handle-event", "build=now"];

tool.test("reads start from the primary: a stale copy is not used", async () => {
  await using world = await start();
  for (const side of [world.ours, world.original]) {
    await side.write({ "d.yaml": (await side.read("d.yaml") ?? "").replaceAll("value1", "edited") });
  }

  assert.deepEqual(await values(world, "state.key1"), { theirs: "value1", own: "edited" });
  await both(world, ["--set", "state.more=1"]);
  assert.ok((await world.ours.read("d.yaml"))?.includes("key1: edited"));
  assert.ok((await world.original.read("d.yaml"))?.includes("key1: value1"), "the original undoes the edit");
});

tool.test("a single store is enough: the original needs a copy that it can read", async () => {
  await using world = await makeOriginalWorld({
    files: { "config.yaml": makeConfig("\n    yamlfile: {path: d.yaml, isPrimary: true}") },
  });
  await world.same(["--init-new", "id-1", "--set", "state.key1=value1"]);

  const { theirs, own } = await both(world, ["--set", "state.a=1"]);
  assert.deepEqual([theirs.code, own.code], [1, 0]);
  assert.equal((await world.ours.run(["--get", "state.a"])).out, "1\n");
});

tool.test("a wrong ID is refused: the original takes the context that the files hold", async () => {
  await using world = await start();
  const before = await world.ours.stored();
  for (
    const args of [["--get", "state.key1"], ["--set", "state.key1=stolen"], ["--load"], [
      "--handle-event",
      "build=both",
    ]]
  ) {
    const { theirs, own } = await both(world, ["--id", "other", ...args]);
    assert.deepEqual([theirs.code, own.code, own.out], [0, 1, ""], args.join(" "));
    assert.match(own.err, /^error: Reading the context other: yamlfile d.yaml has none with this ID$/m);
  }
  assert.deepEqual(await world.ours.stored(), before);
  const strange = await both(world, ["--init-new", "a/b c", "--set", "state.key1=v"]);
  assert.deepEqual([strange.theirs.code, strange.own.code], [0, 2]);
});

tool.test("the ID and the name of a context cannot be set", async () => {
  await using world = await start();
  for (const pair of ["state.cicdContextDataId=id-2", "state.cicdContextName=prod", "state=x"]) {
    const own = await world.ours.run(["--set", pair]);
    assert.deepEqual([own.code, own.out], [1, ""], pair);
    assert.match(own.err, /names the context and cannot be changed/);
  }
  const theirs = await world.original.run(["--set", "state.cicdContextDataId=id-2"]);
  assert.equal(theirs.code, 0);
  assert.equal(await world.original.read("d.id"), "id-2");
  assert.equal(await world.ours.read("d.id"), "id-1");
});

tool.test("shell files are escaped: nothing in a value runs, and each value is read back", async () => {
  await using world = await start();
  const evil = 'a "quote" $HOME $(touch ran) `touch ran` \\ end';
  await both(world, ["--set", `state.evil=${evil}`]);

  const own = await sourceShellFile(`${world.ours.folder}/d.sh`);
  assert.equal(own["CICD_state__evil"], evil);
  assert.equal(await world.ours.read("ran"), undefined);
  await sourceShellFile(`${world.original.folder}/d.sh`).catch(() => undefined);
  assert.equal(await world.original.read("ran"), "", "the shell runs what is in the original's file");
});

tool.test("shell files have every element of a list at the top, and the first of equal names", async () => {
  await using world = await makeOriginalWorld({
    files: { "app.yaml": "cicd-contexts: {stage: {top: [a, b], m: {a-b: first, a.b: second}}}" },
  });
  const { theirs, own } = await both(world, ["--init-new", "id-1", "--set", "state.key1=v"]);
  assert.deepEqual([theirs.code, own.code], [0, 0]);

  const [mine, old] = [world.ours, world.original].map(({ folder }) => sourceShellFile(`${folder}/d.sh`));
  const [a, b] = [await mine, await old];
  assert.deepEqual([b?.["CICD_top"], b?.["CICD_m__a_b"]], ["b", "second"]);
  assert.deepEqual([a?.["CICD_top__0"], a?.["CICD_top__1"], a?.["CICD_m__a_b"]], ["a", "b", "first"]);
  assert.match(own.err, /warning: .*has the same name, CICD_m__a_b/);
});

tool.test("a template error is exit code 1: the original stores and prints its text", async () => {
  await using world = await start();
  await world.same(["--set", "state.t={{cx.v}}"]);

  const { theirs, own } = await both(world, ["--get", "state.t"]);
  assert.equal(theirs.out, "<jinja2 parse error> {{cx.v}}\n");
  assert.deepEqual([own.code, own.out], [1, ""]);
  assert.match(own.err, /^error: Rendering state.t, line 1: /m);
});

tool.test("the text of a template error is never sent and never stored", async () => {
  const handlers = [
    'notify: {message: "{{ nope.x }}"}',
    'set-values: {set: [{from: "{{ nope.x }}", to: state.a}]}',
    'set-values: {set: [{from: "a", to: "state.{{ nope.x }}.z"}]}',
    'trigger-pipeline: {name: x, args: {a: "{{ nope.x }}"}}',
  ];
  for (const handler of handlers) {
    await using world = await start({ files: { "app.yaml": appWith(`{${handler}}`) } });
    const before = await world.ours.stored();
    const { theirs, own } = await both(world, NOW);
    assert.equal(theirs.code, 0);
    const seen = JSON.stringify([theirs.requests, await world.original.stored()]);
    assert.ok(seen.includes("<jinja2 parse error>"), handler);
    assert.deepEqual([own.code, own.requests], [1, []], handler);
    assert.deepEqual(await world.ours.stored(), before);
  }
  const variables = 'variables: {v: "{{ nope.x }}"}\ncicd-contexts: {stage: {channel: c}}';
  await using world = await makeOriginalWorld({ files: { "app.yaml": variables } });
  const { theirs, own } = await both(world, ["--init-new", "id-1", "--set", "state.a=b"]);
  assert.deepEqual([theirs.code, own.code, own.out], [0, 1, ""]);
  assert.equal(await world.ours.read("d.yaml"), undefined);
});

tool.test("templates are confined: the original runs code that a value holds", async () => {
  const template = JSON.stringify("{{ ''.__class__.__mro__[1].__subclasses__()|length > 9 }}");
  await using world = await start({ files: { "t.json": template } });
  await world.same(["--set", "state.t=file://t.json"]);

  const { theirs, own } = await both(world, ["--get", "state.t"]);
  assert.equal(theirs.out, "True\n");
  assert.deepEqual([own.code, own.out], [1, ""]);
});

tool.test("file:// is followed from --set alone, never from answers, handlers and variables", async () => {
  const app = appWith(
    '{notify: {message: m, capture-response-data: [{from: "{{body.path}}", to: state.captured}]}, ' +
      'set-values: {set: [{from: "file://data.txt", to: state.set}]}}',
  ).replace(
    "event-handlers",
    'generators: {g: {one: {set: [{key: state.generated, value: "file://data.txt"}]}}}, event-handlers',
  );
  await using world = await start({ files: { "app.yaml": app, "data.txt": "SECRET" } });
  world.answer({ body: '{"path": "file://data.txt"}' });
  await both(world, NOW);
  await both(world, ["--generate", "pipelines.build.generators.g"]);
  await both(world, ["--set", "state.t={{ v }}"]);

  for (const path of ["state.captured", "state.set", "state.generated"]) {
    assert.deepEqual(await values(world, path), { theirs: "SECRET", own: "file://data.txt" }, path);
  }
  const { theirs, own } = await both(world, ["--get", "state.t", "--tmpl-ctx-var", "v=file://data.txt"]);
  assert.deepEqual([theirs.out, own.out], ["SECRET\n", "file://data.txt\n"]);
  await world.ours.run(["--set", "state.given=file://data.txt"]);
  assert.equal((await world.ours.run(["--get", "state.given"])).out, "SECRET\n");
});

tool.test("redirects are not followed: they count as an answer other than 2xx", async () => {
  await using world = await start();
  world.answer({ status: 302, headers: { location: "/elsewhere" } });

  const { theirs, own } = await both(world, ["--handle-event", "build=told"]);
  assert.deepEqual(theirs.requests.map(({ method, path }) => `${method} ${path}`), [
    "POST /slack",
    "GET /elsewhere",
  ]);
  assert.deepEqual(own.requests.map(({ method, path }) => `${method} ${path}`), ["POST /slack"]);
  assert.equal(own.code, 0);
  assert.match(own.err, /warning: notify.second: .*it answered 302/);
  assert.equal((await world.ours.run(["--get", "state.slackChannel"])).out, "");
});

tool.test("requests have an Idempotency-Key, and are tried again with the same", async () => {
  await using world = await start({
    files: { "config.yaml": makeConfig().replace("attempts: 1", "attempts: 2") },
  });
  world.answer({ status: 503 });
  const { theirs, own } = await both(world, ["--handle-event", "build=inherited"]);

  assert.equal(theirs.requests.length, 1);
  assert.equal(own.requests.length, 2);
  const keys = world.ours.server.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.match(keys[0] ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(keys[0], keys[1]);
  assert.ok(world.original.server.requests.every(({ headers }) => !("idempotency-key" in headers)));
});

tool.test("a server that does not answer is given up: the original waits for ever", async () => {
  await using world = await start({
    files: { "config.yaml": makeConfig().replace("attempts: 1", "attempts: 1, timeout: 1s") },
  });
  world.ours.server.answer("hang");
  const own = await world.ours.run(["--handle-event", "build=inherited"]);
  assert.deepEqual([own.code, own.out], [1, ""]);
  assert.match(own.err, /no answer within 1 s/);
});

tool.test("respond sends to slack.url's origin and to http.hosts, the token to the first alone", async () => {
  await using world = await start();
  await using elsewhere = await makeOriginalWorld();
  const { url } = elsewhere.ours.server;
  await both(world, ["--set", `state.respondUrl=${url}/hook`]);

  const refused = await both(world, ["--handle-event", "build=answered"]);
  assert.deepEqual([refused.theirs.code, refused.own.code, refused.own.out], [0, 1, ""]);
  assert.match(refused.own.err, /is neither the origin of slack.url nor in http.hosts/);
  assert.equal(elsewhere.ours.server.requests.length, 1, "from the original");
  assert.equal(elsewhere.ours.server.requests[0]?.headers["authorization"], "Bearer SLACKTOK");

  await world.write({ "config.yaml": makeConfig().replace("attempts: 1", `attempts: 1, hosts: ["${url}"]`) });
  assert.equal((await world.ours.run(["--handle-event", "build=answered"])).code, 0);
  assert.equal(elsewhere.ours.server.requests.length, 2);
  assert.equal(elsewhere.ours.server.requests[1]?.headers["authorization"], undefined);
});

tool.test("help after an error goes to stderr: the original prints it on stdout", async () => {
  await using world = await start();
  const { theirs, own } = await both(world, ["--get", "state.["]);
  assert.match(theirs.out, /^usage: /);
  assert.equal(own.out, "");
  assert.match(own.err, /^Usage: showtime cicdstatemgr/);
});

tool.test("what handlers did before one that failed stays: the original loses it", async () => {
  const app = appWith(
    "{set-values: {set: [{from: done, to: state.first}]}, " +
      "respond: {message: m, url: 'http://127.0.0.1:9/'}, " +
      "trigger-pipeline: {name: n, args: {a: b}}}",
  );
  await using world = await start({ files: { "app.yaml": app } });

  const { theirs, own } = await both(world, NOW);
  assert.deepEqual([theirs.code, own.code], [1, 1]);
  assert.deepEqual([theirs.requests, own.requests], [[], []], "those after it do not run");
  assert.deepEqual(await values(world, "state.first"), { theirs: "", own: "done" });
});

tool.test("commands work that the original ends with an error of Python", async () => {
  const app = appWith("{notify: {enabled: true, one: {message: 5, if: true}}}")
    .replace("cicd-contexts", "jinja2-macros: {m: ''}\ncicd-contexts");
  await using world = await makeOriginalWorld({ files: { "app.yaml": app } });

  const init = await both(world, ["--init-new", "id-1"]);
  assert.deepEqual([init.theirs.code, init.own.code, init.own.out], [1, 0, "id-1\n"], "without --set");
  await world.same(["--init-new", "id-1", "--set", "state.a=b"]);
  const fired = await both(world, NOW);
  assert.deepEqual([fired.theirs.code, fired.own.code], [1, 0]);
  assert.equal(JSON.parse(fired.own.requests[0]?.body ?? "").text, "5");
});

tool.test("dates stay text, and keys of YAML stay as they are written", async () => {
  await using world = await start({ files: { "v.yaml": "day: 2020-01-01\non: off\n012: 1\n" } });

  const { theirs, own } = await both(world, ["--set", "state.v=file://v.yaml"]);
  assert.deepEqual([theirs.code, own.code], [1, 0], "the original has emptied its JSON file");
  assert.equal(await world.original.read("out/d.json"), "");
  assert.equal(
    (await world.ours.run(["--get", "state.v"])).out,
    "{'day': '2020-01-01', 'on': False, '012': 1}\n",
  );

  const app = appWith("{set-values: {set: [{from: a, to: state.on}]}}").replace("now:", "on:");
  await using events = await makeOriginalWorld({ files: { "app.yaml": app } });
  await events.ours.run(["--init-new", "id-1", "--set", "a=b", "--handle-event", "build=on"]);
  assert.equal((await events.ours.run(["--get", "state.on"])).out, "a\n");
});

tool.test("a base outside of the folder of bases is refused", async () => {
  await using world = await makeOriginalWorld({
    files: { "app.yaml": "bases: [../out.yaml]\ncicd-contexts: {stage: {channel: c}}", "out.yaml": "a: 1" },
  });
  const { theirs, own } = await both(world, ["--init-new", "id-1", "--set", "state.a=b"]);
  assert.deepEqual([theirs.code, own.code], [0, 1]);
  assert.match(own.err, /leads out of the folder of bases/);
});

tool.test("templates do not see the logins of stores in configData", async () => {
  await using world = await start();
  await world.same(["--set", "state.t={{ configData.datasources.idfile.path }}{{ configData.custom.name }}"]);

  const { theirs, own } = await both(world, ["--get", "state.t"]);
  assert.equal(theirs.out, "d.idc1\n");
  assert.deepEqual([own.code, own.out], [1, ""]);
});

tool.test("choice generators see what the same call has set", async () => {
  await using world = await makeOriginalWorld({ files: { "items.json": '{"one": {"name": "a", "n": 1}}' } });
  const args = [
    "--init-new",
    "id-1",
    "--set",
    "state.key1=v|state.items=file://items.json",
    "--handle-event",
    "build=asked",
  ];

  const { theirs, own } = await both(world, args);
  assert.deepEqual([theirs.code, own.code], [1, 0]);
  assert.ok(own.requests[0]?.body.includes("choice-a"));
});
