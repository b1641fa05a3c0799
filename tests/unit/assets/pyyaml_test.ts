import assert from "node:assert/strict";
import fc from "fast-check";
import { formatYaml, readYaml } from "../../../src/assets/core/pyyaml.ts";
import {
  equalTrees,
  formatJson,
  isList,
  isMap,
  parseJson,
  type Tree,
} from "../../../src/assets/core/tree.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import { anyTree, hardText } from "./arbitrary_trees.ts";
import { PYYAML_VALUES } from "./pyyaml_values.ts";

Deno.test("every hard value means what PyYAML reads", () => {
  assert.ok(PYYAML_VALUES.length >= 70);
  for (const [source, meaning] of PYYAML_VALUES) {
    const outcome = readYaml(`a: ${source}\n`);
    const tree = "tree" in outcome && isMap(outcome.tree) ? outcome.tree["a"] : undefined;
    assert.equal(describe(tree), meaning, source);
  }
});

Deno.test("what is written as YAML is read as the same value, and so are its bytes", () => {
  fc.assert(
    fc.property(anyTree(), (tree) => {
      const text = formatYaml(tree);
      const outcome = readYaml(text);
      assert.ok("tree" in outcome, text);
      assert.ok(equalTrees(outcome.tree, tree), text);
      assert.equal(formatYaml(outcome.tree), text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("what is written as JSON is read as the same value by the reader of YAML and of JSON", () => {
  fc.assert(
    fc.property(anyTree({ finite: true }), (tree) => {
      const text = formatJson(tree);
      const outcome = readYaml(text);
      assert.ok("tree" in outcome && equalTrees(outcome.tree, tree), text);
      assert.ok(equalTrees(parseJson(text), tree), text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a text that PyYAML takes for something else is written with quotes, and every text stays text", () => {
  fc.assert(
    fc.property(hardText(), (text) => {
      const outcome = readYaml(formatYaml({ a: [text], b: text }));
      assert.deepEqual("tree" in outcome ? outcome.tree : outcome, { a: [text], b: text });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("text of several lines is written line by line, and never folded", () => {
  const sql = `SELECT 1,\n\t'${"x".repeat(300)}'\n\nFROM {{ table }}\n`;
  assert.equal(formatYaml({ sql }), `sql: |\n  SELECT 1,\n  \t'${"x".repeat(300)}'\n\n  FROM {{ table }}\n`);
});

Deno.test("a file that PyYAML refuses is a problem with its line, and no error", () => {
  const problems = [
    ["a: 1\nb: \u0007\n", 2, "U+0007"],
    ["# a comment\u007f\n", 1, "U+007F"],
    ["a: 1\nb: =\n", 2, "`=`"],
    ["a:\n- <<\n", 2, "`<<`"],
    ["a: 1\nb: 2024-01-01\n", 2, "a date"],
    ["a: 1\na: 2\n", 2, "duplicated"],
    ["a: &x 1\nb: *x\n", 2, "alias"],
    ["a: [\n", 2, ""],
    ["\ta: 1\n", 1, ""],
    ["a: 1\n---\nb: 2\n", undefined, "single document"],
    ["", undefined, "empty"],
  ] as const;
  for (const [text, line, words] of problems) {
    const outcome = readYaml(text);
    assert.ok("problem" in outcome, JSON.stringify(text));
    assert.equal(outcome.problem.line, line, JSON.stringify(text));
    assert.ok(outcome.problem.message.includes(words), outcome.problem.message);
  }
});

Deno.test("a byte order mark at the beginning is no problem", () => {
  assert.deepEqual(readYaml("\ufeffa: 1\n"), { tree: { a: 1 } });
});

/** Says a value with its type, as the recorded data does. */
function describe(value: Tree | undefined): string {
  if (value === undefined) return "refused";
  if (value === null) return "null";
  if (typeof value === "boolean") return `bool ${value}`;
  if (typeof value === "string") return `text ${value}`;
  if (typeof value === "bigint") return `int ${value}`;
  if (value instanceof WholeFloat) return `float ${pythonFloat(value.value)}`;
  if (typeof value === "number") {
    return Number.isInteger(value) && !Object.is(value, -0) ? `int ${value}` : `float ${pythonFloat(value)}`;
  }
  if (isList(value)) return `[${value.map(describe).join(", ")}]`;
  return isMap(value)
    ? `{${Object.entries(value).map(([key, inner]) => `${key}: ${describe(inner)}`).join(", ")}}`
    : "refused";
}

/** Writes a float as Python's repr does. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const text = (Object.is(value, -0) ? "-0" : String(value)).replace(/e([+-])(\d)$/, "e$10$2");
  return /[.e]/.test(text) ? text : `${text}.0`;
}
