import assert from "node:assert/strict";
import fc from "fast-check";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { formatYaml, parseYaml } from "../../../../src/contexts/core/yaml/mod.ts";
import { anyValue } from "../arbitrary_values.ts";

for (const unicode of [false, true]) {
  Deno.test(`every value is read back as it is written${unicode ? ", with letters beyond ASCII" : ""}`, () => {
    fc.assert(
      fc.property(anyValue(), (value) => {
        const text = formatYaml(value, { unicode });
        const outcome = parseYaml(text);
        assert.ok("document" in outcome, text);
        assert.equal(formatJson(outcome.document.value), formatJson(value), text);
        assert.deepEqual(outcome.document.repeatedKeys, []);
        assert.equal(formatYaml(outcome.document.value, { unicode }), text);
      }),
      { numRuns: 2000 },
    );
  });
}

Deno.test("what the original tool reads has only ASCII; people may read letters", () => {
  const value = new Map([["name", "Zoë 日本 😀"]]);
  assert.equal(formatYaml(value), 'name: "Zo\\xEB \\u65E5\\u672C \\U0001F600"\n');
  assert.equal(formatYaml(value, { unicode: true }), "name: Zoë 日本 😀\n");
});
