import assert from "node:assert/strict";
import { formatShellFile } from "../../../../src/contexts/core/shell_file.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import { isValueMap } from "../../../../src/contexts/core/tree/value.ts";

function shellFile(json: string, excludeKeyNames: readonly string[] = []) {
  const parsed = parseJson(json);
  assert.ok("value" in parsed && isValueMap(parsed.value));
  return formatShellFile(parsed.value, { excludeKeyNames });
}

Deno.test("names join the keys as the original does, and values print as Python prints them", () => {
  const json =
    `{"channel": "stuff", "state": {"a-b": "x", "m": {"n": [1, {"c": "d"}, true]}, "f": 1.0, "e": 1e-07,
    "big": 9007199254740993, "deep": {"l": [[1, "q'", null], []]}}}`;
  assert.deepEqual(shellFile(json), {
    text: [
      'CICD_channel="stuff"',
      'CICD_state__a_b="x"',
      'CICD_state__m__n__0="1"',
      'CICD_state__m__n__1__c="d"',
      'CICD_state__m__n__2="True"',
      'CICD_state__f="1.0"',
      'CICD_state__e="1e-07"',
      'CICD_state__big="9007199254740993"',
      `CICD_state__deep__l__0="[1, \\"q'\\", None]"`,
      "",
    ].join("\n"),
    warnings: [],
  });
});

Deno.test("a list at the top level is complete", () => {
  const { text } = shellFile('{"l": ["a", {"b": "c"}, "d"]}');
  assert.equal(text, 'CICD_l__0="a"\nCICD_l__1__b="c"\nCICD_l__2="d"\n');
});

Deno.test("values that Python counts as false are left out", () => {
  const { text, warnings } = shellFile(
    '{"a": null, "b": false, "c": 0, "d": 0.0, "e": -0.0, "f": "", "g": [], "h": {}, "i": [0, "x", ""], "j": "0"}',
  );
  assert.equal(text, 'CICD_i__1="x"\nCICD_j="0"\n');
  assert.deepEqual(warnings, []);
});

Deno.test("of values with one name the first is written, and a warning names the others", () => {
  const { text, warnings } = shellFile('{"s": {"a": {"b": 1}, "a__b": 2, "a.b": 0, "a b": 3, "a-b": 4}}');
  assert.equal(text, 'CICD_s__a__b="1"\nCICD_s__a_b="3"\n');
  assert.deepEqual(warnings, [
    "s.a__b is left out of the shell file: s.a.b has the same name, CICD_s__a__b",
    's.a-b is left out of the shell file: s["a b"] has the same name, CICD_s__a_b',
  ]);
});

Deno.test("keys of excludeKeyNames are left out at any depth with everything below them", () => {
  const json =
    '{"pipelines": {"x": 1}, "a": [{"pipelines": {"y": 2}, "z": 3}], "b": {"c": {"macros": "m", "d": "e"}}}';
  assert.equal(shellFile(json, ["pipelines", "macros"]).text, 'CICD_a__0__z="3"\nCICD_b__c__d="e"\n');
});

Deno.test("a value with the character NUL is left out with a warning", () => {
  const { text, warnings } = shellFile('{"a": "x\\u0000y", "b": "z"}');
  assert.equal(text, 'CICD_b="z"\n');
  assert.deepEqual(warnings, ["a is left out of the shell file: a shell cannot hold the character NUL"]);
});
