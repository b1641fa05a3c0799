import assert from "node:assert/strict";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import { formatYaml, parseYaml } from "../../../../src/contexts/core/yaml/mod.ts";
import recorded from "../../../fixtures/pyyaml/recorded.json" with { type: "json" };

Deno.test("every recorded value is written as PyYAML writes it, byte for byte", () => {
  assert.ok(recorded.written.length >= 15);
  for (const { json, yaml } of recorded.written) {
    const parsed = parseJson(json);
    assert.ok("value" in parsed, json);
    assert.equal(formatYaml(parsed.value), yaml, json);
  }
});

Deno.test("every recorded text means what it means to PyYAML, or is refused as there", () => {
  assert.ok(recorded.read.length >= 75);
  for (const { yaml, json } of recorded.read) {
    const outcome = parseYaml(yaml);
    const meaning = "document" in outcome ? formatJson(outcome.document.value, { ascii: true }) : null;
    assert.equal(meaning, json, yaml);
  }
});
