import assert from "node:assert/strict";
import fc from "fast-check";
import { maskOperation, maskPaths } from "../../../../src/contexts/core/mask_paths.ts";
import { diffTrees } from "../../../../src/contexts/core/tree/diff_trees.ts";
import { formatPath } from "../../../../src/contexts/core/tree/path.ts";
import { equalValues, toValue } from "../../../../src/contexts/core/tree/value.ts";
import { anyTree } from "../arbitrary_values.ts";

Deno.test("diffTrees() names the deepest places, in the order of the keys", () => {
  const before = toValue({ a: 1, b: { c: "x", d: [1, 2] }, e: null });
  const after = toValue({ a: 1, b: { c: "y", d: [1] }, f: [] });
  assert.deepEqual(diffTrees(before, after).map(({ op, path }) => `${op} ${formatPath(path)}`), [
    "change b.c",
    "remove b.d[1]",
    "remove e",
    "add f",
  ]);
});

Deno.test("diffTrees() is empty for equal trees, and for no others", () => {
  fc.assert(fc.property(anyTree(), anyTree(), (a, b) => {
    assert.deepEqual(diffTrees(a, a), []);
    assert.equal(diffTrees(a, b).length === 0, equalValues(a, b));
  }));
});

Deno.test("maskPaths() masks values at places and below, and nothing else", () => {
  const tree = toValue({
    state: { token: "s", deep: { token: ["s"] }, open: "o" },
    list: [{ p: "s" }, { p: "o" }],
  });
  const places = [["state", "token"], ["state", "deep"], ["list", 0, "p"]];
  assert.deepEqual(
    maskPaths(tree, places),
    toValue({ state: { token: "***", deep: "***", open: "o" }, list: [{ p: "***" }, { p: "o" }] }),
  );
  assert.deepEqual(maskPaths("s", places, { at: ["state", "deep", "token"] }), "***");
});

Deno.test("maskOperation() masks a value that is set at, above or below a place", () => {
  const places = [["state", "token"]];
  const masked = (path: readonly string[], value: unknown) =>
    maskOperation({ op: "set", path, value: toValue(value) }, places);
  assert.deepEqual(masked(["state", "token"], "s"), { op: "set", path: ["state", "token"], value: "***" });
  assert.deepEqual(masked(["state", "token", "x"], "s"), {
    op: "set",
    path: ["state", "token", "x"],
    value: "***",
  });
  assert.deepEqual(masked(["state"], { token: "s", a: 1 }), {
    op: "set",
    path: ["state"],
    value: toValue({ token: "***", a: 1 }),
  });
  assert.deepEqual(masked(["state", "tokens"], "s"), { op: "set", path: ["state", "tokens"], value: "s" });
});
