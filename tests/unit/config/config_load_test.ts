import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Config,
  ConfigError,
  configuredSecrets,
  loadConfig,
  renderConfig,
  settingVariables,
} from "../../../src/config/mod.ts";
import { variableName } from "../../../src/config/environment_layers.ts";
import { parseDuration, TTL_PATTERN } from "../../../src/lib/duration.ts";

interface Setting {
  readonly key: string;
  readonly read: (config: Config) => unknown;
  /** Four different values: the preset's, the file's, the variable's, the flag's. */
  readonly preset: unknown;
  readonly file: string | number;
  readonly env: string | number;
  readonly flag: string | number;
}

const SETTINGS: readonly Setting[] = [
  { key: "platform", read: (c) => c.platform, preset: "ecs", file: "docker", env: "ecs", flag: "docker" },
  { key: "ttl", read: (c) => c.ttl.text, preset: "48h", file: "1h", env: "2d", flag: "close" },
  { key: "retries", read: (c) => c.retries, preset: 1, file: 2, env: 3, flag: 4 },
  {
    key: "auto_sync",
    read: (c) => c.autoSync,
    preset: "trusted",
    file: "never",
    env: "always",
    flag: "trusted",
  },
  {
    key: "build.image",
    read: (c) => c.build.image,
    preset: undefined,
    file: "a/file",
    env: "a/env",
    flag: "a/flag",
  },
  { key: "environment.port", read: (c) => c.environment.port, preset: 8080, file: 1, env: 2, flag: 3 },
  {
    key: "environment.health.path",
    read: (c) => c.environment.health.path,
    preset: "/health",
    file: "/file",
    env: "/env",
    flag: "/flag",
  },
  { key: "ecs.cluster", read: (c) => c.ecs.cluster, preset: undefined, file: "f", env: "e", flag: "g" },
  {
    key: "environment.variables.DEBUG__X",
    read: (c) => c.environment.variables["DEBUG__X"],
    preset: undefined,
    file: "file",
    env: "env",
    flag: "flag",
  },
  {
    key: "environment.sizes.large.cpu",
    read: (c) => c.environment.sizes["large"]?.cpu,
    preset: 2048,
    file: 1,
    env: 2,
    flag: 3,
  },
];

Deno.test("loadConfig() lets flags beat variables, variables the file, and the file the preset, in any mix", () => {
  const use = fc.record({ file: fc.boolean(), env: fc.boolean(), flag: fc.boolean() });
  fc.assert(
    fc.property(fc.tuple(...SETTINGS.map(() => use)), (uses) => {
      const lines: string[] = [];
      const env: Record<string, string> = {};
      const flags: Record<string, unknown> = {};
      SETTINGS.forEach((setting, i) => {
        const path = setting.key.split(".");
        if (uses[i]?.file) lines.push(nested(path, setting.file));
        if (uses[i]?.env) env[variableName(path)] = String(setting.env);
        if (uses[i]?.flag) flags[setting.key] = setting.flag;
      });
      const { config, sources } = loadConfig({ file: { path: "s.yml", text: joined(lines) }, env, flags });
      SETTINGS.forEach((setting, i) => {
        const kind = uses[i]?.flag
          ? "flag"
          : uses[i]?.env
          ? "environment"
          : uses[i]?.file
          ? "file"
          : "preset";
        const expected = kind === "environment" ? setting.env : setting[kind];
        assert.equal(setting.read(config), expected, setting.key);
        if (expected !== undefined) assert.equal(sources.get(setting.key)?.kind, kind, setting.key);
      });
    }),
    { numRuns: 200 },
  );
});

/** One flow mapping for each setting, so that any of them can stand together. */
function nested(path: readonly string[], value: string | number): string {
  return path.reduceRight<string>((inner, key) => `{"${key}": ${inner}}`, JSON.stringify(value));
}

function joined(mappings: readonly string[]): string {
  const root = {};
  for (const mapping of mappings) merge(root, JSON.parse(mapping));
  return JSON.stringify(root);
}

function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    if (typeof value !== "object" || value === null) into[key] = value;
    else merge((into[key] ??= {}) as Record<string, unknown>, value as Record<string, unknown>);
  }
}

