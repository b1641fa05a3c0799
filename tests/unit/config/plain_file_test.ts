import assert from "node:assert/strict";
import fc from "fast-check";
import { readPlainFile } from "../../../src/config/contexts/plain_file.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { yamlSoup } from "../yaml_soup.ts";

Deno.test("readPlainFile() reads a usual file as the parser does", () => {
  const text = `version: 1
# where environments run
platform: docker
context:
  datasources:
    yamlfile: { path: context.yaml, isPrimary: true }
    redis: {"host": "127.0.0.1", "port": 6379}
  redact:
  - state.token
  - 'it''s'
  http:
    timeout: 30s
    hosts: [https, a b]

docker:
  publish: "127.0.0.1:8080"
empty:
`;

  const tree = readPlainFile(text);

  assert.deepEqual(tree, readYaml("showtime.yml", text).value);
  assert.notEqual(tree, undefined);
});

Deno.test("readPlainFile() reads every text as the parser does, or leaves it to the parser", () => {
  let read = 0;
  fc.assert(
    fc.property(yamlSoup, (text) => {
      const tree = readPlainFile(text);
      if (tree === undefined) return;
      read++;
      const { value, problems, warnings } = readYaml("showtime.yml", text);
      assert.deepEqual({ value, problems, warnings }, { value: tree, problems: [], warnings: [] });
    }),
    { numRuns: 5000 },
  );

  assert.ok(read > 250, `only ${read} texts were plain`);
});

Deno.test("readPlainFile() leaves mistakes to the parser, which knows their places", () => {
  for (
    const text of [
      "a: 1\na: 2\n",
      "a: b: c\n",
      "a:\n\t- b\n",
      "<<<<<<< ours\na: 1\n",
      "a: [b\n",
      "a: 'b\n",
      "a: {b: 1, b: 2}\n",
      "a: 1\n  b: 2\n",
      "__proto__: 1\n",
      "",
      "a: 1.5\n",
      `${"a:\n ".repeat(1)}${"x".repeat(20_000)}: 1\n`,
    ]
  ) {
    assert.equal(readPlainFile(text), undefined, JSON.stringify(text.slice(0, 40)));
  }
});
