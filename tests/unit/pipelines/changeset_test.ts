import assert from "node:assert/strict";
import { findChange, parseChangeset } from "../../../src/pipelines/core/changeset.ts";

Deno.test("a changeset is one path a line, with either line break and blank lines", () => {
  assert.deepEqual(parseChangeset("a.ts\r\n\nsub/b c.ts\n\r\n"), ["a.ts", "sub/b c.ts"]);
  assert.deepEqual(parseChangeset("\uFEFFa.ts"), ["a.ts"]);
  assert.deepEqual(parseChangeset(""), []);
  assert.deepEqual(parseChangeset("\n \n"), []);
});

Deno.test("a path that Git has put in quotes is read as the path it means", () => {
  assert.deepEqual(parseChangeset(String.raw`"d\303\244/na\"me\\.md"`), [`dä/na"me\\.md`]);
  assert.deepEqual(parseChangeset(String.raw`"a\tb"`), ["a\tb"]);
  assert.deepEqual(parseChangeset('"odd\\z"'), ['"odd\\z"']);
  assert.deepEqual(parseChangeset('"'), ['"']);
});

Deno.test("a pattern is searched anywhere in a path, and the first path that has it is the change", () => {
  assert.equal(findChange(/sub\//, ["a", "x/sub/1", "sub/2"]), "x/sub/1");
  assert.equal(findChange(/^sub\//, ["a", "x/sub/1", "sub/2"]), "sub/2");
  assert.equal(findChange(/^docs\//, ["sub/x.txt"]), undefined);
  assert.equal(findChange(/./, []), undefined);
});
