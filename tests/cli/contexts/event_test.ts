import assert from "node:assert/strict";
import { ContextWorld, type ShownVersion } from "../../worlds/contexts/command_world.ts";
import { type EventServer, serveEvents } from "../../worlds/contexts/event_server.ts";

const APP = JSON.stringify({
  "jinja2-macros": { title: "{% macro title() %}{{ state.app }} {{ state.version }}{% endmacro %}" },
  "cicd-contexts": {
    stage: {
      channel: "#builds",
      pipelines: {
        build: {
          "event-handlers": {
            success: {
              "set-values": { set: [{ from: "passed", to: "state.result" }] },
              "notify": {
                message: "{{ title() }} {{ state.result }}",
                "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }],
              },
            },
            named: {
              notify: {
                first: { message: "by {{ who }} {{ part.name }}" },
                second: { enabled: false, message: "never" },
                third: { if: "{{ state.loud }}", message: "loud" },
              },
            },
            broken: { notify: { one: { message: "{{ nothing.here }}" }, two: { message: "two" } } },
          },
          generators: {
            names: {
              first: { set: [{ key: "state.generated.{{ who }}", value: "{{ state.app | upper }}" }] },
              never: { if: "{{ state.loud }}", set: [{ key: "state.generated.no", value: "x" }] },
            },
          },
        },
      },
    },
  },
});

interface EventWorld extends AsyncDisposable {
  readonly world: ContextWorld;
  readonly server: EventServer;
  /** The texts that arrived. */
  readonly texts: () => readonly string[];
}

