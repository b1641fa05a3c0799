import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { toValue, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { makeEventWorld, NEVER } from "../../worlds/contexts/event_world.ts";

function treeOf(plain: Record<string, unknown>): ValueMap {
  return toValue(plain) as ValueMap;
}

Deno.test("handlers run in the order of the file and see the effects of those before them", async () => {
  await using world = await makeEventWorld({
    tree: treeOf({ state: { n: 1 } }),
    handlers: {
      "set-values": { set: [{ from: "{{ state.n }}0", to: "state.m" }] },
      "notify": {
        first: {
          message: "m={{ state.m }}",
          "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }],
        },
        second: { message: "ts={{ state.ts }}" },
      },
    },
  });

  const result = await world.fire();

  assert.deepEqual(
    result.handlers.map(({ handler, state }) => `${handler} ${state}`),
    ["set-values set", "notify.first sent", "notify.second sent"],
  );
  assert.deepEqual(world.server.requests.map(({ body }) => body), [
    '{"text": "m=10"}',
    '{"text": "ts=171.22"}',
  ]);
  assert.equal(result.exitCode, 0);
});

Deno.test("intent and result of a request are versions, and captures come with the result", async () => {
  await using world = await makeEventWorld({
    handlers: {
      notify: { message: "x", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }] },
    },
  });

  await world.fire();

  const [, intent, done, ...more] = await world.history();
  assert.deepEqual(more, []);
  assert.equal(intent?.event?.step, "intent");
  assert.equal(intent.event.idempotencyKey, world.server.requests[0]?.headers["idempotency-key"]);
  assert.deepEqual(intent.operations, []);
  assert.deepEqual(done?.event, { pipeline: "build", event: "done", handler: "notify", step: "done" });
  assert.deepEqual(done.operations, [{ op: "set", path: ["state", "ts"], value: "171.22" }]);
});

Deno.test("a handler is skipped without `enabled`, or if its `if` is blank, False, None or 0", async () => {
  const conditions = { no: "  ", false: "{{ 1 == 2 }}", none: "{{ none }}", zero: "{{ 0 }}", plain: false };
  await using world = await makeEventWorld({
    handlers: {
      "respond": { enabled: false, message: "x", url: "http://x.example" },
      "notify": {
        enabled: true,
        off: { enabled: false, message: "x" },
        ...Object.fromEntries(
          Object.entries(conditions).map(([name, text]) => [name, { if: text, message: "x" }]),
        ),
        on: { enabled: true, if: "{{ 'false' }}", message: "sent" },
      },
    },
  });

  const result = await world.fire();

  assert.deepEqual(
    result.handlers.map(({ handler, state, why }) => [handler, state, why]),
    [
      ["respond", "skipped", "it has `enabled: false`"],
      ["notify.off", "skipped", "it has `enabled: false`"],
      ["notify.no", "skipped", "its `if` is blank"],
      ["notify.false", "skipped", "its `if` is False"],
      ["notify.none", "skipped", "its `if` is None"],
      ["notify.zero", "skipped", "its `if` is 0"],
      ["notify.plain", "skipped", "its `if` is False"],
      ["notify.on", "sent", undefined],
    ],
  );
  assert.equal(world.server.requests.length, 1);
});

Deno.test("an unknown event does nothing; unknown pipelines and kinds are errors up front", async () => {
  await using world = await makeEventWorld({
    handlers: { notify: { message: "x" }, notfy: { message: "x" } },
  });

  assert.deepEqual(await world.fire({ event: "other" }), { handlers: [], warnings: [], exitCode: 0 });
  await assert.rejects(
    world.fire({ pipeline: "biuld" }),
    (error) =>
      error instanceof AppError && error.code === "pipeline_unknown" && error.exitCode === 1 &&
      error.hint === 'Is "build" meant?',
  );
  await assert.rejects(
    world.fire(),
    (error) =>
      error instanceof AppError && error.code === "kind_unknown" && error.exitCode === 2 &&
      error.hint === "Is `notify` meant?",
  );
  assert.equal(world.server.requests.length, 0);
  assert.equal((await world.history()).length, 1);
});

Deno.test("an error in a template stops its handler before that sends, and no other one", async () => {
  await using world = await makeEventWorld({
    handlers: {
      notify: {
        before: { message: "before", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }] },
        broken: { message: "{{ nope.deeper }}" },
        condition: { if: "{{ nope.deeper }}", message: "x" },
        after: { message: "after {{ state.ts }}" },
      },
    },
  });

  const result = await world.fire();

  assert.equal(result.exitCode, 1);
  assert.deepEqual(result.handlers.map(({ state }) => state), ["sent", "failed", "failed", "sent"]);
  assert.match(
    result.handlers[1]?.why ?? "",
    /pipelines\.build\.event-handlers\.done\.notify\.broken\.message, line 1/,
  );
  assert.deepEqual(world.server.requests.map(({ body }) => body), [
    '{"text": "before"}',
    '{"text": "after 171.22"}',
  ]);
  const steps = (await world.history()).flatMap(({ event }) => event === undefined ? [] : event.handler);
  assert.ok(!steps.includes("notify.broken"), "a handler that sends nothing has no intent");
});

