import assert from "node:assert/strict";
import { composeScript, findCommandBlocks } from "../worlds/readme.ts";

Deno.test("findCommandBlocks() takes marked sh blocks only, each with its line", () => {
  const markdown = [
    "# Title",
    "```sh",
    "not this",
    "```",
    "<!-- test -->",
    "",
    "```sh",
    "one",
    "two",
    "```",
    "<!-- test -->",
    "```sh",
    "three",
    "```",
  ].join("\n");

  assert.deepEqual(findCommandBlocks(markdown), [{ line: 8, script: "one\ntwo" }, {
    line: 13,
    script: "three",
  }]);
});

Deno.test("findCommandBlocks() refuses a mark without a block, and a block without an end", () => {
  assert.throws(() => findCommandBlocks("<!-- test -->\ntext"), /line 1: .* not followed by/);
  assert.throws(() => findCommandBlocks("<!-- test -->\n```sh\nls"), /line 2: the block is never closed/);
});

Deno.test("composeScript() runs the blocks in one shell", () => {
  const script = composeScript([{ line: 3, script: "export A=1" }, { line: 7, script: 'test "$A" = 1' }]);

  assert.ok(script.indexOf("export A=1") < script.indexOf("readme_line=7"));
  assert.ok(script.startsWith("set -euo pipefail\n"));
});
