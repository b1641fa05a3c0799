/** The quirks of the original tool that its command line keeps, beside the rules of `context event`. */

import assert from "node:assert/strict";
import { ORIGINAL_RULES, OUR_RULES } from "../../../src/contexts/core/events/event_rules.ts";
import { makeEventWorld } from "../../worlds/contexts/event_world.ts";

const TWO = { notify: { a: { message: "a" }, b: { message: "b" } } };

Deno.test("a status other than 2xx exits 0 and the other handlers run; for us it is a failure", async () => {
  for (const [rules, exitCode] of [[ORIGINAL_RULES, 0], [OUR_RULES, 1]] as const) {
    await using world = await makeEventWorld({ handlers: TWO });
    world.server.answer({ status: 404 });

    const result = await world.fire({ rules });

    assert.deepEqual([result.exitCode, ...result.handlers.map(({ state }) => state)], [
      exitCode,
      "failed",
      "sent",
    ]);
  }
});

Deno.test("a 2xx answer without JSON exits 1 and ends the call, except for respond", async () => {
  const url = "{{ configData.slack }}/respond";
  for (
    const [handlers, requests, exitCode] of [
      [TWO, 1, 1],
      [{ "manual-choice": { title: "x", choices: {} }, ...TWO }, 1, 1],
      [{ "trigger-pipeline": { name: "x" }, ...TWO }, 1, 1],
      [{ respond: { message: "x", url }, ...TWO }, 3, 0],
    ] as const
  ) {
    await using world = await makeEventWorld({ handlers });
    world.server.answer({ body: "ok" });
    const configData = new Map([["slack", world.server.url]]);
    const result = await world.fire({ rules: ORIGINAL_RULES }, {
      settings: { ...world.ports.settings, configData },
    });
    assert.deepEqual([result.exitCode, world.server.requests.length], [exitCode, requests]);
  }
});

Deno.test("a connection error and an error in a template exit 1 and end the call", async () => {
  await using world = await makeEventWorld({ handlers: TWO });
  world.server.answer("drop", "drop", "drop");
  const dropped = await world.fire({ rules: ORIGINAL_RULES });
  assert.deepEqual([dropped.exitCode, dropped.handlers.length], [1, 1]);

  await using broken = await makeEventWorld({
    handlers: { notify: { a: { message: "{{ x.y }}" }, b: { message: "b" } } },
  });
  const stopped = await broken.fire({ rules: ORIGINAL_RULES });
  assert.deepEqual([stopped.exitCode, broken.server.requests.length], [1, 0]);
});

Deno.test("`if` skips if it is blank or has an error, and a space is blank for values only", async () => {
  const conditions = ["", "{{ x.y }}", " ", "False", "None", "0", "{{ 1 == 2 }}"];
  const named = (block: Record<string, unknown>) =>
    Object.fromEntries(conditions.map((text, index) => [`c${index}`, { if: text, ...block }]));
  const handlers = {
    "notify": named({ message: "x" }),
    "set-values": named({ set: [{ from: "x", to: "state.x[]" }] }),
  };
  const ranUnder = async (rules: typeof OUR_RULES) => {
    await using world = await makeEventWorld({ handlers });
    const { handlers: results } = await world.fire({ rules });
    return results.map(({ state }) => state === "sent" || state === "set" ? "ran" : state);
  };

  assert.deepEqual(await ranUnder(ORIGINAL_RULES), [
    ...["skipped", "skipped", "ran", "ran", "ran", "ran", "ran"],
    ...["skipped", "skipped", "skipped", "ran", "ran", "ran", "ran"],
  ]);
  const skips = ["skipped", "failed", "skipped", "skipped", "skipped", "skipped", "skipped"];
  assert.deepEqual(await ranUnder(OUR_RULES), [...skips, ...skips]);
});

Deno.test('"ok": false from Slack is an answer like any other', async () => {
  await using world = await makeEventWorld({
    slackOrigin: "https://slack.com",
    handlers: {
      notify: { message: "x", "capture-response-data": [{ from: "{{ body.error }}", to: "state.error" }] },
    },
  });
  world.server.answer({ body: '{"ok": false, "error": "channel_not_found"}' });

  assert.equal((await world.fire({ rules: ORIGINAL_RULES })).exitCode, 0);
  assert.equal(await world.get("state.error"), "channel_not_found");
});

Deno.test("a scalar in the way of a value is replaced, and the rule for respond.url holds", async () => {
  await using world = await makeEventWorld({
    handlers: {
      "set-values": {
        a: { set: [{ from: "x", to: "state.key" }] },
        b: { set: [{ from: "y", to: "state.key.sub" }] },
      },
      "respond": { message: "x", url: "http://[::ffff:169.254.169.254]/" },
    },
  });

  const result = await world.fire({ rules: ORIGINAL_RULES });

  assert.equal(await world.get("state.key"), "y");
  assert.match(result.handlers.at(-1)?.why ?? "", /link-local/);
  assert.notEqual(result.exitCode, 0);
});

Deno.test("of a generator's text the first choice counts", async () => {
  await using world = await makeEventWorld({
    handlers: {
      "manual-choice": {
        "title": "x",
        "choice-generators": {
          g: {
            foreach: "pipelines",
            iterator: "p",
            template: "{a: {header: h, options: []}, b: {header: h, options: []}}",
          },
        },
      },
    },
  });

  await world.fire({ rules: ORIGINAL_RULES });
  await world.fire({ rules: OUR_RULES });

  const choices = world.server.requests.map(({ body }) => Object.keys(JSON.parse(body).choices));
  assert.deepEqual(choices, [["a"], ["a", "b"]]);
});
