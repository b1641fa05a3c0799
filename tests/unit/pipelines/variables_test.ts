import assert from "node:assert/strict";
import fc from "fast-check";
import { expandVariables } from "../../../src/pipelines/core/variables.ts";

const VALUES: Readonly<Record<string, string>> = { S1: "xyz", A: "$S1", EMPTY: "" };

function expand(text: string): string {
  return expandVariables(text, (name) => Object.hasOwn(VALUES, name) ? VALUES[name] : undefined);
}

Deno.test("variables are replaced with and without braces, and unknown ones stay", () => {
  assert.equal(expand("$S1"), "xyz");
  assert.equal(expand("${S1}-$NOPE"), "xyz-$NOPE");
  assert.equal(expand("a${S1}b${NOPE}$S1x"), "axyzb${NOPE}$S1x");
  assert.equal(expand("[$EMPTY]"), "[]");
  assert.equal(expand("$constructor ${toString}"), "$constructor ${toString}");
});

Deno.test("the value of a variable is not expanded again", () => {
  assert.equal(expand("$A $A"), "$S1 $S1");
});

Deno.test("other dollar signs are text", () => {
  for (const text of ["$", "$$", "5$", "$1", "${}", "${S1", "$(date)", "${S1:-x}", "$-"]) {
    assert.equal(expand(text), text);
  }
  assert.equal(expand("$$S1"), "$xyz");
});

Deno.test("a text without a dollar sign stays as it is", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    const plain = text.replaceAll("$", "");
    assert.equal(expandVariables(plain, () => "x"), plain);
  }));
});
