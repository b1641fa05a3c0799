import assert from "node:assert/strict";
import { writeContext } from "../../../src/contexts/app/write_context.ts";
import { toValue, type ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { makeEventWorld, NEVER } from "../../worlds/contexts/event_world.ts";

const OPTIONS = [{ text: "take {{ state.word }}", value: "v" }];

Deno.test("choices are generated from values that were set just before", async () => {
  await using world = await makeEventWorld({
    tree: toValue({ state: { word: "w", iterator: "branch" } }) as ValueMap,
    handlers: {
      "manual-choice": {
        "title": "T",
        "choice-generators": {
          g: {
            foreach: "state.branches",
            iterator: "state.iterator",
            template: '{{ branch }}: {header: "h {{ branch }}", options: [{text: a, value: 1}]}\n' +
              "{{ branch }}-2: {header: second, options: []}",
          },
        },
      },
    },
  });
  const value = toValue({ x: "main", y: "dev" });
  const change = () => ({ operations: [{ op: "set", path: ["state", "branches"], value }] as const });
  await writeContext(world.ports, { id: world.id, change, waitMs: 1_000 }, NEVER);

  const result = await world.fire();

  assert.equal(result.exitCode, 0, JSON.stringify(result));
  assert.deepEqual(JSON.parse(world.server.requests[0]?.body ?? ""), {
    title: "T",
    choices: {
      "main": { header: "h main", options: [{ text: "a", value: "1" }] },
      "main-2": { header: "second", options: [] },
      "dev": { header: "h dev", options: [{ text: "a", value: "1" }] },
      "dev-2": { header: "second", options: [] },
    },
  });
});

Deno.test("a choice that lacks something is an error with its place, and nothing is sent", async () => {
  const broken: readonly (readonly [unknown, RegExp])[] = [
    [{ choices: { a: { options: OPTIONS } } }, /choices\.a: it needs `header`/],
    [
      { choices: { a: { header: "h", options: [{ text: "x" }] } } },
      /choices\.a\.options\[0\]: it has no `value`/,
    ],
    [{ choices: { a: "text" } }, /choices\.a: it is not a map/],
    [
      { "choice-generators": { g: { foreach: "state.nope", iterator: "i", template: "x" } } },
      /g\.foreach: it names neither/,
    ],
    [
      { "choice-generators": { g: { foreach: "state.list", iterator: "i", template: "[" } } },
      /g\.template: its result is not a map/,
    ],
    [{ "choice-generators": { g: { foreach: "state.list" } } }, /g: it needs `foreach`/],
  ];
  for (const [block, message] of broken) {
    await using world = await makeEventWorld({
      tree: toValue({ state: { list: ["x"], word: "w" } }) as ValueMap,
      handlers: { "manual-choice": { title: "T", ...block as Record<string, unknown> } },
    });
    const result = await world.fire();
    assert.equal(result.exitCode, 1);
    assert.match(result.handlers[0]?.why ?? "", message);
    assert.equal(world.server.requests.length, 0);
  }
});
