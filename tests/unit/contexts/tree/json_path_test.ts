import assert from "node:assert/strict";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { findAll, isJsonPath } from "../../../../src/contexts/core/tree/json_path.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import type { Value } from "../../../../src/contexts/core/tree/value.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import recorded from "../../../fixtures/jsonpath/recorded.json" with { type: "json" };

Deno.test("every recorded path finds what jsonpath-ng finds, in its order, or fails where it fails", () => {
  const data = parsed(recorded.data);
  assert.ok(recorded.cases.length >= 800);
  for (const each of recorded.cases) {
    const found = outcomeOf(() => findAll(data, each.path, { original: true }));
    assert.equal(found, each.expected ?? "an error", each.path);
  }
});

const TREE = parsed(
  '{"10": {"b-c": [1, 2, {"k": 3}]}, "9": {"k": 4, "a.b": null, "é": true}, "l": [[5], {"k": 6}]}',
);

Deno.test("a path finds several values in the order of the tree", () => {
  for (
    const [path, found] of [
      ["$", `[${formatJson(TREE)}]`],
      ["$.10.b-c[0]", "[1]"],
      ["10.b-c[-1]", '[{"k": 3}]'],
      ["10.b-c[0:2]", "[1, 2]"],
      ["10.b-c[::-1]", '[{"k": 3}, 2, 1]'],
      ["10.b-c[2,0]", '[{"k": 3}, 1]'],
      ["$..k", "[3, 4, 6]"],
      ["..k", "[3, 4, 6]"],
      ["9.*", "[4, null, true]"],
      ["l[*][0]", "[5]"],
      ["l.*.k", "[6]"],
      ["9['a.b']", "[null]"],
      ["9['a.b',k]", "[null, 4]"],
      ["9.é", "[true]"],
      ["$['9'][\"k\"]", "[4]"],
      ["$.nope", "[]"],
      ["l[9]", "[]"],
      ["9[0]", "[]"],
      ["l.k", "[]"],
    ] as const
  ) {
    assert.equal(formatJson([...findAll(TREE, path)]), found, path);
  }
});

Deno.test("a path that cannot be read is a usage error with the path", () => {
  for (
    const path of [
      "",
      "$.",
      "$..",
      "a[",
      "a[0",
      "a]",
      "a b",
      "a[0,k]",
      "a['k",
      "$a",
      "(a)",
      "a|b",
      "a.`parent`",
      "a where b",
    ]
      .concat(["a[?(@.k)]", "a[1:2:3:4]", "[".repeat(5000), "a" + ".a".repeat(5000)])
  ) {
    assert.throws(() => findAll(TREE, path), (error) => {
      assert.ok(error instanceof AppError, path);
      assert.equal(error.code, "path_invalid");
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /^Reading the path "/);
      return true;
    }, path.slice(0, 30));
  }
});

Deno.test("parentheses in each other, and searches that explode, end in an error", () => {
  const deep = `${"(".repeat(900)}a${")".repeat(900)}`;
  assert.throws(() => findAll(TREE, deep, { original: true }), AppError);
  let wide: Value = 1;
  for (let level = 0; level < 30; level++) wide = [wide, wide];
  for (const path of ["$..*", "$..[0]", "$..*..*"]) {
    assert.throws(() => findAll(wide, path), /looks at more than 1000000 places/, path);
  }
});

Deno.test("an argument with signs of several values is a JSONPath", () => {
  for (const path of ["$", "$.a", "a.*", "a..b", "a[0:2]", "a[b,c]", "$['a']", "a['b'].*"]) {
    assert.ok(isJsonPath(path), path);
  }
  for (
    const path of [
      "a",
      "a.b-c",
      "l[0]",
      "a['b.c']",
      'a["*"]',
      "a['x..y']",
      "a['b,c:d']",
      'a["it\'s *"]',
      "a$",
    ]
  ) {
    assert.ok(!isJsonPath(path), path);
  }
});

function parsed(text: string): Value {
  const result = parseJson(text);
  assert.ok("value" in result);
  return result.value;
}

function outcomeOf(find: () => readonly Value[]): string {
  try {
    return formatJson([...find()]);
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return "an error";
  }
}
