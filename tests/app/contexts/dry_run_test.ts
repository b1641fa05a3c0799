import assert from "node:assert/strict";
import { toValue, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";

const PASSWORD = "hunter2-password";

function worldWith(handlers: unknown) {
  return makeEventWorld({
    tree: toValue({
      state: { password: PASSWORD, pin: "1234", nested: { token: "deep-token-value" }, open: "shown" },
    }) as ValueMap,
    handlers,
    settings: { redact: [["state", "password"], ["state", "pin"], ["state", "nested"]] },
  });
}

Deno.test("a dry run gives the requests, neither sends nor writes, and hands values on", async () => {
  await using world = await worldWith({
    "set-values": { set: [{ from: "{{ state.open }} twice", to: "state.more" }] },
    "notify": { message: "{{ state.more }}" },
  });

  const result = await world.fire({ dryRun: true, key: "k" });

  assert.deepEqual(result.handlers.map(({ handler, state }) => [handler, state]), [
    ["set-values", "planned"],
    ["notify", "planned"],
  ]);
  assert.deepEqual(result.handlers[0]?.planned, {
    operations: [{ op: "set", path: ["state", "more"], value: "shown twice" }],
  });
  assert.deepEqual(result.handlers[1]?.planned?.request, {
    method: "POST",
    url: `${world.server.url}/slack`,
    headers: {
      "Content-Type": "application/json; charset=UTF-8",
      "Accept": "*/*",
      "Cache-Control": "no-cache",
      "Authorization": "Bearer ***",
    },
    body: '{"text": "shown twice"}',
  });
  assert.equal(world.server.requests.length, 0);
  assert.equal((await world.history()).length, 1);
});

Deno.test("a dry run prints neither secrets nor redacted values, however templates change them", async () => {
  await using world = await worldWith({
    "notify": {
      plain: { message: "{{ state.password }} {{ state.pin }} {{ state.open }}" },
      coded: {
        message:
          "{{ state.password | to_base64 }} {{ state.password | upper | reverse }} {{ state.pin | list }}",
      },
      whole: { message: "{{ state }} {{ state.nested | tojson }}" },
      needed: {
        message:
          "{{ state.nested.token[4] }}{{ (state.pin | int) + 1 }} {{ [state.pin][state.pin | int - 1234] }}",
      },
    },
    "trigger-pipeline": { name: "x", args: { secret: "{{ state.password }}" } },
    "set-values": { set: [{ from: "{{ state.password | to_base64 }}", to: "state.copy" }] },
  });

  const result = await world.fire({ dryRun: true });

  assert.equal(result.exitCode, 0, JSON.stringify(result));
  const text = JSON.stringify(result);
  for (
    const secret of [
      PASSWORD,
      btoa(PASSWORD),
      "DROWSSAP",
      "1234",
      "1235",
      "'1', '2'",
      "deep-token",
      "xoxb",
      "trigger-secret",
    ]
  ) {
    assert.ok(!text.includes(secret), `${secret} is in ${text}`);
  }
  assert.ok(text.includes("shown"));
  // The body needs a value that is hidden, so it is hidden as a whole.
  assert.equal(result.handlers[4]?.planned?.request?.headers["x-key"], "***");
});

Deno.test("errors show neither secrets nor redacted values", async () => {
  await using world = await worldWith({
    notify: {
      json: { message: "{{ state.password | from_json }}" },
      number: { message: "{{ 'x' ~ nope[state.pin].deeper }}" },
      filter: { message: "{{ state.password.nope.deeper }}" },
    },
    respond: {
      long: { url: "https://{{ state.password }}.example/", message: "x" },
      short: { url: "https://{{ state.pin }}.example/", message: "x" },
    },
  });

  const result = await world.fire();

  assert.deepEqual(result.handlers.map(({ state }) => state), Array(5).fill("failed"));
  const text = JSON.stringify(result);
  for (const secret of [PASSWORD, "1234"]) assert.ok(!text.includes(secret), text);
  assert.equal(world.server.requests.length, 0);
});

Deno.test("a dry run with a key leaves out what was done with it", async () => {
  await using world = await worldWith({ notify: { message: "x" } });
  await world.fire({ key: "k" });

  const result = await world.fire({ key: "k", dryRun: true });

  assert.deepEqual(result.handlers.map(({ state }) => state), ["skipped"]);
});

Deno.test("a dry run shows the origin of an address that is a secret", async () => {
  await using world = await worldWith({ notify: { message: "x" } });
  const secretUrls = [`${world.server.url}/slack`];

  const result = await world.fire({ dryRun: true }, { settings: { ...world.ports.settings, secretUrls } });

  assert.equal(result.handlers[0]?.planned?.request?.url, `${world.server.url}/***`);
});

Deno.test("an error of a macro in a header shows nothing that it made of a secret", async () => {
  const macro = (body: string) => `{% macro leak() %}${body}{% endmacro %}`;
  const all = (body: string) => ({ all: macro(body), byName: { leak: macro(body) } });
  const reasonOf = async (body: string, dryRun: boolean) => {
    await using world = await makeEventWorld({
      tree: toValue({ jinja2Macros: all(body) }) as ValueMap,
      handlers: { "trigger-pipeline": { name: "deploy" } },
    });
    const { trigger } = world.ports.settings;
    const headers = [{ name: "x-key", value: "{{ secretData.trigger.token }}{{ leak() }}" }];
    const settings = { ...world.ports.settings, trigger: { ...trigger, headers } };
    const { handlers } = await world.fire({ dryRun }, { settings });
    assert.equal(world.server.requests.length, 0);
    return JSON.stringify(handlers);
  };
  for (const dryRun of [false, true]) {
    const leaking = await reasonOf("{{ secretData.trigger.token|reverse|from_json }}", dryRun);
    assert.match(leaking, /it fails with the secrets that it uses/);
    assert.doesNotMatch(leaking, /terces|reggirt/);
    assert.match(await reasonOf("{{ 1 // 0 }}", dryRun), /a number is divided by zero/);
  }
});
