import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { formatYaml } from "../../../src/contexts/core/yaml/mod.ts";
import { anyValue } from "../../unit/contexts/arbitrary_values.ts";
import { part, pythonProgram } from "../../worlds/require.ts";

const SCRIPT = fileURLToPath(new URL("../../fixtures/pyyaml/pyyaml.py", import.meta.url));

const pyyaml = await part("pyyaml");

pyyaml.test("PyYAML writes random values byte for byte alike, and reads what is written as the same value", async () => {
  const cases = fc.sample(anyValue(), 3000)
    .map((value) => ({ json: formatJson(value, { ascii: true }), yaml: formatYaml(value) }));
  const child = new Deno.Command(pythonProgram(), {
    args: [SCRIPT, "compare"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const written = input.write(new TextEncoder().encode(JSON.stringify(cases))).then(() => input.close());
  const { stdout, stderr, success } = await child.output();
  await written;
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), []);
});
