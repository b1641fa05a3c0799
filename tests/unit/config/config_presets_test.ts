import assert from "node:assert/strict";
import { loadConfig, PRESETS } from "../../../src/config/mod.ts";
import { readYaml } from "../../../src/config/yaml.ts";
import { DOCUMENTED } from "./config_fixture.ts";

Deno.test("PRESETS.superset is the documented file, value for value", () => {
  const { value, problems } = readYaml("showtime.yml", DOCUMENTED);
  assert.deepEqual(problems, []);
  assert.deepEqual(value, PRESETS.superset);
});

Deno.test("PRESETS.none lacks the settings of superset and has the rest", () => {
  const { superset, none } = PRESETS;
  assert.deepEqual(none, {
    ...superset,
    preset: "none",
    required_commit: null,
    build: { ...superset.build, image: null, target: null, args: {}, cache_from: [], cache_to: [] },
    environment: {
      ...superset.environment,
      health: { ...superset.environment.health, command: null },
      login: null,
      variables: {},
      flags: { prefix: "FEATURE_", on: "True", off: "False" },
    },
    ecs: {
      ...superset.ecs,
      cluster: null,
      subnets: [],
      security_groups: [],
      container: null,
      log_group: null,
      execution_role: null,
    },
  });
});

Deno.test("loadConfig() takes the superset preset without a file and none with one", () => {
  const { config } = loadConfig({ repo: "apache/superset", env: {}, flags: {} });
  assert.equal(config.preset, "superset");
  assert.deepEqual(config, loadConfig({ file: { path: "f", text: DOCUMENTED }, env: {}, flags: {} }).config);
  for (const text of ["", "# nothing\n", "version: 1\n"]) {
    const loaded = loadConfig({ file: { path: "f", text }, env: {}, flags: {} });
    assert.equal(loaded.config.preset, "none", text);
    assert.equal(loaded.config.build.image, undefined);
    assert.deepEqual(loaded.config.environment.variables, {});
  }
  const chosen = loadConfig({ file: { path: "f", text: "preset: superset" }, env: {}, flags: {} });
  assert.equal(chosen.config.build.image, "apache/superset");
  assert.equal(loadConfig({ env: { SHOWTIME_PRESET: "none" }, flags: {} }).config.preset, "none");
});

Deno.test("loadConfig() parses durations and makes settings without a value undefined", () => {
  const { config } = loadConfig({ repo: "apache/superset", env: {}, flags: {} });
  assert.deepEqual(config.ttl, { text: "48h", value: { kind: "duration", amount: 48, unit: "h" } });
  assert.equal(config.maxAgeMs, 14 * 24 * 3_600_000);
  assert.equal(config.build.timeoutMs, 3_600_000);
  assert.equal(config.environment.health.timeoutMs, 900_000);
  assert.equal(config.environment.health.intervalMs, 5_000);
  assert.equal(config.ecs.taskRole, undefined);
  assert.equal(
    config.environment.variables["SUPERSET__SQLALCHEMY_EXAMPLES_URI"],
    "sqlite:////tmp/examples.db",
  );
  assert.deepEqual(config.aws, { region: "us-west-2" });
  assert.deepEqual(loadConfig({ env: {}, flags: { ttl: "close" } }).config.ttl.value, { kind: "close" });
});
