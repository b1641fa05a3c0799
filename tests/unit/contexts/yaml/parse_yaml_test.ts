import assert from "node:assert/strict";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import type { Path } from "../../../../src/contexts/core/tree/path.ts";
import { parseYaml, type YamlDocument } from "../../../../src/contexts/core/yaml/mod.ts";

function read(text: string): YamlDocument {
  const outcome = parseYaml(text);
  assert.ok("document" in outcome, text);
  return outcome.document;
}

Deno.test("each key and element has the line on which it begins", () => {
  const document = read(
    "# first\na: 1\nb:\n  c: |\n    text\n    more\n  d:\n  - x\n  -\n    e: 1\n'f g': {h: 1,\n  i: 2}\nj: &j\n  k: 1\nl: *j\nm:\n  <<: *j\n  n: 1\n",
  );
  const lines: readonly (readonly [Path, number | undefined])[] = [
    [[], 2],
    [["a"], 2],
    [["b"], 3],
    [["b", "c"], 4],
    [["b", "d"], 7],
    [["b", "d", 0], 8],
    [["b", "d", 1], 10],
    [["b", "d", 1, "e"], 10],
    [["f g"], 11],
    [["f g", "h"], 11],
    [["f g", "i"], 12],
    [["l"], 15],
    [["l", "k"], 14],
    [["m", "k"], 14],
    [["m", "n"], 18],
    [["absent"], undefined],
    [["a", "b"], undefined],
    [["b", "d", 2], undefined],
  ];
  for (const [path, line] of lines) assert.equal(document.lineOf(path), line, JSON.stringify(path));
});

Deno.test("lines count the same whether they end as on Unix or on Windows", () => {
  assert.equal(read("a: 1\r\nb: 2\r\nc: 3\r\n").lineOf(["c"]), 3);
});

Deno.test("a key that a map has twice is reported with the line of the later one", () => {
  const { repeatedKeys, value } = read("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n");
  assert.deepEqual(repeatedKeys, [{ key: "c", line: 4 }, { key: "a", line: 5 }]);
  assert.equal(formatJson(value), '{"a": 3, "b": {"c": 2}}');
});

Deno.test("of several merged maps the first one wins, and the map's own keys win over all", () => {
  const { value, repeatedKeys } = read("<<: [{one: 1, two: 1}, {two: 2, three: 2}]\nthree: 3\n");
  assert.equal(formatJson(value), '{"one": 1, "two": 1, "three": 3}');
  assert.deepEqual(repeatedKeys, []);
});

Deno.test("a text that cannot be read is a problem with its line", () => {
  const problems: readonly (readonly [text: string, line: number, words: string])[] = [
    ["a: 1\nb: .inf\n", 2, "not a finite number"],
    ["a: 1\nb: 1.0e+999\n", 2, "not a finite number"],
    ["- 1\n- !!python/object:os.system {}\n", 2, "!!python/object:os.system"],
    ["a: &a\n- 1\n- *a\n", 3, "inside of its own anchor"],
    ["a: *b\n", 1, "*b has no anchor"],
    ["a: 1\n---\nb: 2\n", 3, "several documents"],
    ["a: 1\n? [b]\n: 2\n", 2, "cannot be a key"],
    ["%TAG !e! tag:example.com,2024:\n---\na: 1\n", 1, "%TAG"],
    [`a: 1\nb: ${"1".repeat(4301)}\n`, 2, "too many digits"],
    [`a: 1\nb: 1${":01".repeat(100_000)}\n`, 2, "too many digits"],
    ["a: 1\nb: =\n", 2, '"="'],
    ["a: 1\nb: \u0007\n", 2, "U+0007"],
    ["a: 1\nb: \ud800\n", 2, "U+D800"],
    ["a: 1\nb: [\n", 3, "or close it"],
    ['a: "one\nb: two"\n', 2, "indent this line further"],
    ["a:\n  <<: 1\n", 2, "`<<`"],
    [`a: 1\nb: ${"[".repeat(300)}${"]".repeat(300)}\n`, 2, "deeper than 200 levels"],
  ];
  for (const [text, line, words] of problems) {
    const outcome = parseYaml(text);
    assert.ok("problem" in outcome, text);
    assert.equal(outcome.problem.line, line, text);
    assert.ok(outcome.problem.message.includes(words), outcome.problem.message);
  }
});

Deno.test("an alias bomb ends at the limit of a tree, in time and in memory", () => {
  const levels = [..."abcdefghi"];
  const bomb = levels.map((name, index) =>
    `${name}: &${name} [${Array(10).fill(index === 0 ? "x" : `*${levels[index - 1]}`).join(", ")}]`
  );
  const outcome = parseYaml(bomb.join("\n"));
  assert.ok("problem" in outcome);
  assert.match(outcome.problem.message, /aliases stand for more than 8388608 bytes/);
  assert.equal(outcome.problem.line, 7);
});

Deno.test("aliases count for the depth too", () => {
  const chain = Array.from(
    { length: 300 },
    (_, index) => index === 0 ? "- &a0 []" : `- &a${index} [*a${index - 1}]`,
  );
  const outcome = parseYaml(chain.join("\n"));
  assert.ok("problem" in outcome);
  assert.match(outcome.problem.message, /deeper than 200 levels/);
});

Deno.test("an alias of a key stands for its text as a key and for its meaning as a value", () => {
  assert.equal(
    formatJson(read("&k on: 1\nb: *k\nc: {*k : 2}\n").value),
    '{"on": 1, "b": true, "c": {"on": 2}}',
  );
});
