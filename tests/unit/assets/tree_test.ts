import assert from "node:assert/strict";
import fc from "fast-check";
import { hashAsset } from "../../../src/assets/core/hash.ts";
import { type Asset, parseUuid } from "../../../src/assets/core/asset.ts";
import {
  equalTrees,
  formatJson,
  mapTree,
  parseJson,
  type Tree,
  type TreeMap,
} from "../../../src/assets/core/tree.ts";
import { WholeFloat } from "../../../src/lib/scalars/exact_numbers.ts";
import { anyTree } from "./arbitrary_trees.ts";

Deno.test("numbers of JSON keep their digits and their kind", () => {
  for (
    const text of [
      "9007199254740993",
      "-9223372036854775809",
      "123456789012345678901234567890",
      "1.0",
      "0.1",
      "-0.0",
    ]
  ) {
    assert.equal(formatJson(parseJson(text) ?? null), text);
  }
  assert.deepEqual(parseJson("1.0"), new WholeFloat(1));
  assert.equal(parseJson("[1,"), undefined);
  assert.equal(parseJson("NaN"), undefined);
});

Deno.test("floats are written with a dot before the exponent, without which PyYAML reads text", () => {
  assert.equal(formatJson(1e-7), "1.0e-7");
  assert.equal(formatJson(1.5e-7), "1.5e-7");
  assert.equal(formatJson(new WholeFloat(1e21)), "1.0e+21");
  assert.equal(formatJson(new WholeFloat(3)), "3.0");
});

Deno.test("control characters are escaped, and characters beyond U+FFFF are not split", () => {
  assert.equal(formatJson("a\u0085\u007f\u2028\ufeff\u0001😀"), '"a\\u0085\\u007f\\u2028\\ufeff\\u0001😀"');
  // Half a character stays visible as an escape: no writer can make text of it.
  assert.equal(formatJson("\ud83d"), '"\\ud83d"');
});

Deno.test("the order of keys has no meaning, the order of lists has, and 1 equals 1.0 as in Python", () => {
  assert.ok(equalTrees({ a: 1, b: [1, 2] }, { b: [1, 2], a: new WholeFloat(1) }));
  assert.ok(!equalTrees([1, 2], [2, 1]));
  assert.ok(equalTrees(2n ** 53n, new WholeFloat(2 ** 53)));
  assert.ok(!equalTrees(9007199254740993n, 9007199254740992));
  assert.ok(!equalTrees({ a: null }, {}));
  assert.ok(!equalTrees(1, "1"));
  assert.ok(!equalTrees(1, true));
  assert.ok(equalTrees(NaN, NaN));
});

Deno.test("equal content has an equal hash, and other content another one", async () => {
  const shuffled = (tree: Tree): Tree =>
    mapTree(
      tree,
      (value) =>
        typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof WholeFloat)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
    );
  await fc.assert(
    fc.asyncProperty(anyTree({ finite: true }), anyTree({ finite: true }), async (a, b) => {
      assert.equal(await hashAsset(asset(a)), await hashAsset(asset(shuffled(a) as TreeMap)));
      assert.equal(await hashAsset(asset(a)) === await hashAsset(asset(b)), equalTrees(a, b));
    }),
    { numRuns: 500 },
  );
  assert.equal(await hashAsset(asset({ a: 1 })), await hashAsset(asset({ a: new WholeFloat(1) })));
});

function asset(tree: TreeMap): Asset {
  const uuid = parseUuid("3d1a2c8f-7a0e-4c55-9b0c-8f1d2e0b3a03");
  assert.ok(uuid !== undefined);
  return { kind: "chart", uuid, name: "x", tree };
}
