import assert from "node:assert/strict";
import fc from "fast-check";
import { loadPlainContext } from "../../../src/config/contexts/load_plain.ts";
import {
  type ContextSources,
  loadContextSettings,
  type LoadedContext,
} from "../../../src/config/contexts/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";

const odd = fc.constantFrom<unknown>("", null, 0, -1, 1.5, 70_000, [], {}, "${env:X}", "${x", [1], { a: 1 });
const usual = fc.constantFrom<unknown>("text", "a.b", 6379, 1, true, false, ["text"]);
const reference = fc.constantFrom<unknown>("${env:SHOWTIME_KEY}", "${env:SHOWTIME_NONE}", "${file:key}");

/** Any value, usual or odd, or one of these. */
function value(...others: readonly unknown[]): fc.Arbitrary<unknown> {
  const own = others.length === 0 ? usual : fc.constantFrom(...others);
  return fc.oneof(
    { weight: 30, arbitrary: own },
    { weight: 2, arbitrary: usual },
    { weight: 1, arbitrary: fc.oneof(odd, reference) },
  );
}

/** A map with a few of these keys, and seldom another key or no map at all. */
function mapOf(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const map = fc.uniqueArray(fc.constantFrom(...Object.entries(shape)), { maxLength: 3 })
    .chain((entries) => fc.record(Object.fromEntries(entries)));
  const more = fc.tuple(map, fc.constantFrom("other", "Path")).map(([each, name]) => ({
    ...each,
    [name]: 1,
  }));
  return fc.oneof(
    { weight: 40, arbitrary: map },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: more },
  );
}

function listOf(element: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fc.array(element, { maxLength: 2 }) }, {
    weight: 1,
    arbitrary: odd,
  });
}

const text = value("text", "a/b.yaml", "{{ x }}");
const secret = fc.oneof({ weight: 5, arbitrary: reference }, { weight: 1, arbitrary: usual });
const file = mapOf({ path: value("a.yaml", "b.json", "./a.yaml"), isPrimary: value(true, false) });
const captures = mapOf({ "auto-capture-response-data": listOf(mapOf({ from: text, to: text })) });
const address = value(
  "https://a.example/x",
  "http://[::1]/",
  "https://u:p@a.example",
  "https://a.example/?k=1",
);
const section = mapOf({
  datasources: mapOf({
    sqlite: file,
    redis: mapOf({
      url: value("redis://h:1/2", "http://h"),
      host: text,
      port: value(6379),
      db: value(3),
      username: text,
      password: value("p", "${env:SHOWTIME_KEY}"),
      isPrimary: value(true, false),
    }),
    yamlfile: file,
    jsonfile: file,
    idfile: file,
    shellfile: mapOf({ path: text, excludeKeyNames: listOf(text) }),
  }),
  slack: mapOf({ url: address, token: secret }),
  templates: mapOf({ "notify": text, "manual-choice": text, "respond": text }),
  trigger: mapOf({
    url: address,
    token: secret,
    headers: listOf(mapOf({ name: value("x-key", "x key"), value: text })),
    "auto-args": mapOf({ a: value(), "b-c": value() }),
  }),
  "notify": captures,
  "manual-choice": captures,
  http: mapOf({
    timeout: value("10s", "10", "1h"),
    attempts: value(1, 10, 11),
    hosts: listOf(
      value(
        "https://a.example",
        "https://999.1.1.1",
        "https://xn--a",
        "http://127.0.0.1:8080",
        "http://a:99999",
        "https://a..b",
        "https://a.example/",
      ),
    ),
  }),
  redact: listOf(value("state.token", "a[0]", "a..b", "state")),
  history: mapOf({ keep: value(1, 10_000) }),
  environments: mapOf({ app: text, bases: text, context: text }),
});

/** The settings, or the error. */
function outcome(load: () => LoadedContext | undefined): unknown {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.message;
  }
}

Deno.test("a section that is loaded without the package for schemas has the settings that the schema gives", () => {
  let plain = 0;
  const rest = fc.record({ isForeign: fc.boolean(), checksOnly: fc.boolean() });
  fc.assert(
    fc.property(section, rest, (context, each) => {
      const sources: ContextSources = {
        ...each,
        file: { path: "showtime.yml", text: JSON.stringify({ version: 1, context }) },
        env: { SHOWTIME_KEY: "key", SHOWTIME_CONTEXT_ID: "id" },
        readSecret: () => undefined,
      };
      const loaded = outcome(() => loadPlainContext(sources));
      if (loaded === undefined) return;
      plain++;
      assert.deepEqual(loaded, outcome(() => loadContextSettings(sources)));
    }),
    { numRuns: 5_000 },
  );
  assert.ok(plain > 200, `${plain} were plain`);
});

Deno.test("usual files are loaded without the package for schemas", () => {
  const texts = [
    "version: 1\n",
    "platform: ecs\nunknown: 1\n",
    "context:\n  datasources:\n    yamlfile: { path: context.yaml }\n",
    `context:
  datasources:
    redis: { url: "\${env:SHOWTIME_REDIS}", isPrimary: true }
    shellfile: { path: out/context.sh, excludeKeyNames: [macros] }
  slack: { url: "https://slack.com/api/chat.postMessage", token: "\${env:SHOWTIME_SLACK}" }
  templates: { notify: '{"text": "{{ message }}"}' }
  trigger: { url: https://ci.example/hook, headers: [{ name: x-key, value: "{{ secretData.key }}" }] }
  redact: [state.token]
  http: { timeout: 5s, hosts: [https://chat.example.com] }
`,
  ];
  const env = { SHOWTIME_REDIS: "redis://localhost", SHOWTIME_SLACK: "token", SHOWTIME_ACTOR: "ana" };
  for (const text of texts) {
    assert.ok(loadPlainContext({ file: { path: "showtime.yml", text }, env }) !== undefined, text);
  }
});

Deno.test("a variable that is a setting, and a mistake anywhere in the section, are left to the schema", () => {
  const load = (text: string, env: Record<string, string> = {}) =>
    loadPlainContext({ file: { path: "showtime.yml", text }, env });

  assert.equal(load("version: 1\n", { SHOWTIME_CONTEXT__REDACT: "[state.token]" }), undefined);
  for (
    const text of [
      "context: {\n",
      "- context\n",
      "context:\n",
      "context: { redcat: [] }\n",
      "context: { redact: state }\n",
      "context: { datasources: { yamlfile: {} } }\n",
      "context: { datasources: { sqlite: {}, redis: {} } }\n",
      "context: { slack: { token: abc } }\n",
    ]
  ) assert.equal(load(text), undefined, text);
});