Deno.test("an error while capturing counts as sent, and the other captures are stored", async () => {
  await using world = await makeEventWorld({
    tree: treeOf({ state: { text: "x" } }),
    handlers: {
      notify: {
        rule: {
          message: "x",
          "capture-response-data": [
            { from: "{{ body.nope.deeper }}", to: "state.a" },
            { from: "{{ body.ts }}", to: "state.b" },
          ],
        },
        place: { message: "x", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.text.below" }] },
      },
    },
  });

  const result = await world.fire({ key: "k" });

  assert.equal(result.exitCode, 1);
  assert.deepEqual(result.handlers.map(({ state }) => state), ["sent", "sent"]);
  assert.match(result.handlers[1]?.why ?? "", /which was sent: .*state\.text/);
  assert.equal(await world.get("state.b"), "171.22");
  assert.equal(await world.get("state.text"), "x");
  assert.deepEqual((await world.fire({ key: "k" })).handlers.map(({ state }) => state), [
    "skipped",
    "skipped",
  ]);
  assert.equal(world.server.requests.length, 2);
});

Deno.test("an answer of a trigger is never captured, although it may echo a secret header", async () => {
  await using world = await makeEventWorld({
    handlers: {
      "trigger-pipeline": { name: "x", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }] },
    },
  });

  assert.equal((await world.fire()).exitCode, 0);
  assert.equal(world.server.requests[0]?.headers["x-key"], "trigger-secret");
  assert.equal(await world.get("state.ts"), undefined);
});

Deno.test("values of parallel writers are kept beside those of set-values and captures", async () => {
  await using world = await makeEventWorld({
    handlers: {
      notify: { message: "x", "capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts[]" }] },
      "set-values": { set: [{ from: "v", to: "state.list[]" }] },
    },
  });

  const results = await Promise.all(Array.from({ length: 8 }, () => world.fire()));

  assert.deepEqual(results.map(({ exitCode }) => exitCode), Array(8).fill(0));
  assert.deepEqual(await world.get("state.list"), Array(8).fill("v"));
  assert.deepEqual(await world.get("state.ts"), Array(8).fill("171.22"));
});

Deno.test("without permission for secrets, a handler that needs one is refused before it sends", async () => {
  await using world = await makeEventWorld({
    handlers: {
      "notify": { message: "x" },
      "trigger-pipeline": { name: "x" },
      "set-values": { set: [{ from: "v", to: "state.v" }] },
      "github-comment": { message: "x", pr: 7 },
    },
  });

  const result = await world.fire({ secretsAllowed: false });

  assert.equal(result.exitCode, 3);
  assert.deepEqual(result.handlers.map(({ state, exitCode }) => [state, exitCode]), [
    ["failed", 3],
    ["failed", 3],
    ["set", 0],
    ["failed", 3],
  ]);
  assert.equal(world.server.requests.length, 0);

  // Nothing is refused where no secret is at stake.
  const settings = {
    ...world.ports.settings,
    slack: { ...world.ports.settings.slack, token: undefined },
    trigger: { ...world.ports.settings.trigger, headers: [{ name: "x-a", value: "{{ secretdata }}b" }] },
  };
  const open = await world.fire({ secretsAllowed: false }, { settings });
  assert.deepEqual(open.handlers.map(({ state }) => state), ["sent", "sent", "set", "failed"]);
  assert.equal(world.server.requests[0]?.headers.authorization, undefined);
});

Deno.test("the Slack token goes to its own origin only", async () => {
  await using other = await makeEventWorld();
  await using world = await makeEventWorld({
    handlers: {
      respond: {
        own: { url: "{{ own }}/respond", message: "x" },
        listed: { url: "{{ listed }}/respond", message: "x" },
        foreign: { url: "http://169.254.169.254/latest", message: "x" },
      },
    },
  });
  const settings = {
    ...world.ports.settings,
    http: { ...world.ports.settings.http, hosts: [other.server.url] },
  };
  const names = new Map([["own", world.server.url], ["listed", other.server.url]]);

  const result = await world.fire({ vars: () => names }, { settings });

  assert.deepEqual(result.handlers.map(({ state }) => state), ["sent", "sent", "failed"]);
  assert.equal(result.exitCode, 3);
  assert.equal(world.server.requests[0]?.headers.authorization, "Bearer xoxb-secret-token");
  assert.equal(other.server.requests.length, 1);
  assert.equal(other.server.requests[0]?.headers.authorization, undefined);
});

Deno.test("a missing setting is an error before anything is sent, with the name of the setting", async () => {
  await using world = await makeEventWorld({
    handlers: { notify: { message: "x" }, "trigger-pipeline": { name: "x" } },
    settings: { trigger: { url: undefined, headers: [], autoArgs: new Map() } },
  });

  await assert.rejects(
    world.fire(),
    (error) => error instanceof AppError && error.exitCode === 2 && /trigger\.url/.test(error.message),
  );
  assert.equal(world.server.requests.length, 0);
});

Deno.test("an interrupted call records the result of a request that was answered", async () => {
  await using world = await makeEventWorld({
    handlers: { notify: { a: { message: "x" }, b: { message: "x" } } },
  });
  const interrupt = new AbortController();
  const http: typeof world.ports.http = {
    async send(request, signal) {
      const answer = await world.ports.http.send(request, signal);
      interrupt.abort(new Error("interrupted"));
      return answer;
    },
  };
  const { fireEvent } = await import("../../../src/contexts/app/fire_event.ts");
  const { OUR_RULES } = await import("../../../src/contexts/core/events/event_rules.ts");
  const call = {
    id: world.id,
    pipeline: "build",
    event: "done",
    vars: () => new Map(),
    key: "k",
    unsure: "send",
    waitMs: 1_000,
    dryRun: false,
    secretsAllowed: true,
    rules: OUR_RULES,
  } as const;

  await assert.rejects(fireEvent({ ...world.ports, http }, call, interrupt.signal), /interrupted/);

  const steps = (await world.history()).map(({ event }) => `${event?.handler} ${event?.step}`);
  assert.deepEqual(steps.slice(1), ["notify.a intent", "notify.a done"]);
  assert.equal(await world.ports.store.claim(world.id, "build.done.k", NEVER), undefined);
});
