import assert from "node:assert/strict";
import { planAssignment } from "../../../../src/contexts/core/events/assignment.ts";
import { ORIGINAL_RULES, OUR_RULES } from "../../../../src/contexts/core/events/event_rules.ts";
import { formatJson } from "../../../../src/contexts/core/tree/format_json.ts";
import { applyOperations } from "../../../../src/contexts/core/tree/operations.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import { isValueMap, toValue, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import recorded from "../../../contract/contexts/original_assignments.json" with { type: "json" };

/** No value of the recorded tree. */
const ABSENT = "\0";

Deno.test(`assignments by keys leave the trees of the original: ${recorded.length - 1} recorded ones`, () => {
  const tree = readMap(recorded.at(-1)?.changed ?? "");
  for (const { to, value, changed } of recorded) {
    if (to === null || value === null) continue;
    let made: string | null;
    try {
      const operations = planAssignment(tree, { to, value }, { rules: ORIGINAL_RULES });
      const after = applyOperations(tree, operations);
      assert.ok([...tree.keys()].every((key) => after.has(key)));
      const different = [...after].filter(([key, each]) =>
        formatJson(each) !== formatJson(tree.has(key) ? tree.get(key) ?? null : ABSENT)
      );
      made = formatJson(new Map(different), { ascii: true });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      made = null;
    }
    assert.equal(made, changed, `${to} = ${value}`);
  }
});

Deno.test("assignments by paths name elements and quoted keys, append parts, and clear lists", () => {
  const tree = toValue({ list: ["a"], map: { "a.b": 1 }, text: "t" }) as ValueMap;
  const cases: readonly (readonly [to: string, value: string, after: unknown])[] = [
    [" new.x ", " v ", { ...plain(), new: { x: "v" } }],
    ["list[0]", "v", { ...plain(), list: ["v"] }],
    ["list[1]", "v", { ...plain(), list: ["a", "v"] }],
    ['map["a.b"]', "v", { ...plain(), map: { "a.b": "v" } }],
    ["list[]", "a,c", { ...plain(), list: ["a", "a", "c"] }],
    ["list{}", "a,c,c", { ...plain(), list: ["a", "c"] }],
    ["list[]", "[]", { ...plain(), list: [] }],
    ["more[]", "x", { ...plain(), more: ["x"] }],
  ];
  for (const [to, value, after] of cases) {
    const operations = planAssignment(tree, { to, value }, { rules: OUR_RULES });
    assert.deepEqual(applyOperations(tree, operations), toValue(after), to);
  }
  function plain() {
    return { list: ["a"], map: { "a.b": 1 }, text: "t" };
  }
});

Deno.test("assignments by paths refuse what is no path, and never replace a text that is in the way", () => {
  const tree = toValue({ text: "t", state: { cicdContextDataId: "x" } }) as ValueMap;
  for (const to of ["", "  ", "a b", "a[].b", "a[]{}", ".a", "a..b", "a=b"]) {
    assert.throws(() => planAssignment(tree, { to, value: "v" }, { rules: OUR_RULES }), {
      code: "path_invalid",
    }, to);
  }
  for (const rules of [OUR_RULES, ORIGINAL_RULES]) {
    const operations = planAssignment(tree, { to: "state.cicdContextDataId", value: "v" }, { rules });
    assert.throws(() => applyOperations(tree, operations), { code: "path_protected" });
  }
  for (const [to, value] of [["text[]", "v"], ["text[]", "[]"], ["text{}", "[]"]] as const) {
    const operations = planAssignment(tree, { to, value }, { rules: OUR_RULES });
    assert.throws(() => applyOperations(tree, operations), { code: "not_a_list" });
  }
  const operations = planAssignment(tree, { to: "text.below", value: "v" }, { rules: OUR_RULES });
  assert.throws(() => applyOperations(tree, operations), { code: "path_blocked" });
});

function readMap(text: string): ValueMap {
  const parsed = parseJson(text);
  assert.ok("value" in parsed && isValueMap(parsed.value));
  return parsed.value;
}