/** A context of the app file, and a server that takes its messages. */
async function makeEvents(section: Readonly<Record<string, unknown>> = {}): Promise<EventWorld> {
  const server = serveEvents({ usual: '{"ok": true, "ts": "171.22"}' });
  const world = await ContextWorld.make({
    slack: { url: `${server.url}/slack` },
    templates: { notify: '{"channel": "{{ channel }}", "text": {{ notify.message | tojson }}}' },
    http: { attempts: 1 },
    ...section,
  });
  const app = await world.write("app.yaml", APP);
  await world.expect(0, [
    "init",
    "--id",
    "ctx",
    "--app",
    app,
    "--set",
    "state.app=shop",
    "--set",
    "state.version=1",
  ]);
  return {
    world,
    server,
    texts: () => server.requests.map(({ body }) => (JSON.parse(body) as { readonly text: string }).text),
    async [Symbol.asyncDispose]() {
      await server.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

Deno.test("context event runs the handlers in order, captures the answer, and says what it did", async () => {
  await using events = await makeEvents();

  const { out, err } = await events.world.expect(0, "event build success");

  assert.equal(out, "");
  assert.match(err, /set-values: set\n.*notify: sent/s);
  assert.deepEqual(events.texts(), ["shop 1 passed"]);
  assert.equal(await events.world.get("state.ts"), "171.22");
});

Deno.test("context event --set writes first, and the handlers see it", async () => {
  await using events = await makeEvents();

  await events.world.expect(0, "event build success --set state.version=2 --set state.app=blog");

  assert.deepEqual(events.texts(), ["blog 2 passed"]);
});

Deno.test("context event --json gives each handler with its state, and the exit code", async () => {
  await using events = await makeEvents();

  const document = await events.world.json(
    "event build named --var who=state.app --var part.name=state.version",
  );

  assert.deepEqual(document, {
    handlers: [
      { handler: "notify.first", kind: "notify", state: "sent", reason: null, hint: null },
      {
        handler: "notify.second",
        kind: "notify",
        state: "skipped",
        reason: "it has `enabled: false`",
        hint: null,
      },
      { handler: "notify.third", kind: "notify", state: "skipped", reason: "its `if` is blank", hint: null },
    ],
    exit_code: 0,
  });
  assert.deepEqual(events.texts(), ["by shop 1"]);
});

Deno.test("context event twice with one --key posts once, and without a key each time", async () => {
  await using events = await makeEvents();
  const { world } = events;

  await world.expect(0, "event build success --key run-7");
  const { err } = await world.expect(0, "event build success --key run-7");
  assert.match(err, /notify: skipped: it was done with this key at 20/);
  assert.equal(events.server.requests.length, 1);

  await world.expect(0, "event build success --key run-8");
  await world.expect(0, "event build success");
  await world.expect(0, "event build success");
  assert.equal(events.server.requests.length, 4);
});

Deno.test("context event with a key sends a failed request again, with the same Idempotency-Key", async () => {
  await using events = await makeEvents();
  events.server.answer({ status: 500, body: "down" });

  const { err } = await events.world.expect(1, "event build success --key k");
  assert.match(err, /notify: failed: .*500/);
  await events.world.expect(0, "event build success --key k");
  await events.world.expect(0, "event build success --key k");

  const keys = events.server.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys.length, 2);
  assert.ok((keys[0] ?? "").length > 10);
  assert.equal(keys[1], keys[0]);
});

Deno.test("context event: a handler whose template fails is exit 1, and the next one runs", async () => {
  await using events = await makeEvents();

  const { err } = await events.world.expect(1, "event build broken");

  assert.match(err, /notify\.one: failed: .*nothing/);
  assert.deepEqual(events.texts(), ["two"]);
});

Deno.test("context event --dry-run prints the requests and the changes, sends and stores nothing", async () => {
  await using events = await makeEvents();
  const before = await events.world.version();

  const { out } = await events.world.expect(0, "event build success --dry-run");

  const [set, notify] = JSON.parse(out) as readonly Record<string, unknown>[];
  assert.deepEqual(set?.["operations"], [{ op: "set", path: "state.result", value: "passed" }]);
  const request = notify?.["request"] as {
    readonly method: string;
    readonly url: string;
    readonly body: string;
  };
  assert.deepEqual([request.method, request.url], ["POST", `${events.server.url}/slack`]);
  assert.deepEqual(JSON.parse(request.body), { channel: "#builds", text: "shop 1 passed" });
  assert.equal(events.server.requests.length, 0);
  assert.equal(await events.world.version(), before);
  const { handlers } = await events.world.json<{ readonly handlers: readonly unknown[] }>(
    "event build success --dry-run",
  );
  assert.equal(handlers.length, 2);
});

Deno.test("context event --dry-run shows the requests as they are after --set, and stores nothing", async () => {
  await using events = await makeEvents();
  const version = await events.world.version();

  const { out } = await events.world.expect(0, "event build success --dry-run --set state.version=2");
  assert.match(out, /shop 2 passed/);
  assert.deepEqual([events.texts(), await events.world.version()], [[], version]);
  assert.equal(await events.world.get("state.version"), "1");
});

Deno.test("context event: an unknown event does nothing, an unknown pipeline is exit 1, an unknown kind exit 2", async () => {
  await using events = await makeEvents();

  assert.match((await events.world.expect(0, "event build nothing")).err, /no handlers/);
  const pipeline = await events.world.failure(1, "event buidl success");
  assert.deepEqual([pipeline.code, /build/.test(pipeline.hint)], ["pipeline_unknown", true]);
  await events.world.expect(0, ["set", 'pipelines.build.event-handlers.odd:={"telegram": {"message": "x"}}']);
  assert.equal((await events.world.failure(2, "event build odd")).code, "kind_unknown");
  await events.world.expect(2, "event build");
  await events.world.expect(2, "event build success --unsure maybe");
  assert.equal(events.server.requests.length, 0);
});

Deno.test("context history shows a request before and after it was sent", async () => {
  await using events = await makeEvents();
  await events.world.expect(0, "event build success");

  const { out } = await events.world.expect(0, "history");

  const rows = out.split("\n").slice(1, 5).map((line) => line.replace(/^(\d+) .* ana +/, "$1 "));
  assert.match(rows[0] ?? "", /^4 build success: notify is done, state\.ts/);
  assert.match(rows[1] ?? "", /^3 build success: notify is about to be sent/);
  assert.match(rows[2] ?? "", /^2 build success: set-values is done, state\.result=passed/);
  assert.match(rows[3] ?? "", /^1 the whole tree/);
  const { versions } = await events.world.json<{ readonly versions: readonly ShownVersion[] }>("history");
  assert.deepEqual(versions[1]?.operations, []);
});

Deno.test("context generate sets the values of a generator as one version", async () => {
  await using events = await makeEvents();

  const line = "generate pipelines.build.generators.names --var who=state.version";
  assert.deepEqual(await events.world.json(line), { id: "ctx", version: 2, values: 1 });
  assert.equal(await events.world.get("state.generated"), '{"1": "SHOP"}');

  const error = await events.world.failure(1, "generate pipelines.build.generators.none");
  assert.equal(error.code, "generator_unknown");
});

Deno.test("context event without a configured address is exit 2 before anything is sent", async () => {
  await using events = await makeEvents();
  await events.world.configure({ templates: { notify: "{}" } });

  const { code, message, hint } = await events.world.failure(2, "event build success");

  assert.equal(code, "setting_missing");
  assert.match(`${message} ${hint}`, /slack\.url/);
  assert.equal(await events.world.version(), 1);
});
