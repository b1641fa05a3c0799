/** Handlers whose secret is configured by a reference, and is not there. */

import assert from "node:assert/strict";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";

const MISSING = { code: "setting_missing", exitCode: 2 };

/** Settings that refer to a secret which is not there. */
function without(key: string) {
  return { unresolved: new Map([[key, "the variable SHOWTIME_X is not set"]]) };
}

for (const handlers of [{ notify: { message: "x" } }, { "manual-choice": { title: "x", choices: {} } }]) {
  const kind = Object.keys(handlers).join();
  Deno.test(`${kind} without the Slack token that the configuration refers to is exit 2, and names the variable`, async () => {
    await using world = await makeEventWorld({ handlers });
    const settings = { ...world.ports.settings, ...without("slack.token") };
    await assert.rejects(
      world.fire({}, { settings: { ...settings, slack: { ...settings.slack, token: undefined } } }),
      {
        ...MISSING,
        message: "Reading slack.token: the variable SHOWTIME_X is not set",
      },
    );
    assert.equal(world.server.requests.length, 0);
    assert.equal((await world.history()).length, 1);
  });
}

for (
  const [key, handlers] of [
    ["slack.url", { notify: { message: "x" } }],
    ["trigger.url", { "trigger-pipeline": { name: "x" } }],
  ] as const
) {
  Deno.test(`a ${key} that refers to nothing is exit 2, and names the variable`, async () => {
    await using world = await makeEventWorld({ handlers });
    const settings = { ...world.ports.settings, ...without(key) };
    await assert.rejects(world.fire({}, { settings }), { ...MISSING, message: /SHOWTIME_X is not set/ });
    assert.equal(world.server.requests.length, 0);
  });
}

Deno.test("a trigger whose headers use a token that is not there fails, and names the variable", async () => {
  await using world = await makeEventWorld({ handlers: { "trigger-pipeline": { name: "x" } } });
  const settings = { ...world.ports.settings, ...without("trigger.token"), secretData: new Map() };
  const { handlers, exitCode } = await world.fire({}, { settings });
  assert.equal(exitCode, 1);
  assert.match(handlers[0]?.why ?? "", /trigger\.token: the variable SHOWTIME_X is not set/);
  assert.equal(world.server.requests.length, 0);
});

Deno.test("where secrets may not be used, a handler with a token that is not there is exit 3 and sends nothing", async () => {
  await using world = await makeEventWorld({ handlers: { notify: { message: "x" } } });
  const { slack, ...settings } = { ...world.ports.settings, ...without("slack.token") };
  const ports = { settings: { ...settings, slack: { ...slack, token: undefined } } };
  assert.equal((await world.fire({ secretsAllowed: false }, ports)).exitCode, 3);
  assert.equal(world.server.requests.length, 0);
});

Deno.test("a dry run needs no token, neither for Slack nor for headers of a trigger", async () => {
  await using world = await makeEventWorld({
    handlers: { "notify": { message: "x" }, "trigger-pipeline": { name: "x" } },
  });
  const { slack, ...settings } = world.ports.settings;
  const reason = "the variable SHOWTIME_X is not set";
  const unresolved = new Map([["slack.token", reason], ["trigger.token", reason]]);
  const ports = {
    settings: { ...settings, unresolved, slack: { ...slack, token: undefined }, secretData: new Map() },
  };
  const { exitCode, handlers } = await world.fire({ dryRun: true }, ports);
  assert.deepEqual([exitCode, handlers.map(({ state }) => state)], [0, ["planned", "planned"]]);
  assert.equal(handlers[1]?.planned?.request?.headers["x-key"], "***");
});
