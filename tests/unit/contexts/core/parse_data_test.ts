import assert from "node:assert/strict";
import { parseData } from "../../../../src/contexts/core/parse_data.ts";
import { toValue } from "../../../../src/contexts/core/tree/value.ts";

const READ: readonly (readonly [text: string, value: unknown])[] = [
  ['{"a": [1]}', { a: [1] }],
  ["a: 1\nb: [x]\n", { a: 1, b: ["x"] }],
  ["42", 42],
  ["plain text\n", "plain text\n"],
  ["a: b: c\n", "a: b: c\n"],
  ["*bold* text\n", "*bold* text\n"],
  [".nan", ".nan"],
  ["1e999", "1e999"],
];

for (const [text, value] of READ) {
  Deno.test(`parseData() reads ${JSON.stringify(text)} as ${typeof value}`, () => {
    assert.deepEqual(parseData(text), { value: toValue(value) });
  });
}

const BOMB = `a: &a [${"x,".repeat(100)}]\n` +
  ["b: &b a", "c: &c b", "d: &d c", "e: &e d"].map((each) => {
    const [start = "", name = ""] = each.split(/ (?=\w$)/);
    return `${start} [${`*${name},`.repeat(100)}]\n`;
  }).join("");

const REFUSED: readonly (readonly [what: string, text: string, line: number, says: RegExp])[] = [
  ["NaN", "a: 1\nb: .nan\n", 2, /not a finite number/],
  ["infinity in a list", "- -.inf\n", 1, /not a finite number/],
  ["aliases that stand for too much", BOMB, 4, /aliases stand for more than 8388608 bytes/],
  ["an alias inside of its own anchor", "a: &a [1, *a]\n", 1, /inside of its own anchor/],
  ["JSON with too many levels", `${"[".repeat(300)}${"]".repeat(300)}`, 1, /deeper than 200/],
  ["YAML with too many levels", `a: ${"[".repeat(300)}${"]".repeat(300)}`, 1, /deeper than 200/],
  ["JSON with a number that is too large", '{"a":\n1e999}', 2, /too large/],
];

for (const [what, text, line, says] of REFUSED) {
  Deno.test(`parseData() refuses ${what} with its line, and does not take it as text`, () => {
    const outcome = parseData(text);
    assert.ok("problem" in outcome);
    assert.match(outcome.problem.message, says);
    assert.equal(outcome.problem.line, line);
  });
}
