import assert from "node:assert/strict";
import { ORIGINAL_RULES, OUR_RULES } from "../../../../src/contexts/core/events/event_rules.ts";
import { readHandlers } from "../../../../src/contexts/core/events/read_handlers.ts";
import { toValue, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";

function treeOf(handlers: unknown): ValueMap {
  return toValue({ pipelines: { p: { "event-handlers": { e: handlers } } } }) as ValueMap;
}

function read(handlers: unknown, rules = OUR_RULES) {
  return readHandlers(treeOf(handlers), { pipeline: "p", event: "e" }, { rules });
}

function names(handlers: unknown, rules = OUR_RULES): readonly string[] {
  return read(handlers, rules).map(({ name, enabled }) => enabled ? name : `${name} off`);
}

Deno.test("a single block is told from named blocks by the key of its kind", () => {
  assert.deepEqual(
    names({
      "set-values": { set: [] },
      "notify": { message: "x", other: { message: "y" } },
      "manual-choice": { title: "x" },
      "trigger-pipeline": { name: "x" },
      "respond": { message: "x", url: "y" },
      "github-comment": { message: "x" },
    }),
    ["set-values", "notify", "manual-choice", "trigger-pipeline", "respond", "github-comment"],
  );
  assert.deepEqual(
    names({
      "trigger-pipeline": new Map([["10", { args: {} }], ["9", {}]]),
      "notify": { "a.b": { message: "x" }, "it": { message: "y" } },
    }),
    ["trigger-pipeline.10", "trigger-pipeline.9", 'notify["a.b"]', "notify.it"],
  );
});

Deno.test("`enabled: false` counts for a kind and for a block; the original looks at the kind only", () => {
  const handlers = {
    respond: { enabled: false, a: { message: "x", url: "y" } },
    notify: { enabled: true, a: { message: "x", enabled: false }, b: { message: "x", enabled: true } },
  };
  assert.deepEqual(names(handlers), ["respond.a off", "notify.a off", "notify.b"]);
  assert.deepEqual(names(handlers, ORIGINAL_RULES), ["respond.a off", "notify.a", "notify.b"]);
});

Deno.test("a block that is not enabled may lack everything else", () => {
  const handlers = { notify: { enabled: false }, respond: { a: { enabled: false } } };
  assert.deepEqual(names(handlers), ["respond.a off"]);
});

Deno.test("an unknown event, an empty one and a pipeline without events have no handlers", () => {
  assert.deepEqual(names(null), []);
  assert.deepEqual(names({}), []);
  const tree = toValue({ pipelines: { p: { "event-handlers": {} }, q: null, r: {} } }) as ValueMap;
  for (const pipeline of ["p", "q", "r"]) {
    assert.deepEqual(readHandlers(tree, { pipeline, event: "e" }, { rules: OUR_RULES }), []);
  }
});

Deno.test("an unknown pipeline is an error with the nearest one, or with all of them", () => {
  const tree = toValue({ pipelines: { build: {}, deploy: {} } }) as ValueMap;
  const fire = (pipeline: string, from = tree) => () =>
    readHandlers(from, { pipeline, event: "e" }, { rules: OUR_RULES });
  assert.throws(fire("biuld"), { code: "pipeline_unknown", exitCode: 1, hint: 'Is "build" meant?' });
  assert.throws(fire("x"), { hint: "It has build, deploy" });
  for (const empty of [{}, { pipelines: null }, { pipelines: [] }]) {
    assert.throws(fire("build", toValue(empty) as ValueMap), { code: "pipeline_unknown" });
  }
});

Deno.test("a block of the wrong shape is an error with its path before anything runs", () => {
  const cases: readonly (readonly [handlers: unknown, message: RegExp])[] = [
    [{ notify: "text" }, /e\.notify: it is neither a block nor a map/],
    [{ notify: null }, /e\.notify: it is neither/],
    [{ notify: { a: "text" } }, /e\.notify: it has no `message`/],
    [{ notify: { a: "text", b: { message: "x" } } }, /e\.notify\.a: it is not a block/],
    [{ notify: { a: { mesage: "x" } } }, /e\.notify\.a: it has no `message`/],
    [{ notify: { if: "x" } }, /e\.notify: it has no `message`/],
    [{ "trigger-pipeline": { args: { a: "b" } } }, /e\.trigger-pipeline: it has no `name`/],
    [{ "trigger-pipeline": { name: "x", args: ["a"] } }, /args: it is not a map/],
    [{ respond: { message: "x" } }, /e\.respond: it has no `url`/],
    [{ "set-values": { set: { from: "a", to: "b" } } }, /set: it is not a list/],
    [{ notify: { message: "x", "capture-response-data": {} } }, /capture-response-data: it is not a list/],
    [{ notify: { message: "x", enabled: "no" } }, /enabled: it is neither true nor false/],
    [["notify"], /e: it is not a map/],
  ];
  for (const [handlers, message] of cases) {
    assert.throws(() => read(handlers), { code: "handler_invalid", exitCode: 2, message }, String(message));
  }
  assert.throws(() => read({ notify: { a: { mesage: "x" } } }), {
    hint: "Is `mesage` meant to be `message`?",
  });
});

Deno.test("an unknown kind is an error with the nearest one; the original ignores it", () => {
  const handlers = { notyfy: {}, notify: { message: "x" } };
  assert.throws(() => read(handlers), { code: "kind_unknown", exitCode: 2, hint: "Is `notify` meant?" });
  assert.throws(() => read({ zzzzzz: {} }), { hint: /^The kinds are notify, / });
  assert.deepEqual(names(handlers, ORIGINAL_RULES), ["notify"]);
});

Deno.test("the original sends for a trigger that has arguments and no name", () => {
  assert.deepEqual(names({ "trigger-pipeline": { args: { a: "b" } } }, ORIGINAL_RULES), [
    "trigger-pipeline.args",
  ]);
});
