import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPath, parsePath } from "../../../../src/contexts/core/tree/path.ts";
import { isJsonPath } from "../../../../src/contexts/core/tree/json_path.ts";
import { anyPath } from "../arbitrary_values.ts";

const PATHS: Readonly<Record<string, readonly (string | number)[]>> = {
  "a": ["a"],
  "a.b-c.d_e": ["a", "b-c", "d_e"],
  'a["b.c"].d': ["a", "b.c", "d"],
  "a['b c']": ["a", "b c"],
  '["a.b"].c': ["a.b", "c"],
  "l[0][12].x": ["l", 0, 12, "x"],
  "runs.10.9": ["runs", "10", "9"],
  'a["say \\"hi\\""]': ["a", 'say "hi"'],
  'x["a:b"]["@c"]': ["x", "a:b", "@c"],
  "ä.港": ["ä", "港"],
  "a.$b$": ["a", "$b$"],
  '["$a"]["b,c"]["*"]': ["$a", "b,c", "*"],
};

for (const [text, path] of Object.entries(PATHS)) {
  Deno.test(`parsePath() reads ${text}`, () => assert.deepEqual(parsePath(text), path));
}

for (
  const text of [
    "",
    ".a",
    "a.",
    "a..b",
    "a[",
    "a[x]",
    "a[-1]",
    "[0]",
    "a]b",
    "a b",
    'a["b]',
    "a=b",
    "a:b",
    "@a",
    "a[0]b",
    "$",
    "$.a",
    "a.*",
    "a,b",
  ]
) {
  Deno.test(`parsePath() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePath(text), { code: "path_invalid", exitCode: 2 });
  });
}

Deno.test("a path without quotes is no JSONPath, so that every command means the same place by it", () => {
  fc.assert(fc.property(anyPath(), (path) => assert.equal(isJsonPath(formatPath(path)), false)));
});

Deno.test("parsePath() reads what formatPath() writes", () => {
  fc.assert(fc.property(anyPath(), (path) => assert.deepEqual(parsePath(formatPath(path)), path)));
});
