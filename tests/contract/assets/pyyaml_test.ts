/** The YAML that is written, as the distribution's PyYAML reads it. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { formatYaml } from "../../../src/assets/core/pyyaml.ts";
import { equalTrees, parseJson, type TreeMap } from "../../../src/assets/core/tree.ts";
import { anyTree, hardText } from "../../unit/assets/arbitrary_trees.ts";
import { part, SYSTEM_PYTHON } from "../../worlds/require.ts";

const pyyaml = await part("pyyaml");

/** Reads a JSON list of texts, and writes what PyYAML makes of the bytes of each, as a line of JSON. */
const READ = `
import json, sys, yaml
for text in json.load(sys.stdin):
    print(json.dumps(yaml.safe_load(text.encode("utf-8"))))
`;

async function readAll(texts: readonly string[]): Promise<readonly string[]> {
  const python = new Deno.Command(SYSTEM_PYTHON, {
    args: ["-c", READ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = python.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(texts)));
  await writer.close();
  const { code, stdout, stderr } = await python.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

pyyaml.test("PyYAML reads the bytes that are written as they were meant: texts, numbers and trees of them", async () => {
  const trees: readonly TreeMap[] = [
    ...fc.sample(hardText(), 500).map((text) => ({ text, [text]: [text] })),
    ...fc.sample(anyTree({ finite: true }), 500),
  ];
  const texts = trees.map((tree) => formatYaml(tree));
  const read = await readAll(texts);
  assert.equal(read.length, trees.length);
  for (const [index, tree] of trees.entries()) {
    const meant = parseJson(read[index] ?? "");
    assert.ok(meant !== undefined && equalTrees(meant, tree), texts[index]);
  }
});
