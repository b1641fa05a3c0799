import assert from "node:assert/strict";
import fc from "fast-check";
import { applyOperations, type Operation, valueAt } from "../../../../src/contexts/core/tree/operations.ts";
import { formatPath, parsePath } from "../../../../src/contexts/core/tree/path.ts";
import { toValue, type Value, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";
import { anyPath, anyTree, anyValue } from "../arbitrary_values.ts";

function treeOf(plain: unknown): ValueMap {
  return toValue(plain) as ValueMap;
}

function set(path: string, value: Value): Operation {
  return { op: "set", path: parsePath(path), value };
}

Deno.test("applyOperations() sets, appends and removes, and leaves the old tree alone", () => {
  const before = treeOf({ state: { a: 1, l: ["x"] } });
  const after = applyOperations(before, [
    set("state.b.c", "new"),
    set("state.l[0]", "y"),
    set("state.l[1]", "z"),
    { op: "append", path: parsePath("state.l"), value: "z" },
    { op: "append_unique", path: parsePath("state.l"), value: "z" },
    { op: "append_unique", path: parsePath("state.seen"), value: "z" },
    { op: "unset", path: parsePath("state.a") },
    { op: "unset", path: parsePath("state.not.there") },
  ]);
  assert.deepEqual(after, treeOf({ state: { l: ["y", "z", "z"], b: { c: "new" }, seen: ["z"] } }));
  assert.deepEqual(before, treeOf({ state: { a: 1, l: ["x"] } }));
});

Deno.test("a key that is set again keeps its place", () => {
  const after = applyOperations(treeOf({ a: 1, b: 2 }), [set("a", 3)]);
  assert.deepEqual([...after.keys()], ["a", "b"]);
});

const REFUSED: readonly (readonly [operation: Operation, code: string, says: RegExp])[] = [
  [set("state.a.b", 1), "path_blocked", /below state\.a: it holds a number, not a map/],
  [set("state.t[0]", 1), "path_blocked", /state\.t: it holds a text, not a list/],
  [set("state.l.x", 1), "path_blocked", /state\.l: it holds a list, not a map/],
  [set("state.l[5]", 1), "index_beyond", /state\.l\[5\]: state\.l has 1 elements/],
  [{ op: "append", path: parsePath("state.t"), value: 1 }, "not_a_list", /state\.t: it holds a text/],
  [{ op: "append_unique", path: parsePath("state"), value: 1 }, "path_protected", /names the context/],
  [set("state.cicdContextDataId", "x"), "path_protected", /names the context/],
  [set("state.cicdContextName.x", "x"), "path_protected", /names the context/],
  [set("state", new Map()), "path_protected", /names the context/],
  [{ op: "unset", path: parsePath("state.cicdContextName") }, "path_protected", /names the context/],
];

for (const [operation, code, says] of REFUSED) {
  const path = operation.op === "replace" ? "" : formatPath(operation.path);
  Deno.test(`applyOperations() refuses to ${operation.op} ${path}: ${code}`, () => {
    const tree = treeOf({ state: { a: 1, t: "text", l: ["x"], cicdContextDataId: "id" } });
    const before = structuredClone(tree);
    assert.throws(() => applyOperations(tree, [set("state.first", 1), operation]), { code, message: says });
    assert.deepEqual(tree, before);
  });
}

Deno.test("a value that was set is found at its path", () => {
  fc.assert(fc.property(anyTree(), anyPath(), anyValue(), (tree, path, value) => {
    fc.pre(path[0] !== "state");
    try {
      const after = applyOperations(tree, [{ op: "set", path, value }]);
      assert.deepEqual(valueAt(after, path), value);
    } catch (error) {
      assert.match((error as { code?: string }).code ?? String(error), /path_blocked|index_beyond/);
    }
  }));
});

Deno.test("valueAt() counts a negative index from the end", () => {
  const tree = treeOf({ l: ["a", "b"] });
  assert.equal(valueAt(tree, ["l", -1]), "b");
  assert.equal(valueAt(tree, ["l", 7]), undefined);
  assert.equal(valueAt(tree, ["l", "a"]), undefined);
  assert.equal(valueAt(tree, ["l", 0, "x"]), undefined);
});
