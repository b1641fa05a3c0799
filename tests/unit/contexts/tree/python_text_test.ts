import assert from "node:assert/strict";
import { pythonRepr, pythonText } from "../../../../src/contexts/core/tree/python_text.ts";
import type { Value } from "../../../../src/contexts/core/tree/value.ts";
import { WholeFloat } from "../../../../src/lib/scalars/exact_numbers.ts";

Deno.test("values print as Python prints them", () => {
  for (
    const [value, text] of [
      [null, "None"],
      [true, "True"],
      [false, "False"],
      [5, "5"],
      [12345678901234567890n, "12345678901234567890"],
      [new WholeFloat(1), "1.0"],
      [new WholeFloat(1e16), "1e+16"],
      [0.00001, "1e-05"],
      [-0, "-0.0"],
      [[], "[]"],
      [new Map(), "{}"],
      [[1, "a", [null]], "[1, 'a', [None]]"],
      [new Map<string, Value>([["10", 1], ["9", new Map([["k", "v"]])]]), "{'10': 1, '9': {'k': 'v'}}"],
    ] as readonly (readonly [Value, string])[]
  ) {
    assert.equal(pythonText(value), text);
    assert.equal(pythonRepr(value), text);
  }
});

Deno.test("a text prints as it is, and in quotes as a part", () => {
  for (
    const [value, repr] of [
      ["a", "'a'"],
      ["it's", '"it\'s"'],
      ['"', "'\"'"],
      [`'"`, `'\\'"'`],
      ["\\", "'\\\\'"],
      ["\n\r\t", "'\\n\\r\\t'"],
      ["\0\x1f\x7f\x85\xa0\xad", "'\\x00\\x1f\\x7f\\x85\\xa0\\xad'"],
      ["é🎪", "'é🎪'"],
      ["\u200b\u2028\u3000\ufeff\ue000", "'\\u200b\\u2028\\u3000\\ufeff\\ue000'"],
      ["\u{e0001}", "'\\U000e0001'"],
      ["\ud800", "'\\ud800'"],
    ] as const
  ) {
    assert.equal(pythonText(value), value);
    assert.equal(pythonRepr(value), repr);
  }
});
