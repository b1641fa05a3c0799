import assert from "node:assert/strict";
import { printAsOriginal, readAsOriginal } from "../../../../src/contexts/core/original/original_text.ts";
import { toValue } from "../../../../src/contexts/core/tree/value.ts";

Deno.test("values print as Python, lists as JSON in ASCII, and false ones not at all", () => {
  for (const nothing of [undefined, null, false, 0, "", toValue({})]) {
    assert.equal(printAsOriginal(nothing), undefined);
  }
  assert.equal(printAsOriginal([]), "[]");
  assert.equal(printAsOriginal(toValue([1, "é", { a: null }])), '[1, "\\u00e9", {"a": null}]');
  assert.equal(printAsOriginal(toValue({ a: "it's", b: [true, 1.5] })), `{'a': "it's", 'b': [True, 1.5]}`);
  assert.equal(printAsOriginal(true), "True");
  assert.equal(printAsOriginal("text"), "text");
});

Deno.test("files are JSON, else YAML with its scalars, else text", () => {
  assert.deepEqual(readAsOriginal('{"a": [1]}'), toValue({ a: [1] }));
  assert.deepEqual(readAsOriginal("a: b"), toValue({ a: "b" }));
  assert.equal(readAsOriginal("  two words\n"), "two words");
  assert.equal(readAsOriginal("42\n"), 42);
  assert.equal(readAsOriginal(""), null);
  assert.equal(readAsOriginal("{a: [\n"), "{a: [\n");
});
