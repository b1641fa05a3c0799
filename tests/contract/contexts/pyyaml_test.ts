import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { parseJson } from "../../../src/contexts/core/tree/parse_json.ts";
import { equalValues } from "../../../src/contexts/core/tree/value.ts";
import { formatYaml, parseYaml } from "../../../src/contexts/core/yaml/mod.ts";
import { anyValue } from "../../unit/contexts/arbitrary_values.ts";
import { part, SYSTEM_PYTHON } from "../../worlds/require.ts";

const SCRIPT = fileURLToPath(new URL("../../fixtures/pyyaml/pyyaml.py", import.meta.url));

const pyyaml = await part("pyyaml");

/** Runs a part of the script with PyYAML, with JSON as its input and output. */
async function ask<Answer>(command: "compare" | "read", input: unknown): Promise<Answer> {
  const child = new Deno.Command(SYSTEM_PYTHON, {
    args: [SCRIPT, command],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(JSON.stringify(input))).then(() => writer.close());
  const { stdout, stderr, success } = await child.output();
  await written;
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

pyyaml.test("PyYAML writes random values byte for byte alike, and reads what is written as the same value", async () => {
  const cases = fc.sample(anyValue(), 3000)
    .map((value) => ({ json: formatJson(value, { ascii: true }), yaml: formatYaml(value) }));
  assert.deepEqual(await ask("compare", cases), []);
});

/** Lines as people write them, in an order that often makes no sense. */
const LINES = [
  ..."a: 1|b: yes|- x|- y: 1|  z: 2|  - q|c:|d: &x {k: 1, l: 2}|<<: *x|e: *x|f: [1, 2, 'a']|g: {a: b, c: 'd'}"
    .split("|"),
  ...[
    "h: |",
    "  text",
    "   more",
    "",
    "i: >-",
    "  fold",
    "  fold2",
    "'j': \"k\"",
    "? l",
    ": m",
    "# comment",
    "n: o # c",
  ],
  ..."  # c|p: plain text|  continues here|10: ten|on: off|q: !!str 12|r: !!int '7'|- - s|  - t|u: 'v|  w'|- &y"
    .split("|"),
  ..."  aa: 1|- *y|x: |---|<<: [*x, {k: 5, mm: 6}]|a: 2|t: 012|t: 1:30|t: 1e5|t: 2020-01-01|t: ~|t: .inf|t: ="
    .split("|"),
];

pyyaml.test("a text that PyYAML and this program both read means the same to both", async () => {
  const text = fc.array(fc.constantFrom(...LINES), { maxLength: 9 }).map((lines) => `${lines.join("\n")}\n`);
  const texts = fc.sample(text, 10_000);
  const answers = await ask<readonly (string | null)[]>("read", texts);
  let both = 0;
  texts.forEach((each, index) => {
    const outcome = parseYaml(each);
    const theirs = answers[index] ?? null;
    if (theirs === null || !("document" in outcome)) return;
    const parsed = parseJson(theirs);
    assert.ok("value" in parsed);
    // The order of merged keys differs between versions of PyYAML.
    assert.ok(equalValues(outcome.document.value, parsed.value), each);
    both++;
  });
  assert.ok(both > 500, `${both} texts were read by both`);
});
