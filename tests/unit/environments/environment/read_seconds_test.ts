import assert from "node:assert/strict";
import { readSeconds } from "../../../../src/environments/core/environment/ownership.ts";
import { formatCreated } from "../../../../src/environments/core/labels/created.ts";

Deno.test("readSeconds() parses a tag of seconds, and no time that a label could not carry", () => {
  assert.equal(readSeconds("1705329000"), Date.UTC(2024, 0, 15, 14, 30));
  assert.equal(formatCreated(readSeconds("253402300799") ?? NaN), "9999-12-31T23-59");
  for (
    const text of [undefined, "", "-1", "1e9", "soon", "253402300800", "999999999999", "1705329000000000"]
  ) {
    assert.equal(readSeconds(text), undefined, text);
  }
});
