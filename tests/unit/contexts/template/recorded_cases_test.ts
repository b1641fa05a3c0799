import assert from "node:assert/strict";
import { renderTemplate, TemplateError } from "../../../../src/contexts/core/template/mod.ts";
import { parseJson } from "../../../../src/contexts/core/tree/parse_json.ts";
import { isValueMap, toValue, type ValueMap } from "../../../../src/contexts/core/tree/value.ts";
import first from "../../../fixtures/jinja_cases.json" with { type: "json" };
import recorded from "../../../fixtures/jinja/recorded.json" with { type: "json" };

Deno.test("every case that was recorded with Jinja2 for the choice of an engine renders the same", () => {
  assert.equal(first.cases.length, 57);
  for (const { name, template, context, expected } of first.cases) {
    assert.equal(renderTemplate(template, { names: [mapOf(toValue(context))] }), expected, name);
  }
});

Deno.test("every recorded template renders as Jinja2 renders it, or fails where Jinja2 fails", () => {
  const context = contextOf(recorded.context);
  const failing = recorded.cases.filter((each) => "error" in each);
  assert.ok(recorded.cases.length - failing.length >= 400, String(recorded.cases.length));
  assert.ok(failing.length >= 200, String(failing.length));
  for (const each of recorded.cases) {
    assert.deepEqual(outcomeOf(each.template, context), each.expected ?? "an error", each.template);
  }
});

Deno.test("the recorded cases name every filter and test of Jinja2 that templates have", () => {
  const templates = recorded.cases.filter((each) => each.expected !== undefined).map((each) => each.template);
  const filters =
    "abs attr batch capitalize center count d default dictsort filesizeformat first float format " +
    "from_json groupby indent int items join json_dumps kv_comma_pairs_to_json last length list lower " +
    "map max min reject rejectattr replace reverse round select selectattr slice sort string sum title to_base64 " +
    "tojson trim truncate unique upper urlencode wordcount wordwrap";
  for (const name of filters.split(" ")) {
    assert.ok(templates.some((each) => new RegExp(`\\|\\s*${name}\\b`).test(each)), name);
  }
  const tests =
    "boolean callable defined divisibleby eq equalto even false filter float ge greaterthan gt in integer " +
    "iterable le lessthan lower lt mapping ne none number odd sameas sequence string " +
    "test true undefined upper";
  for (const name of tests.split(" ")) {
    assert.ok(templates.some((each) => new RegExp(`\\bis (not )?${name}\\b`).test(each)), name);
  }
});

function outcomeOf(template: string, context: ValueMap): string {
  try {
    return renderTemplate(template, { names: [context] });
  } catch (error) {
    assert.ok(error instanceof TemplateError, `${template}: ${error}`);
    return "an error";
  }
}

function contextOf(json: string): ValueMap {
  const result = parseJson(json);
  assert.ok("value" in result);
  return mapOf(result.value);
}

function mapOf(value: unknown): ValueMap {
  const map = toValue(value);
  assert.ok(isValueMap(map));
  return map;
}
