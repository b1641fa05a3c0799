import assert from "node:assert/strict";
import fc from "fast-check";
import {
  mergeApp,
  mergeAsOriginal,
  mergeStrictly,
} from "../../../../src/contexts/core/app_file/merge_app.ts";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { formatYaml } from "../../../../src/contexts/core/yaml/mod.ts";
import { anyValue } from "../arbitrary_values.ts";
import { documentOf, linesThrown } from "./read_document.ts";

const FIRST = documentOf(
  "bases/b1.yaml",
  "a:\n  x: 1\n  l: [1, 2]\n  '10': ten\n  '9': nine\nb: text\nempty:\n",
);
const SECOND = documentOf("bases/b2.yaml", "a:\n  y: 2\n  l: [3]\n  x: one\nempty:\n  k: v\n");
const APP = documentOf("app.yaml", "c: 1\na:\n  x: 3\n  '9': other\n");

Deno.test("maps merge, everything else is replaced, and keys stay where they are seen first", () => {
  const merged = mergeApp({ app: APP, bases: [FIRST, SECOND] });
  assert.equal(
    formatJson(merged.value),
    '{"a": {"x": 3, "l": [3], "10": "ten", "9": "other", "y": 2}, "b": "text", "empty": {"k": "v"}, "c": 1}',
  );
});

Deno.test("each path has the place where it is written last, or that of the nearest path above", () => {
  const { placeOf } = mergeApp({ app: APP, bases: [FIRST, SECOND] });
  assert.deepEqual(placeOf(["a", "x"]), { file: "app.yaml", line: 3 });
  assert.deepEqual(placeOf(["a", "y"]), { file: "bases/b2.yaml", line: 2 });
  assert.deepEqual(placeOf(["a", "10"]), { file: "bases/b1.yaml", line: 4 });
  assert.deepEqual(placeOf(["a", "absent", "deep"]), { file: "app.yaml", line: 2 });
  assert.deepEqual(placeOf(["absent"]), { file: "app.yaml", line: undefined });
});

Deno.test("a map against a list or a scalar is an error with the path and both places, all at once", () => {
  const base = documentOf("b.yaml", "pipelines:\n  build: {}\n  test: [1]\nname: x\n");
  const app = documentOf("app.yaml", "pipelines:\n  build: []\n  test:\n    a: 1\nname: [y]\nrest:\n");
  assert.deepEqual(linesThrown(() => mergeApp({ app, bases: [base] })), [
    2,
    "Reading the app files: 2 problems",
    "app.yaml:2: pipelines.build: a list here, and a map in b.yaml:2; " +
    "write the same kind of value in both files, or use another key",
    "app.yaml:3: pipelines.test: a map here, and a list in b.yaml:3; " +
    "write the same kind of value in both files, or use another key",
  ]);
  const emptied = documentOf("app.yaml", "pipelines:\n");
  assert.match(
    linesThrown(() => mergeApp({ app: emptied, bases: [base] })).join(),
    /app.yaml:1: pipelines: null here/,
  );
});

Deno.test("a file that is no map is an error, and an empty file is an empty map", () => {
  const empty = documentOf("empty.yaml", "# nothing\n");
  assert.equal(formatJson(mergeApp({ app: APP, bases: [empty] }).value).startsWith('{"c": 1'), true);
  assert.deepEqual(
    linesThrown(() => mergeApp({ app: documentOf("app.yaml", "\n- a\n"), bases: [] })).slice(1),
    [
      "Reading the app files: 1 problem",
      "app.yaml:2: expected a map, found a list; write key: value on each line",
    ],
  );
});

Deno.test("the original's rule replaces what is false or empty, and refuses another type", () => {
  const cases: readonly (readonly [earlier: string, later: string, outcome: string])[] = [
    ["0", "{now: map}", "replace"],
    ["''", "[1]", "replace"],
    ["[]", "{a: 1}", "replace"],
    ["{}", "text", "replace"],
    ["false", "1", "replace"],
    ["0.0", "text", "replace"],
    ["null", "{a: 1}", "replace"],
    ["text", "other", "replace"],
    ["[1]", "[2, 3]", "replace"],
    ["{a: 1}", "{b: 1}", "merge"],
    ["text", "5", "conflict"],
    ["1", "1.5", "conflict"],
    ["1", "true", "conflict"],
    ["1", "null", "conflict"],
    ["12345678901234567890", "1", "replace"],
    ["{a: 1}", "[1]", "conflict"],
    ["text", "{a: 1}", "conflict"],
  ];
  for (const [earlier, later, outcome] of cases) {
    const values = [earlier, later].map((text) => documentOf("f", text).document.value);
    assert.equal(mergeAsOriginal(values[0] ?? null, values[1] ?? null), outcome, `${earlier} / ${later}`);
  }
});

Deno.test("a file merged onto itself or onto nothing stays as it is", () => {
  fc.assert(
    fc.property(anyValue(), (value) => {
      const app = documentOf("app.yaml", formatYaml(new Map([["top", value]])));
      for (const rule of [mergeStrictly, mergeAsOriginal]) {
        for (const bases of [[], [app], [app, app]]) {
          assert.equal(formatJson(mergeApp({ app, bases, rule }).value), formatJson(app.document.value));
        }
      }
    }),
    { numRuns: 300 },
  );
});
