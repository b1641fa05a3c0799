import assert from "node:assert/strict";
import fc from "fast-check";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import type { Value } from "../../../../src/contexts/core/tree/value.ts";
import { anyValue } from "../arbitrary_values.ts";

function parsed(text: string): Value {
  const outcome = parseJson(text);
  assert.ok("value" in outcome);
  return outcome.value;
}

Deno.test("parseJson() reads what formatJson() writes, in every layout", () => {
  fc.assert(fc.property(anyValue(), (value) => {
    for (const layout of [{}, { compact: true }, { indent: 2 }, { indent: 2, ascii: true }]) {
      assert.deepEqual(parsed(formatJson(value, layout)), value);
    }
  }));
});

Deno.test("keys keep their order, whatever they look like", () => {
  const text = '{"10": 1, "9": 2, "a": 3, "1": 4, "__proto__": 5}';
  assert.equal(formatJson(parsed(text)), text);
});

Deno.test("numbers keep their digits and their kind", () => {
  const text =
    "[9007199254740993, 1.0, 1, -0.0, 1e+16, 1e-05, 123456789012345678901234567890, 0.1, 100000.0]";
  assert.equal(formatJson(parsed(text)), text);
  assert.equal(
    formatJson(parsed("[1E400000000000000, 1]".replace("1E400000000000000", "1.50e1"))),
    "[15.0, 1]",
  );
});

Deno.test("a text of 16 MiB is read, with and without escapes", () => {
  for (const part of ["y", "\\n", "é\\u0041"]) {
    const text = part.repeat(16 * 1024 * 1024 / part.length);
    assert.equal(parsed(`"${text}"`), text.replaceAll("\\n", "\n").replaceAll("\\u0041", "A"));
  }
});

const WRONG: readonly (readonly [text: string, line: number, says: RegExp])[] = [
  ["", 1, /ends too early/],
  ["{\n  a: 1}", 2, /not expected/],
  ['{"a": 1,\n}', 2, /not expected/],
  ["[1,\n2", 2, /ends too early/],
  ["NaN", 1, /not expected/],
  ["[Infinity]", 1, /not expected/],
  ["1e999", 1, /too large/],
  ['"a\nb"', 1, /not closed/],
  ['"\\x"', 1, /not closed/],
  ['"abc', 1, /not closed/],
  ['"abc\\', 1, /not closed/],
  ['"abc\\"', 1, /not closed/],
  ["01", 1, /not expected/],
  ["1 2", 1, /not expected/],
  ["'a'", 1, /not expected/],
  [`${"[".repeat(300)}${"]".repeat(300)}`, 1, /deeper than 200/],
];

for (const [text, line, says] of WRONG) {
  Deno.test(`parseJson() refuses ${JSON.stringify(text.slice(0, 24))} with its line`, () => {
    const outcome = parseJson(text);
    assert.ok("problem" in outcome);
    assert.match(outcome.problem.message, says);
    assert.equal(outcome.problem.line, line);
  });
}
