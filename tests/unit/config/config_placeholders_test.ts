/** Words in braces: a placeholder that is misspelt would reach the application as it is, and a secret would be public. */

import assert from "node:assert/strict";
import { ConfigError, loadConfig } from "../../../src/config/mod.ts";

function load(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig({ file: { path: "showtime.yml", text }, env, flags: {} });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message.split("\n").slice(1).map((line) => line.trim());
  }
}

const variable = (value: string) =>
  load(`version: 1\nenvironment:\n  variables:\n    KEY: ${JSON.stringify(value)}\n`);

for (
  const [written, near] of [
    ["{Secret}", "{secret}"],
    ["{ secret }", "{secret}"],
    ["{secert}", "{secret}"],
    ["{SECRET}", "{secret}"],
    ["{secrets}", "{secret}"],
    ["{PR}", "{pr}"],
    ["{ pr}", "{pr}"],
    ["{Sha}", "{sha}"],
    ["{logn}", "{login}"],
    ["{URL}", "{url}"],
    ["{ url }", "{url}"],
  ] as const
) {
  Deno.test(`loadConfig() refuses ${written} in a variable, with its line and the placeholder that is near`, () => {
    const problem = `"${written}" is not filled in as it is written; did you mean "${near}"?`;
    assert.deepEqual(variable(written), [`showtime.yml:4:10: environment.variables.KEY: ${problem}`]);
    assert.deepEqual(variable(`a ${written} b`), [
      `showtime.yml:4:10: environment.variables.KEY: ${problem}`,
    ]);
  });
}

for (
  const value of [
    "{secret}",
    "x-{pr}-{sha}-{login}",
    "{}",
    '{"secret": "x"}',
    "{ secret: 1 }",
    "{anything_else}",
    "{customer}",
    "{url}/callback",
    "{uri}",
    "{urls}",
    "{0}",
    "${{ secrets.KEY }}",
    "{{ .Values.name }}",
    "%{time}",
    "{",
    "}{",
  ]
) {
  Deno.test(`loadConfig() takes the variable ${value} as it is`, () => assert.deepEqual(variable(value), []));
}

Deno.test("loadConfig() names what is near in a tag, and refuses placeholders where none is filled in", () => {
  assert.deepEqual(load('version: 1\nbuild:\n  tag: "pr-{PR}-{sha}"\n'), [
    'showtime.yml:3:8: build.tag: "{PR}" is not filled in as it is written; did you mean "{pr}"?',
  ]);
  assert.deepEqual(load('version: 1\nbuild:\n  tag: "{secret}-{pr}-{sha}"\n'), [
    'showtime.yml:3:8: build.tag: "{secret}" is not filled in here; write the value itself',
  ]);
  assert.deepEqual(load('version: 1\nbuild:\n  args: { KEY: "{secret}", OTHER: "{other}" }\n'), [
    'showtime.yml:3:16: build.args.KEY: "{secret}" is not filled in here; write the value itself',
  ]);
  assert.deepEqual(load('version: 1\nenvironment:\n  login: "admin/{Secret}"\n'), [
    'showtime.yml:3:10: environment.login: "{Secret}" is not filled in here; write the value itself',
  ]);
});

Deno.test("loadConfig() finds a misspelt placeholder in a variable of the process too", () => {
  assert.deepEqual(load("version: 1\n", { SHOWTIME_ENVIRONMENT__VARIABLES__KEY: "{Secret}" }), [
    'SHOWTIME_ENVIRONMENT__VARIABLES__KEY: environment.variables.KEY: "{Secret}" is not filled in as it is written; ' +
    'did you mean "{secret}"?',
  ]);
});

Deno.test("loadConfig() tells a misspelt placeholder beside the other problems", () => {
  const text = 'version: 1\nplatform: esc\nenvironment:\n  variables: { A: "{Secret}", B: [1] }\n';
  assert.deepEqual(load(text).map((line) => line.split(" ").slice(0, 2).join(" ")), [
    "showtime.yml:2:11: platform:",
    "showtime.yml:4:19: environment.variables.A:",
    "showtime.yml:4:34: environment.variables.B:",
  ]);
});

Deno.test("loadConfig() says what is wrong with environment.url, and takes a URL with {pr} in its host", () => {
  const url = (value: string) => load(`version: 1\nenvironment:\n  url: ${JSON.stringify(value)}\n`);

  assert.deepEqual(url("https://{repo}-pr-{pr}.preview.example.org"), []);
  assert.deepEqual(url("http://pr-{pr}.localhost:8888"), []);
  assert.match(
    url("https://preview.example.org").join(),
    /^showtime\.yml:3:8: environment\.url: .*\{pr\} in its host/,
  );
  assert.match(
    url("https://pr-{PR}.example.org").join(),
    /"\{PR\}" is not filled in as it is written; did you mean "\{pr\}"/,
  );
  assert.match(url("pr-{pr}.example.org").join(), /begins with http:\/\/ or https:\/\//);
});