Deno.test("loadConfig() names the source of each setting", () => {
  const { sources } = loadConfig({
    file: { path: "conf/showtime.yml", text: "version: 1\necs:\n  subnets: [a]\n  container: web\n" },
    env: { ECS_CLUSTER: "one", SHOWTIME_AUTO_SYNC: "never", AWS_REGION: "eu-west-1" },
    flags: { max_age: "7d", platform: undefined },
  });
  const name = (key: string) => sources.get(key)?.name;
  assert.equal(name("ecs.subnets"), "conf/showtime.yml:3");
  assert.equal(name("ecs.container"), "conf/showtime.yml:4");
  assert.equal(name("ecs.cluster"), "ECS_CLUSTER");
  assert.equal(name("auto_sync"), "SHOWTIME_AUTO_SYNC");
  assert.equal(name("max_age"), "--max-age");
  assert.equal(name("platform"), "preset none");
  assert.equal(name("aws.region"), "AWS_REGION");
  assert.equal(name("aws.ecr_repository"), "default");
});

Deno.test("loadConfig() accepts ECR_REPOSITORY with any value, without effect on a setting", () => {
  const without = loadConfig({ env: {}, flags: {} });
  for (const value of ["previews", "team/previews", "Not A Repository!"]) {
    const { config, sources, warnings } = loadConfig({ env: { ECR_REPOSITORY: value }, flags: {} });
    assert.deepEqual([config, warnings], [without.config, []]);
    const { name, kind } = sources.get("aws.ecr_repository") ?? {};
    assert.deepEqual([name, kind], ["ECR_REPOSITORY", "environment"]);
  }
});

Deno.test("loadConfig() reads lists, maps, numbers and booleans of variables as YAML, and text as it is", () => {
  const { config } = loadConfig({
    repo: "apache/superset",
    env: {
      SHOWTIME_ECS__SUBNETS: "[subnet-1, subnet-2]",
      SHOWTIME_ECS__ASSIGN_PUBLIC_IP: "false",
      SHOWTIME_BUILD__ARGS: '{ A: "1", B: "2" }',
      SHOWTIME_BUILD__ARGS__B: "3",
      SHOWTIME_BUILD__TARGET: "null",
      SHOWTIME_BUILD__FILE: "5",
      SHOWTIME_ENVIRONMENT__SIZES__EXTRA: "{cpu: 256, memory: 512}",
      SHOWTIME_ENVIRONMENT__VARIABLES__SERVER__NAME: "a: b # c",
      SHOWTIME_ENVIRONMENT__VARIABLES__PYTHONUNBUFFERED: "null",
      DOCKER_LOAD: "true",
    },
    flags: {},
  });
  assert.deepEqual(config.ecs.subnets, ["subnet-1", "subnet-2"]);
  assert.equal(config.ecs.assignPublicIp, false);
  assert.deepEqual(config.build.args, {
    INCLUDE_CHROMIUM: "false",
    LOAD_EXAMPLES_DUCKDB: "true",
    A: "1",
    B: "3",
  });
  assert.equal(config.build.target, undefined);
  assert.equal(config.build.file, "5");
  assert.deepEqual(config.environment.sizes["extra"], { cpu: 256, memory: 512 });
  assert.equal(config.environment.variables["SERVER__NAME"], "a: b # c");
  assert.equal("PYTHONUNBUFFERED" in config.environment.variables, false);
  assert.equal(config.docker.load, true);
});

Deno.test("loadConfig() merges maps entry by entry, replaces lists, and lets null remove an entry", () => {
  const text =
    "preset: superset\nbuild:\n  args: {INCLUDE_CHROMIUM: null, MORE: x}\n  cache_from: []\n  image: null\n";
  const { config, sources } = loadConfig({ file: { path: "f", text }, env: {}, flags: {} });
  assert.deepEqual(config.build.args, { LOAD_EXAMPLES_DUCKDB: "true", MORE: "x" });
  assert.deepEqual(config.build.cacheFrom, []);
  assert.equal(config.build.image, undefined);
  assert.equal(sources.has("build.args.INCLUDE_CHROMIUM"), false);
});

Deno.test("loadConfig() ignores empty variables and those that are not settings", () => {
  const env = {
    SHOWTIME_PLATFORM: "",
    ECS_CLUSTER: "",
    AWS_REGION: "",
    SHOWTIME_REQUIRE: "docker",
    SHOWTIME_VERSION: "9",
    SHOWTIME_ENVIRONMENT: "production",
    SHOWTIME_DOCKER: "1",
    SUPERSET__X: "1",
  };
  assert.deepEqual(loadConfig({ env, flags: {} }).config, loadConfig({ env: {}, flags: {} }).config);
});

