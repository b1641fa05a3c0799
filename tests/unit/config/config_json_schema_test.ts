import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { configJsonSchema, loadConfig, PRESETS } from "../../../src/config/mod.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { DOCUMENTED } from "./config_fixture.ts";

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configJsonSchema());

function parsed(text: string): unknown {
  return readYaml("f", text).value;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

Deno.test("configJsonSchema() accepts the documented file, both presets and what the loader accepts", () => {
  const files = [
    "version: 1",
    "{}",
    "build: {image: null, args: {A: null}}",
    "ttl: close\nmax_age: null",
    "context: {datasources: {sqlite: {}}, slack: {url: '${env:SHOWTIME_HOOK}'}, http: {hosts: ['https://a:8443']}}",
  ];
  for (const value of [parsed(DOCUMENTED), PRESETS.superset, PRESETS.none, ...files.map(parsed)]) {
    assert.ok(validate(value), JSON.stringify(validate.errors));
  }
});

Deno.test("configJsonSchema() rejects each mistake that the loader rejects", () => {
  const mistakes = [
    "version: 2",
    "version: '1'",
    "preset: other",
    "platform: esc",
    "ttl: 48 hours",
    "ttl: 48",
    "ttl: 0h",
    "max_age: close",
    "auto_sync: yes",
    "retries: -1",
    "retries: 1.5",
    "required_commit: abc123f",
    "build: {taget: x}",
    "build: {image: 'a:b'}",
    "build: {tag: x}",
    "build: {args: {A: 1}}",
    "build: {args: {1A: x}}",
    "build: {cache_from: x}",
    "build: {timeout: 60}",
    "build: {push: true}",
    "build: {context: ''}",
    "build:",
    "environment: {port: '8080'}",
    "environment: {port: 0}",
    "environment: {health: {path: health}}",
    "environment: {health: {interval: 5}}",
    "environment: {login: admin}",
    "environment: {flags: {on: true}}",
    "environment: {sizes: {standard: {cpu: 0}}}",
    "environment: {sizes: {standard: {cpus: 1}}}",
    "environment: {sizes: {Big: {cpu: 1, memory: 6}}}",
    "ecs: {subnets: subnet-1}",
    "ecs: {assign_public_ip: 'true'}",
    "docker: {publish: localhost}",
    "docker: {publish: 300.1.1.1}",
    "comment: {enabled: 1}",
    "deployments: true",
    "context: {datasources: {sqllite: {}}}",
    "context: {datasources: {redis: {url: 'http://h'}}}",
    "context: {datasources: {redis: {password: '${env:OTHER}'}}}",
    "context: {slack: {token: xoxb}}",
    "context: {slack: {url: slack.com}}",
    "context: {trigger: {auto-args: {a: [1]}}}",
    "context: {trigger: {headers: [{name: 'a b', value: c}]}}",
    "context: {http: {timeout: 10}}",
    "context: {http: {hosts: ['https://a/b']}}",
    "context: {history: {keep: 0}}",
    "context:",
    "nothing: 1",
    "[]",
  ];
  for (const text of mistakes) {
    assert.throws(() => loadConfig({ file: { path: "f", text }, env: {}, flags: {} }), {
      code: "config_invalid",
    }, text);
    assert.equal(validate(parsed(text)), false, text);
  }
});

Deno.test("configJsonSchema() describes every key", () => {
  const schema = configJsonSchema();
  assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  const undescribed: string[] = [];
  let keys = 0;
  function visit(node: unknown, path: string): void {
    if (!isTree(node)) return;
    for (const [key, value] of Object.entries(isTree(node["properties"]) ? node["properties"] : {})) {
      keys++;
      if (!isTree(value) || typeof value["description"] !== "string") undescribed.push(`${path}${key}`);
      visit(value, `${path}${key}.`);
    }
    visit(node["additionalProperties"], `${path}*.`);
  }
  visit(schema, "");
  assert.deepEqual(undescribed, []);
  assert.ok(keys > 45, `${keys} keys`);
});
