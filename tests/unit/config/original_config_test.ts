import assert from "node:assert/strict";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { AppError } from "../../../src/lib/errors.ts";
import type { LoadedContext } from "../../../src/config/contexts/mod.ts";
import { readOriginalConfig } from "../../../src/config/contexts/original_config.ts";

function load(config: string, secrets?: string): Promise<LoadedContext> {
  return readOriginalConfig({
    config: { path: "config.yaml", text: config },
    secrets: secrets === undefined ? undefined : { path: "secrets.yaml", text: secrets },
  });
}

async function problems(config: string, secrets?: string): Promise<readonly string[]> {
  try {
    await load(config, secrets);
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message.split("\n").slice(1).map((line) => line.trim());
  }
  return [];
}

/** The file of the original's example, in short. */
const CONFIG = `cicdstatemgr:
  datasources:
    yamlfile: {isPrimary: false, path: localdata/cicdContextData.yaml}
    shellfile: {path: localdata/cicdContextData.sh, excludeKeyNames: [jinja2Macros]}
    jsonfile: {path: localdata/cicdContextData.json}
    redis: {isPrimary: true, host: redis.example.com, db: 0}
    idfile: {path: localdata/cicdContextData.id}
    ftp: {path: x}
  slack: {url: "https://postman-echo.com/post", channel: general}
  trigger:
    url: https://ci.example.com
    headers:
    - {name: x-key, value: "{{ secretData.trigger.token }}"}
    auto-args: {id: "{{ state.cicdContextDataId }}", "10": 1.0, "9": yes}
  templates: {notify: "n", manual-choice: "m", respond: "r", other: "o"}
  notify:
    auto-capture-response-data:
    - {from: "{{ body.ts }}", to: state.ts}
  custom: {on: off, deep: [1, 2.0]}
`;
const SECRETS = `cicdstatemgr:
  datasources:
    redis: {username: app, password: "s3:cret", port: 6380}
  slack: {token: xoxb-1}
  trigger: {token: TRIGTOK}
  other: 1
`;

Deno.test("the original's file and its secrets give the settings", async () => {
  const { settings, warnings } = await load(CONFIG, SECRETS);
  assert.deepEqual(settings.primary, {
    kind: "redis",
    url: "redis://app:s3%3Acret@redis.example.com:6380/0",
  });
  assert.deepEqual(settings.copies, [
    { kind: "yamlfile", path: "localdata/cicdContextData.yaml" },
    { kind: "shellfile", path: "localdata/cicdContextData.sh", excludeKeyNames: ["jinja2Macros"] },
    { kind: "jsonfile", path: "localdata/cicdContextData.json" },
    { kind: "idfile", path: "localdata/cicdContextData.id" },
  ]);
  assert.deepEqual(warnings, [
    'config.yaml: the entry "ftp" of datasources is not known, and is left out',
  ]);
  assert.deepEqual(settings.slack, { url: "https://postman-echo.com/post", token: "xoxb-1" });
  assert.deepEqual(settings.trigger.headers, [{ name: "x-key", value: "{{ secretData.trigger.token }}" }]);
  assert.equal(
    formatJson(settings.trigger.autoArgs),
    '{"id": "{{ state.cicdContextDataId }}", "10": 1.0, "9": true}',
  );
  assert.deepEqual(settings.templates, { notify: "n", "manual-choice": "m", respond: "r" });
  assert.deepEqual(settings.capture, {
    notify: [{ from: "{{ body.ts }}", to: "state.ts" }],
    "manual-choice": [],
  });
  assert.deepEqual(settings.http, { timeoutMs: 10_000, attempts: 3, hosts: [] });
  assert.equal(settings.keep, 50);
  assert.equal(settings.environments, undefined);
});

Deno.test("templates see the whole file but its datasources, and headers the secrets", async () => {
  const { settings } = await load(CONFIG, SECRETS);
  assert.deepEqual([...settings.configData.keys()], ["slack", "trigger", "templates", "notify", "custom"]);
  assert.equal(formatJson(settings.configData.get("custom") ?? null), '{"on": false, "deep": [1, 2.0]}');
  assert.equal(
    formatJson(settings.secretData),
    '{"slack": {"token": "xoxb-1"}, "trigger": {"token": "TRIGTOK"}, "other": 1}',
  );
});