Deno.test("loadConfig() prefers SHOWTIME_ECS__CLUSTER to ECS_CLUSTER and warns if they differ", () => {
  const { config, warnings } = loadConfig({
    env: { SHOWTIME_ECS__CLUSTER: "own", ECS_CLUSTER: "other" },
    flags: {},
  });
  assert.equal(config.ecs.cluster, "own");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /ECS_CLUSTER and SHOWTIME_ECS__CLUSTER differ/);
});

Deno.test("settingVariables() are all understood", () => {
  for (const name of settingVariables()) {
    try {
      const { sources } = loadConfig({ env: { [name]: "{}" }, flags: {} });
      assert.ok(sources.size > 0);
    } catch (error) {
      assert.ok(error instanceof ConfigError, name);
      assert.ok(error.problems.every((problem) => problem.code !== "unknown_variable"), name);
    }
  }
  assert.ok(settingVariables().includes("SHOWTIME_ENVIRONMENT__HEALTH__PATH"));
  assert.ok(settingVariables().includes("SHOWTIME_AUTO_SYNC"));
});

Deno.test("renderConfig() shows every setting with its source and hides secrets", () => {
  const { sources } = loadConfig({
    repo: "apache/superset",
    env: {
      SHOWTIME_ENVIRONMENT__VARIABLES__DB_PASSWORD: "hunter2",
      SHOWTIME_BUILD__ARGS__NPM_TOKEN: "npm_abc",
      SHOWTIME_ECS__SUBNETS: "[a, b]",
    },
    flags: { ttl: "1w" },
  });
  const rows = renderConfig(sources);
  const row = (key: string) => rows.find((candidate) => candidate.key === key);
  assert.deepEqual(row("ttl"), { key: "ttl", value: "1w", text: "1w", source: "--ttl" });
  assert.deepEqual(row("ecs.subnets")?.text, "a, b");
  assert.equal(row("ecs.task_role")?.text, "");
  assert.equal(row("environment.variables.SUPERSET_SECRET_KEY")?.value, "{secret}");
  assert.equal(row("environment.variables.DB_PASSWORD")?.value, "(hidden)");
  assert.equal(row("build.args.NPM_TOKEN")?.text, "(hidden)");
  assert.equal(JSON.stringify(rows).includes("hunter2"), false);
  assert.equal(rows[0]?.key, "version");
  const keys = rows.map(({ key }) => key);
  assert.ok(keys.indexOf("environment.variables.DB_PASSWORD") < keys.indexOf("environment.flags.prefix"));
  assert.equal(keys.at(-1), "docker.load");
});

Deno.test("renderConfig() hides values for applications and builds that come from variables, under any name", () => {
  const { sources } = loadConfig({
    file: {
      path: "showtime.yml",
      text:
        'version: 1\nenvironment: { variables: { MODE: from-the-file, PLAIN: "postgres://me:p%40ss@w@db/x" } }',
    },
    env: {
      SHOWTIME_ENVIRONMENT__VARIABLES__DATABASE: "hunter2hunter2",
      SHOWTIME_ENVIRONMENT__VARIABLES__LICENCE: "abcdef-{pr}-ghijkl",
      SHOWTIME_ENVIRONMENT__VARIABLES__OWN: "postgres://me:{secret}@db/x",
      SHOWTIME_ENVIRONMENT__VARIABLES__DEBUG: "true",
      SHOWTIME_ENVIRONMENT__VARIABLES__LEVEL: "debug",
      SHOWTIME_ENVIRONMENT__VARIABLES__NODE_ENV: "production",
      SHOWTIME_ENVIRONMENT__VARIABLES__TIMEOUT_MS: "86400000",
      SHOWTIME_ENVIRONMENT__VARIABLES__HOME_PAGE: "https://example.com:8080/",
      SHOWTIME_BUILD__ARGS: "{ MIRROR: https://bot:hunter3hunter3@mirror.example/ }",
      SHOWTIME_BUILD__CACHE_FROM: "[https://bot:hunter4hunter4@cache.example/]",
    },
    flags: {},
  });
  const rows = new Map(renderConfig(sources).map(({ key, text }) => [key, text]));
  const shown = (name: string) => rows.get(`environment.variables.${name}`);

  assert.deepEqual(
    ["DATABASE", "LICENCE", "DEBUG", "LEVEL", "NODE_ENV", "TIMEOUT_MS", "HOME_PAGE", "MODE", "PLAIN"].map(
      shown,
    ),
    [
      "(hidden)",
      "(hidden)",
      "true",
      "debug",
      "production",
      "86400000",
      "https://example.com:8080/",
      "from-the-file",
      "postgres://me:(hidden)@db/x",
    ],
  );
  assert.equal(rows.get("build.args.MIRROR"), "(hidden)");
  assert.equal(rows.get("build.cache_from"), "https://bot:(hidden)@cache.example/");
  assert.deepEqual(
    [...configuredSecrets(sources)].sort(),
    [
      "-ghijkl",
      "abcdef-",
      "https://bot:hunter3hunter3@mirror.example/",
      "hunter2hunter2",
      "hunter3hunter3",
      "hunter4hunter4",
      "p%40ss@w",
      "p@ss@w",
      "postgres://me:",
    ],
  );
});

