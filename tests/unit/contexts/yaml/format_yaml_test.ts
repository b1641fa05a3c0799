import assert from "node:assert/strict";
import fc from "fast-check";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { toValue } from "../../../../src/contexts/core/tree/value.ts";
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

Deno.test("a text of more digits than Python reads is quoted", () => {
  for (const text of ["1".repeat(4301), `1${":01".repeat(100_000)}`]) {
    const written = formatYaml(text);
    assert.equal(written, `'${text}'\n`);
    const outcome = parseYaml(written);
    assert.ok("document" in outcome && outcome.document.value === text);
  }
});

Deno.test("what the original tool reads has only ASCII; people may read letters", () => {
  const value = new Map([["name", "Zoë 日本 😀"]]);
  assert.equal(formatYaml(value), 'name: "Zo\\xEB \\u65E5\\u672C \\U0001F600"\n');
  assert.equal(formatYaml(value, { unicode: true }), "name: Zoë 日本 😀\n");
});

Deno.test("the indentation and the order of keys can be chosen, as in yaml.dump(…, indent, sort_keys)", () => {
  const value = toValue({ b: { z: [1, { q: 2, a: [3] }], a: "x" }, a: [[1, 2], { k: "v" }], é: 1 });
  assert.equal(
    formatYaml(value, { indent: 4, sortKeys: true }),
    'a:\n-   - 1\n    - 2\n-   k: v\nb:\n    a: x\n    z:\n    - 1\n    -   a:\n        - 3\n        q: 2\n"\\xE9": 1\n',
  );
  assert.equal(
    formatYaml(value, { indent: 3 }),
    'b:\n   z:\n   - 1\n   -  q: 2\n      a:\n      - 3\n   a: x\na:\n-  - 1\n   - 2\n-  k: v\n"\\xE9": 1\n',
  );
});