Deno.test("secrets may be left out or be empty, and may bring a store of their own", async () => {
  const config = "cicdstatemgr:\n  datasources:\n    idfile: {path: id}\n";
  const store = "cicdstatemgr:\n  datasources:\n    yamlfile: {path: a.yaml, isPrimary: true}\n";
  assert.deepEqual((await load(config, store)).settings.primary, { kind: "yamlfile", path: "a.yaml" });
  for (const secrets of [undefined, "", "# nothing\n"]) {
    const { settings } = await load(CONFIG, secrets);
    assert.deepEqual(settings.primary, { kind: "redis", url: "redis://redis.example.com:6379/0" });
    assert.equal(settings.slack.token, undefined);
    assert.equal(settings.secretData.size, 0);
  }
});

Deno.test("keys of this program work in the original's file too", async () => {
  const { settings } = await load(`${CONFIG}  http: {timeout: 5s, hosts: ["https://a.example"]}
  redact: [state.token]
  history: {keep: 9}
`);
  assert.deepEqual(settings.http, { timeoutMs: 5000, attempts: 3, hosts: ["https://a.example"] });
  assert.deepEqual(settings.redact, [["state", "token"]]);
  assert.equal(settings.keep, 9);
});

Deno.test("all problems come at once, with their file and line", async () => {
  assert.deepEqual(
    await problems(
      `cicdstatemgr:
  datasources:
    yamlfile: {isPrimary: "yes"}
  slack: {url: 5}
  trigger:
    headers: [{name: x}]
`,
      "cicdstatemgr:\n  datasources:\n    redis:\n      port: all\n",
    ),
    [
      "secrets.yaml:4: cicdstatemgr.datasources.redis.port: expected a whole number from 1 to 65535; correct the value",
      "config.yaml:3: cicdstatemgr.datasources.yamlfile.isPrimary: expected true or false; correct the value",
      "config.yaml:4: cicdstatemgr.slack.url: expected text; correct the value",
      "config.yaml:6: cicdstatemgr.trigger.headers.0.value: expected text; correct the value",
    ],
  );
});

Deno.test("problems of stores name the line, and a primary is needed", async () => {
  assert.deepEqual(
    await problems(
      "cicdstatemgr:\n  datasources:\n    jsonfile: {isPrimary: true}\n    yamlfile: {path: a, isPrimary: true}\n",
    ),
    [
      "config.yaml:3: cicdstatemgr.datasources.jsonfile: jsonfile needs path, which is missing; add path",
      "config.yaml:4: cicdstatemgr.datasources.yamlfile.isPrimary: jsonfile is the primary already; keep isPrimary in one entry",
    ],
  );
  assert.match(
    (await problems("cicdstatemgr:\n  datasources:\n    jsonfile: {path: a}\n    yamlfile: {path: b}\n"))
      .join(),
    /^config.yaml:2: cicdstatemgr.datasources: no entry is the primary/,
  );
  assert.match(
    (await problems("cicdstatemgr: {datasources: {idfile: {path: a}}, trigger: {auto-args: [1]}}\n")).at(
      -1,
    ) ?? "",
    /^config.yaml:1: cicdstatemgr.trigger.auto-args: expected a map of names and templates/,
  );
});

Deno.test("a file without the root key, with wrong YAML, or with another type in its secrets is an error", async () => {
  assert.match(
    (await problems("")).join(),
    /^config.yaml: cicdstatemgr: there is no map of that name at the top/,
  );
  assert.match((await problems("other: 1\n")).join(), /^config.yaml: cicdstatemgr: there is no map/);
  assert.match(
    (await problems(CONFIG, "slack: {token: x}\n")).join(),
    /^secrets.yaml: cicdstatemgr: there is no map/,
  );
  assert.match((await problems("cicdstatemgr:\n  a: [\n")).join(), /^config.yaml:3: /);
  assert.match(
    (await problems("cicdstatemgr:\n  datasources: [1]\n")).join(),
    /^config.yaml:2: cicdstatemgr.datasources: expected a map/,
  );
  const [conflict] = await problems(CONFIG, "cicdstatemgr:\n  datasources:\n    redis:\n      host: 5\n");
  assert.match(
    conflict ?? "",
    /^secrets.yaml:4: cicdstatemgr.datasources.redis.host: a number here, and a text in config.yaml:6/,
  );
});