Deno.test("configuredSecrets() ignores a password that is its user's name, a placeholder or too short", () => {
  const logins = ["postgres:postgres", "me:{secret}", "me:abc", "me:12345678", ":password"];
  const text = `version: 1\nbuild: { cache_from: [${
    logins.map((login) => `"x://${login}@host"`).join(", ")
  }] }`;

  const { sources } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });

  assert.deepEqual(configuredSecrets(sources), ["password"]);
});

Deno.test("parseDuration() reads a number with a unit and nothing else", () => {
  const cases = [["500ms", 500], ["5s", 5_000], ["15m", 900_000], ["48h", 172_800_000], [
    "14d",
    1_209_600_000,
  ], [
    "2w",
    1_209_600_000,
  ]] as const;
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  for (const text of ["", "5", "0s", "-1s", "1.5h", "5 s", "5S", "close", "1y"]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

Deno.test("loadConfig() reads every text that the rule for a time-to-live accepts", () => {
  fc.assert(fc.property(fc.stringMatching(TTL_PATTERN), (ttl) => {
    const { config } = loadConfig({ env: {}, flags: { ttl } });
    return config.ttl.text === ttl && (config.ttl.value.kind === "close") === (ttl === "close");
  }));
});

Deno.test("loadConfig() reads the bots that are believed from the file and from the environment", () => {
  const file = { path: "showtime.yml", text: 'version: 1\ntrusted_bots: ["my-app[bot]", acme-ci]\n' };
  const bots = (env: Readonly<Record<string, string>>) =>
    loadConfig({ file, env, flags: {} }).config.trustedBots;
  assert.deepEqual(bots({}), ["my-app[bot]", "acme-ci"]);
  assert.deepEqual(bots({ SHOWTIME_TRUSTED_BOTS: '["other[bot]"]' }), ["other[bot]"]);
});

Deno.test("loadConfig() counts paths of the file from its folder, and those of variables from the working folder", () => {
  const text = "build: {context: app}\necs: {task_definition: ./aws/task.json}\n";
  const read = (file: string, { folder, env = {} }: { folder: string; env?: Record<string, string> }) => {
    const { build, ecs } = loadConfig({ file: { path: "f", text: file }, folder, env, flags: {} }).config;
    return [build.context, ecs.taskDefinition];
  };
  assert.deepEqual(read(text, { folder: "." }), ["app", "./aws/task.json"]);
  assert.deepEqual(read(text, { folder: "../.." }), ["../../app", "../../aws/task.json"]);
  assert.deepEqual(read(text, { folder: "/srv/shop/" }), ["/srv/shop/app", "/srv/shop/aws/task.json"]);
  assert.deepEqual(read("version: 1", { folder: ".." }), ["..", undefined]);
  const variables = { SHOWTIME_BUILD__CONTEXT: "here", SHOWTIME_ECS__TASK_DEFINITION: "t.json" };
  assert.deepEqual(read(text, { folder: "..", env: variables }), ["here", "t.json"]);
  for (const address of ["/srv/app", "C:\\app", "https://example.com/app.git", "git@example.com:a/b.git"]) {
    assert.deepEqual(read(`build: {context: '${address}'}`, { folder: ".." }), [address, undefined]);
  }
});
