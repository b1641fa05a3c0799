import assert from "node:assert/strict";
import { fileNamedBy, parseOriginalPairs } from "../../../../src/contexts/core/original/original_pairs.ts";

Deno.test("texts of --set hold pairs between bars, trimmed, and end the place at the first equal sign", () => {
  const { pairs, skipped } = parseOriginalPairs([" a.b = 1 | c=x=y ", "d[]=a,b", "e= ", "=f", "word", ""]);

  assert.deepEqual(pairs, [
    { to: "a.b", value: "1" },
    { to: "c", value: "x=y" },
    { to: "d[]", value: "a,b" },
  ]);
  assert.deepEqual(skipped, ["e=", "=f", "word", ""]);
});

Deno.test("a text stands for a file only if it begins with file:// and names one", () => {
  assert.equal(fileNamedBy("file://a/b.json"), "a/b.json");
  assert.equal(fileNamedBy("file:///a"), "/a");
  for (const text of ["file://", "xfile://a", "FILE://a", "a"]) {
    assert.equal(fileNamedBy(text), undefined, text);
  }
});
