import assert from "node:assert/strict";
import fc from "fast-check";
import { makeOriginalSection } from "../../../src/config/contexts/original_schema.ts";
import { isPlainOriginal } from "../../../src/config/contexts/plain_original.ts";

const odd = fc.constantFrom<unknown>("", null, 0, -1, 1.5, 70_000, true, [], {}, "${env:X}", "${x", [1], {
  a: 1,
});
const usual = fc.constantFrom<unknown>("text", "a-b", 6379, 1, true, false, ["text"]);

/** Any value, usual or odd. */
const value = fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: odd });

function mapOf(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const map = fc.record(shape, { requiredKeys: [] });
  return fc.oneof({ weight: 12, arbitrary: map }, { weight: 1, arbitrary: odd });
}

function listOf(element: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fc.array(element, { maxLength: 2 }) }, {
    weight: 1,
    arbitrary: odd,
  });
}

const file = mapOf({ path: value, isPrimary: value, other: value });
const captures = mapOf({ "auto-capture-response-data": listOf(mapOf({ from: value, to: value })) });
const section = mapOf({
  datasources: mapOf({
    redis: mapOf({
      host: value,
      port: value,
      db: value,
      username: value,
      password: value,
      isPrimary: value,
      url: value,
    }),
    yamlfile: file,
    jsonfile: file,
    idfile: file,
    shellfile: mapOf({ path: value, isPrimary: value, excludeKeyNames: listOf(value) }),
  }),
  slack: mapOf({ url: value, other: value }),
  trigger: mapOf({ url: value, headers: listOf(mapOf({ name: value, value })), "auto-args": value }),
  templates: mapOf({ "notify": value, "manual-choice": value, "respond": value }),
  "notify": captures,
  "manual-choice": captures,
  other: value,
});

Deno.test("the schema accepts every file whose form counts as usual", () => {
  const schema = makeOriginalSection();
  let plain = 0;
  fc.assert(
    fc.property(section, (each) => {
      if (!isPlainOriginal(each)) return;
      plain++;
      assert.equal(schema.safeParse(each).error, undefined);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(plain > 15, `${plain} were usual`);
});

Deno.test("the form of the original's own example is a usual one", () => {
  assert.ok(isPlainOriginal({
    datasources: {
      redis: { isPrimary: true, host: "localhost", port: 6379, db: 0, username: "u", password: "p" },
      yamlfile: { isPrimary: false, path: "localdata/cicdContextData.yaml" },
      shellfile: { path: "localdata/cicdContextData.sh", excludeKeyNames: ["jinja2Macros"] },
    },
    slack: { url: "https://slack.com/api/chat.postMessage", channel: "x" },
    trigger: { url: "https://ci.example/hook", headers: [{ name: "x-key", value: "{{ secretData.key }}" }] },
    templates: { "notify": "{}", "manual-choice": "{}", "respond": "{}" },
    "notify": { "auto-capture-response-data": [{ from: "{{ body.ts }}", to: "state.ts" }] },
  }));
});
