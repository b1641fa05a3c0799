import assert from "node:assert/strict";
import fc from "fast-check";
import { formatYaml, parseYaml } from "../../../../src/contexts/core/yaml/mod.ts";
import { readPlainTree, readYaml } from "../../../../src/contexts/core/yaml/read_yaml.ts";
import { yamlSoup } from "../../yaml_soup.ts";

Deno.test("readPlainTree() reads every text as parseYaml() does, or leaves it to that", () => {
  let read = 0;
  fc.assert(
    fc.property(yamlSoup, (text) => {
      const tree = readPlainTree(text);
      if (tree === undefined) return;
      read++;
      const parsed = parseYaml(text);
      assert.ok("document" in parsed, JSON.stringify(parsed));
      // The order of keys is a part of a context.
      assert.equal(formatYaml(tree), formatYaml(parsed.document.value));
      assert.deepEqual(tree, parsed.document.value);
      assert.deepEqual(parsed.document.repeatedKeys, []);
    }),
    { numRuns: 5000 },
  );

  assert.ok(read > 250, `only ${read} texts were plain`);
});

Deno.test("readPlainTree() reads what a store writes", () => {
  const tree = new Map<string, never>(Object.entries({
    state: new Map(
      Object.entries({ cicdContextDataId: "bench", n: 1, list: ["a", "b c", true, null], none: new Map() }),
    ),
    jobs: [new Map(Object.entries({ name: "build", url: "https://h.example:80/x", "at": "2024-01-15" }))],
  }) as never);
  const text = formatYaml(tree);

  assert.deepEqual(readPlainTree(text), tree);
});

Deno.test("readYaml() reads a text that is not plain with the parser, and gives its problem", async () => {
  assert.deepEqual(await readYaml("a: &x 1\nb: *x\n"), { value: new Map([["a", 1], ["b", 1]]) });
  assert.deepEqual(await readYaml(""), { value: null });
  const outcome = await readYaml("a: [\n");
  assert.ok("problem" in outcome);
});
