import assert from "node:assert/strict";
import fc from "fast-check";
import { outputVariable, OutputVariables, parseOutputs } from "../../../src/pipelines/core/step_outputs.ts";

const NAME = fc.stringMatching(/^[A-Za-z_][\w.-]{0,5}$/);
const VALUE = fc.string().filter((text) => !/[\r\n\0]/.test(text));

Deno.test("the lines name=value are outputs, and the last line with a name counts", () => {
  fc.assert(fc.property(fc.array(fc.tuple(NAME, VALUE)), (pairs) => {
    const text = pairs.map(([name, value]) => `${name}=${value}\n`).join("");
    const answer = parseOutputs(text);
    assert.ok(answer.kind === "values");
    assert.deepEqual(new Map(Object.entries(answer.values)), new Map(pairs));
  }));
});

Deno.test("blank lines, carriage returns and a last line without a break are read", () => {
  const answer = parseOutputs("\uFEFFa=1\r\n\n  \nb= x =y \n__proto__=p");
  assert.ok(answer.kind === "values");
  assert.deepEqual(Object.entries(answer.values), [["a", "1"], ["b", " x =y "], ["__proto__", "p"]]);
});

Deno.test("a line that is no output is named by its number", () => {
  for (
    const [text, line] of [["x", 1], ["a=1\n\n=2", 3], ["a b=1", 1], [" a=1", 1], ["a=1\né=2", 2]] as const
  ) {
    const answer = parseOutputs(text);
    assert.ok(answer.kind === "bad_line", text);
    assert.equal(answer.line, line);
  }
});

Deno.test("a variable has capitals, digits and underscores", () => {
  assert.equal(outputVariable("build it!", "image-tag"), "OUT_BUILD_IT__IMAGE_TAG");
  assert.equal(outputVariable("größe", "a.b"), "OUT_GR__E_A_B");
  assert.equal(outputVariable("🚀", "x"), "OUT___X");
});

Deno.test("a step whose output has the variable of another adds nothing", () => {
  const outputs = new OutputVariables();
  assert.equal(outputs.add({ name: "a", path: "p/a" }, { "x.y": "1" }), undefined);
  assert.equal(
    outputs.add({ name: "a", path: "p/b/a" }, { "new": "2", "x-y": "3" }),
    "the output x-y of p/b/a has the same variable as the output x.y of p/a: OUT_A_X_Y",
  );
  assert.equal(
    outputs.add({ name: "c", path: "p/c" }, { "x": "1", "X": "2" }),
    "the output X of p/c has the same variable as the output x of p/c: OUT_C_X",
  );
  assert.deepEqual(outputs.record, { OUT_A_X_Y: "1" });
});

Deno.test("outputs that would keep every later program from starting are refused", () => {
  const value = "é".repeat(50_000);
  assert.equal(parseOutputs(`a=${value}`).kind, "values");
  assert.deepEqual(parseOutputs(`a=${value}x`), {
    kind: "bad_line",
    line: 1,
    reason: "the value of a has more than 100000 bytes",
  });
  assert.deepEqual(parseOutputs("a=1\nb=x\0y"), {
    kind: "bad_line",
    line: 2,
    reason: "the value of b has a zero byte in it",
  });

  const outputs = new OutputVariables();
  const step = { name: "s", path: "p/s" };
  for (const name of ["a", "b", "c", "d"]) assert.equal(outputs.add(step, { [name]: value }), undefined);
  assert.equal(
    outputs.add(step, { e: value }),
    "the outputs of all steps so far have more than 500000 bytes",
  );
  assert.equal(outputs.add(step, { f: "short" }), undefined);
  assert.deepEqual(Object.keys(outputs.record), ["OUT_S_A", "OUT_S_B", "OUT_S_C", "OUT_S_D", "OUT_S_F"]);
});
