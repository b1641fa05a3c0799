import assert from "node:assert/strict";
import fc from "fast-check";
import { type Config, ConfigError, loadConfig, requireForPlatform } from "../../../src/config/mod.ts";
import { imageRepository, pushesImages } from "../../../src/config/mod.ts";
import { DOCUMENTED } from "./config_fixture.ts";

function failure(
  text: string | undefined,
  env: Record<string, string> = {},
  { flags = {} }: { readonly flags?: Record<string, unknown> } = {},
): ConfigError {
  try {
    loadConfig({ ...text === undefined ? {} : { file: { path: "showtime.yml", text } }, env, flags });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  return assert.fail(`Nothing was wrong with ${text}`);
}

/** Position, path, and the whole line of each problem. */
function told(text: string): readonly string[] {
  return failure(text).message.split("\n").slice(1).map((line) => line.trim());
}

Deno.test("loadConfig() reports five mistakes at once, each with place, path and remedy", () => {
  const text = `version: 2
platform: esc
ttl: 48 hours
build:
  taget: showtime
ecs:
  subnets: subnet-1
`;
  const error = failure(text);
  assert.equal(error.code, "config_invalid");
  assert.equal(error.exitCode, 2);
  assert.deepEqual(error.message.split("\n"), [
    "Reading the configuration: 5 problems",
    "  showtime.yml:1:10: version: expected 1, the only version there is, found the number 2; write 1, or use the release of Showtime the file was written for",
    '  showtime.yml:2:11: platform: expected ecs or docker, found "esc"; did you mean "ecs"?',
    '  showtime.yml:3:6: ttl: expected a number with a unit, such as 30m, 48h, 14d or 2w, or close, found "48 hours"; did you mean "48h"?',
    '  showtime.yml:5:3: build.taget: unknown key; did you mean "target"?',
    '  showtime.yml:7:12: ecs.subnets: expected a list, such as [first, second], found the text "subnet-1"; write [subnet-1]',
  ]);
  assert.deepEqual(error.problems[3], {
    source: "showtime.yml",
    line: 5,
    column: 3,
    code: "unknown_key",
    path: "build.taget",
    message: "unknown key",
    remedy: 'did you mean "target"?',
  });
});

Deno.test("loadConfig() reports the position and the remedy of each mistake", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["plaform: ecs", "1:1: plaform: unknown key", 'did you mean "platform"?'],
    ["cluster: x", "1:1: cluster: unknown key", 'did you mean "ecs.cluster"?'],
    ["build:\n  cacheFrom: []", "2:3: build.cacheFrom: unknown key", 'did you mean "cache_from"?'],
    [
      "ecs: {repository: previews}",
      "1:7: ecs.repository: unknown key",
      "give the repository's address in build.image",
    ],
    [
      "ecr_repository: previews",
      "1:1: ecr_repository: unknown key",
      "give the repository's address in build.image",
    ],
    ["ecs: {region: eu-west-1}", "1:7: ecs.region: unknown key", "set the variable AWS_REGION instead"],
    [
      "ecs: {cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/previews'}",
      "1:16: ecs.cluster: expected the name of a cluster, not its ARN",
      "correct the value",
    ],
    ["zzzzzzzz: 1", "1:1: zzzzzzzz: unknown key", "remove it; the keys here are version, preset"],
    [
      "retries: -1",
      "1:10: retries: expected a whole number from 0 to 10, found the number -1",
      "correct the value",
    ],
    ["retries: 1.5", "1:10: retries: expected a whole number", "correct the value"],
    ["trusted_bots: my-app[bot]", "1:15: trusted_bots: expected a list", 'write ["my-app[bot]"]'],
    [
      "trusted_bots: ['my app']",
      "1:16: trusted_bots.0: expected a login such as my-app[bot]",
      "correct the value",
    ],
    [
      "environment: {port: '8080'}",
      '1:21: environment.port: expected a whole number from 1 to 65535, found the text "8080"',
      "write 8080 without quotes",
    ],
    ["environment: {port: 70000}", "1:21: environment.port: expected", "correct the value"],
    [
      "environment: {health: {path: health}}",
      "1:30: environment.health.path: expected a path that begins with /",
      'did you mean "/health"?',
    ],
    [
      "environment: {health: {timeout: 15}}",
      "1:33: environment.health.timeout: expected a number with a unit",
      "give it a unit: s, m, h or d",
    ],
    ["build: {timeout: 60M}", "1:18: build.timeout: expected a number with a unit", 'did you mean "60m"?'],
    [
      "build: {tag: {pr}}",
      "1:14: build.tag: expected a tag of letters, digits, _ . - that holds {pr} and {sha}, found a map",
      "put it in quotes",
    ],
    ["build: {tag: 'pr-{pr}'}", "1:14: build.tag: expected a tag", "correct the value"],
    [
      "build: {image: 'acme/shop:latest'}",
      "1:16: build.image: expected an image repository without a tag",
      'did you mean "acme/shop"?',
    ],
    ["build: {push: sometimes}", "1:15: build.push: expected auto, always or never", "write one of them"],
    ["build: {args: {A: 1}}", "1:19: build.args.A: expected text, found a number", "put it in quotes"],
    [
      "build: {args: {a-b: x}}",
      "1:16: build.args.a-b: expected a name of letters, digits and _",
      "rename it",
    ],
    [
      "build: {cache_from: [1]}",
      "1:22: build.cache_from.0: expected text, found the number 1",
      "put it in quotes",
    ],
    [
      "build:",
      "1:1: build: expected a map of keys and values, found nothing",
      "give it a value, or remove the key",
    ],
    [
      "docker: host",
      "1:9: docker: expected a map of keys and values",
      "indent its keys below it: network, publish",
    ],
    ["docker: {publish: localhost}", "1:19: docker.publish: expected an IP address", "correct the value"],
    [
      "comment: {enabled: yes}",
      '1:20: comment.enabled: expected true or false, found the text "yes"',
      "write true",
    ],
    ["required_commit: abc123f", "1:18: required_commit: expected a whole commit hash", "correct the value"],
    ["ttl: 0h", "1:6: ttl: expected a number with a unit", "correct the value"],
    [
      "environment: {sizes: {huge: {cpu: 512}}}",
      "1:23: environment.sizes.huge.memory: a size needs memory",
      "add memory",
    ],
    [
      "ttl: 1h\nttl: 2h",
      "2:1: ttl: the key is here for the second time",
      "keep one of them (the first is on line 1)",
    ],
    ["ecs: *base", '1:6: ecs: the anchor "base" is not defined before its use', "define it above"],
    ["a: [1", "1:6: a [ above is never closed", "close it with ]"],
    ["ecs:\n\tcluster: x", "2:1: a tab indents this line", "indent it with spaces"],
    ["version: 1\n---\nversion: 1", "2:1: more than one document", "keep the first"],
    ["- a", "1:1: expected a map of keys and values, found a list", "write key: value on each line"],
    ["? [a]\n: 1", "1:3: the key is a list or a map", "write a plain word as the key"],
    ["<<: {ttl: 1h}", '1:1: "<<": unknown key', "YAML 1.2 has no merge keys: write the keys here"],
    [
      "version: 1\n<<<<<<< HEAD\nttl: 24h\n=======\nttl: 48h\n>>>>>>> branch\nplatform: docker\n",
      "2:1: merge-conflict markers of Git are on lines 2, 4 and 6",
      "keep one side of the conflict, and remove the markers",
    ],
    [
      "a: b\r\n<<<<<<< HEAD\r\n||||||| base\r\n=======\r\n>>>>>>> branch\r\n",
      "2:1: merge-conflict markers of Git are on lines 2, 3, 4 and 5",
      "keep one side",
    ],
    ["ttl: 1h\n>>>>>>> branch", "2:1: a merge-conflict marker of Git is on line 2", "keep one side"],
    [
      'version: "1"',
      '1:10: version: expected 1, the only version there is, found the text "1"',
      "write 1 without quotes",
    ],
    [
      'retries: "1"',
      '1:10: retries: expected a whole number from 0 to 10, found the text "1"',
      "write 1 without",
    ],
    ["environment: {port: 8_080}", "1:21: environment.port: expected a whole", "write 8080 without quotes"],
    [
      "comment: {enabled: on}",
      '1:20: comment.enabled: expected true or false, found the text "on"',
      "write true",
    ],
    ["deployments: {enabled: 'No'}", "1:24: deployments.enabled: expected true or false", "write false"],
    ["ecs: {assign_public_ip: 0}", "1:25: ecs.assign_public_ip: expected true or false", "write false"],
    ["ttl: 48", "1:6: ttl: expected a number with a unit", "give it a unit: s, m, h or d"],
    ["ttl: \u201C24h\u201D", "1:6: ttl: expected a number with a unit", 'did you mean "24h"?'],
    [
      "- version: 1\n- ttl: 2h",
      "1:1: expected a map of keys and values, found a list",
      "write key: value on each line, without dashes",
    ],
    [
      "ttl:1h",
      '1:1: expected a map of keys and values, found the text "ttl:1h"',
      "write key: value on each line",
    ],
    [
      "build.context: .",
      '1:1: "build.context": unknown key',
      "write each part on a line of its own, indented: build: context:",
    ],
    ['ttl: "24h\nplatform: ecs', '2:14: a " above is never closed', 'close it with "'],
    ["environment: {port: 80", "1:23: a { above is never closed", "close it with }"],
    [
      "environment:\n\u00A0\u00A0port: 80",
      "2:1: a space that YAML does not know indents this line",
      "indent it with",
    ],
    [
      "ttl 24h\nplatform: ecs",
      "1:1: a key and its colon are not on one line",
      "write key: value on each line",
    ],
    ["\uFFFD\uFFFDv\0e\0", "1:1: the file is not UTF-8 text", "save it as UTF-8"],
  ];
  for (const [text, start, remedy] of cases) {
    const lines = told(text);
    assert.equal(lines.length, 1, `${text}\n${lines.join("\n")}`);
    assert.ok(lines[0]?.startsWith(`showtime.yml:${start}`), `${text}\n${lines[0]}`);
    assert.ok(lines[0]?.includes(`; ${remedy}`), `${text}\n${lines[0]}`);
  }
});

Deno.test("loadConfig() reads a file with a byte order mark, and warns of one without a setting", () => {
  const read = (text: string) => loadConfig({ file: { path: "f.yml", text }, env: {}, flags: {} });
  assert.equal(read("\uFEFFversion: 1\nttl: 3h\n").config.ttl.text, "3h");
  for (const text of ["", "\n \n", "# later\n", "---\n", "~\n"]) {
    assert.deepEqual(read(text).warnings, ["f.yml has no setting in it, so only defaults are used"], text);
  }
  assert.deepEqual(read("version: 1\n").warnings, []);
  // A row of equals signs is no marker by itself.
  assert.equal(read("environment:\n  variables:\n    LINE: |\n      =======\n").warnings.length, 0);
});

Deno.test("loadConfig() reports the problems of variables and flags beside those of the file", () => {
  const error = failure("retires: 2", {
    SHOWTIME_ECS__CLUSTR: "x",
    SHOWTIME_RETRIES: "many",
    SHOWTIME_ECS__SUBNETS: "[a",
    SHOWTIME_NOTHING__LIKE__THIS: "x",
    AWS_REGION: "mars",
  }, { flags: { platform: "dockr" } });
  assert.deepEqual(error.problems.map(({ source, code, path }) => [source, code, path]), [
    ["showtime.yml", "unknown_key", "retires"],
    ["SHOWTIME_ECS__CLUSTR", "unknown_variable", ""],
    ["SHOWTIME_ECS__SUBNETS", "syntax", "ecs.subnets"],
    ["SHOWTIME_NOTHING__LIKE__THIS", "unknown_variable", ""],
    ["SHOWTIME_RETRIES", "wrong_type", "retries"],
    ["--platform", "wrong_value", "platform"],
    ["AWS_REGION", "wrong_value", "aws.region"],
  ]);
  assert.match(error.message, /did you mean SHOWTIME_ECS__CLUSTER\?/);
  assert.match(error.message, /did you mean "docker"\?/);
});

Deno.test("loadConfig() suggests the nearest variable, inside sections too", () => {
  const cases = [
    ["SHOWTIME_ENVIROMENT__PORT", "SHOWTIME_ENVIRONMENT__PORT"],
    ["SHOWTIME_ENVIRONMENT__HEALTH__PTH", "SHOWTIME_ENVIRONMENT__HEALTH__PATH"],
    ["SHOWTIME_BUILD__CACHEFROM", "SHOWTIME_BUILD__CACHE_FROM"],
    ["SHOWTIME_ENVIRONMENT__SIZES__LARGE__CPUS", "SHOWTIME_ENVIRONMENT__SIZES__LARGE__CPU"],
    ["SHOWTIME_ENVIRONMENT__VARIABLE__FOO", "SHOWTIME_ENVIRONMENT__VARIABLES__FOO"],
  ] as const;
  for (const [wrong, right] of cases) {
    assert.equal(failure(undefined, { [wrong]: "1" }).problems[0]?.remedy, `did you mean ${right}?`);
  }
});

Deno.test("loadConfig() never repeats a value that may be a secret", () => {
  const error = failure("environment: {variables: {DB_PASSWORD: 73317331}}\nbuild: {args: {T: [topsecret]}}");
  assert.equal(error.problems.length, 2);
  assert.doesNotMatch(error.message, /73317331|topsecret/);
});

Deno.test("loadConfig() quickly refuses files that are too large, too deep or too repetitive", () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefghij".split("").map((name, i) =>
      `${name}: &${name} [${Array(9).fill(`*${"abcdefghij"[i]}`).join(",")}]`
    ),
  ].join("\n");
  const cases = [
    ["x".repeat(256 * 1024 + 1), /larger than 256 kB/],
    [bomb, /more than 100 aliases/],
    ["a: &x [*x]", /nested more than 20 deep/],
    ["[".repeat(5000), /nested too deep/],
    [`build: {cache_from: [${"x,".repeat(10_001)}]}`, /more than 10000 values/],
  ] as const;
  for (const [text, message] of cases) {
    const error = failure(text);
    assert.deepEqual(error.problems.map(({ code }) => code), ["too_large"]);
    assert.match(error.message, message);
  }
});

Deno.test("loadConfig() shows control characters of a file escaped", () => {
  const { message } = failure('"pre\\e[31m\\u202Eset": 1\nplatform: "e\\x07cs"');
  assert.match(message, /"pre\\u\{1b\}\[31m\\u\{202e\}set"/);
  assert.match(message, /"e\\u\{7\}cs"/);
});

Deno.test("loadConfig() shows at most 50 lines and keeps every problem", () => {
  const error = failure(Array.from({ length: 60 }, (_, i) => `qq${i}: 1`).join("\n"));
  assert.equal(error.problems.length, 60);
  assert.equal(error.message.split("\n").length, 52);
  assert.match(error.message, /and 10 more$/);
});

Deno.test("loadConfig() fails only with a list of problems, for any file", () => {
  const lines = DOCUMENTED.split("\n");
  const damaged = fc.tuple(fc.nat(lines.length - 1), fc.string({ maxLength: 20 }), fc.nat(20)).map(
    ([line, text, at]) =>
      lines.map((old, i) => i === line ? old.slice(0, at) + text + old.slice(at) : old).join("\n"),
  );
  const token = fc.constantFrom(
    "a",
    ":",
    " ",
    "\n",
    "-",
    "[",
    "]",
    "{",
    "}",
    "&x",
    "*x",
    "'",
    '"',
    "#",
    "!t",
    "|",
    "?",
    "\t",
  );
  const soup = fc.array(token, { maxLength: 40 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(damaged, soup), (text) => {
      try {
        assert.ok(loadConfig({ file: { path: "f", text }, env: {}, flags: {} }).config.build.timeoutMs > 0);
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        for (const { line, column } of error.problems) assert.ok((line ?? 0) >= 1 && (column ?? 0) >= 1);
      }
    }),
    { numRuns: 300 },
  );
});

function load(text: string): Config {
  return loadConfig({ file: { path: "f", text }, env: {}, flags: {} }).config;
}

Deno.test("requireForPlatform() names every missing setting at once", () => {
  const missing = (text: string, platform: "docker" | "ecs") => {
    try {
      requireForPlatform(load(text), platform);
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "config_incomplete");
      assert.equal(error.exitCode, 2);
      assert.match(
        error.message,
        /SHOWTIME_(?:BUILD__IMAGE|ECS__CONTAINER|ENVIRONMENT__URL|ECS__LOAD_BALANCER__LISTENER)/,
      );
      return error.problems.map(({ path }) => path);
    }
  };
  assert.deepEqual(missing("version: 1", "ecs"), [
    "build.image",
    "aws.region",
    "ecs.cluster",
    "ecs.subnets",
    "ecs.security_groups",
    "ecs.container",
    "ecs.log_group",
    "ecs.execution_role",
  ]);
  const own = "build: {image: a/b}\necs: {task_definition: t.json, subnets: [s], security_groups: [g]}";
  assert.deepEqual(missing(own, "ecs"), ["aws.region", "ecs.cluster", "ecs.container"]);
  assert.deepEqual(missing("preset: superset", "ecs"), []);
  const url = "environment: {url: 'https://pr-{pr}.preview.example.org'}";
  const balancer =
    "ecs: {load_balancer: {listener: 'arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/app/previews/50dc6c495c0c9188/f2f7dc8efc522ab2'}}";
  assert.deepEqual(missing(`preset: superset\n${url}`, "ecs"), ["ecs.load_balancer.listener"]);
  assert.deepEqual(missing(`preset: superset\n${balancer}`, "ecs"), ["environment.url"]);
  assert.deepEqual(missing(`preset: superset\n${url}\n${balancer}`, "ecs"), []);
  assert.deepEqual(missing("version: 1", "docker"), []);
  assert.deepEqual(missing("build: {push: always}", "docker"), ["build.image"]);
});

Deno.test("environment.sleep.after is refused on Docker, which does not count requests, and at is not", () => {
  const sleeping = (text: string) => load(`platform: docker\nenvironment: { sleep: ${text} }`);
  assert.throws(() => requireForPlatform(sleeping("{ after: 2h }"), "docker"), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual([error.code, error.exitCode], ["config_invalid", 2]);
    assert.deepEqual(error.problems.map(({ path, code }) => [path, code]), [[
      "environment.sleep.after",
      "wrong_value",
    ]]);
    assert.match(error.message, /a Docker engine does not count requests/);
    return true;
  });
  requireForPlatform(sleeping('{ at: "20:00-07:00 Europe/Berlin" }'), "docker");
});

Deno.test("environment.sleep.after on ECS is refused without a load balancer, which counts requests", () => {
  const sleeping = (more: string) =>
    load(
      `preset: superset\nenvironment: { sleep: { after: 2h }, url: "https://pr-{pr}.example.org" }\n${more}`,
    );
  const listener =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/previews/50dc6c495c0c9188/f2f7dc8efc522ab2";
  assert.throws(() => requireForPlatform(sleeping(""), "ecs"), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual([error.code, error.exitCode], ["config_invalid", 2]);
    assert.match(error.message, /only a load balancer counts requests, and ecs.load_balancer is not set/);
    assert.match(error.message, /set ecs.load_balancer and environment.url/);
    return true;
  });
  requireForPlatform(sleeping(`ecs: { load_balancer: { listener: "${listener}" } }`), "ecs");
});

Deno.test("environment.sleep is read with its time zone, and hours of another form are a problem", () => {
  const { sleep } =
    load('environment: { sleep: { after: 2h, at: "20:00-07:00 Europe/Berlin" } }').environment;
  assert.deepEqual(sleep, {
    afterMs: 2 * 3_600_000,
    hours: { from: 20 * 60, until: 7 * 60, zone: "Europe/Berlin" },
  });
  assert.equal(load("version: 1").environment.sleep, undefined);
  for (const hours of ["20-7", "20:00-07:00 Europe/Atlantis", "08:00-08:00"]) {
    assert.throws(
      () => load(`environment: { sleep: { at: "${hours}" } }`),
      /two times and a time zone/,
      hours,
    );
  }
});

Deno.test("imageRepository() falls back to a local name that engines accept", () => {
  const config = load("version: 1");
  assert.equal(imageRepository(config, "Acme/Shop"), "acme-shop");
  assert.equal(imageRepository(config, "acme/.github"), "acme-github");
  assert.equal(imageRepository(config, "acme/a_b.c"), "acme-a_b.c");
  assert.equal(imageRepository(load("build: {image: ghcr.io/acme/shop}"), "x/y"), "ghcr.io/acme/shop");
  const repo = fc.tuple(
    fc.stringMatching(/^[A-Za-z0-9]{1,39}$/),
    fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/),
  );
  fc.assert(fc.property(repo, ([owner, name]) => {
    assert.match(imageRepository(config, `${owner}/${name}`), /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
  }));
});

Deno.test("pushesImages() is true by default if the platform is not the local engine", () => {
  assert.equal(pushesImages(load(""), "docker"), false);
  assert.equal(pushesImages(load(""), "ecs"), true);
  assert.equal(pushesImages(load("build: {push: always}"), "docker"), true);
  assert.equal(pushesImages(load("build: {push: never}"), "ecs"), false);
});

Deno.test("environment.ttl_from: traffic is refused where nothing counts requests, beside environment.sleep.after", () => {
  const text = "environment: { ttl_from: traffic, sleep: { after: 2h } }\n";
  const refused = (platform: "docker" | "ecs") => {
    try {
      requireForPlatform(load(`platform: ${platform}\n${text}`), platform);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.problems.map(({ path, message, remedy }) => `${path}: ${message}; ${remedy}`);
    }
    return [];
  };
  assert.deepEqual(refused("docker"), [
    "environment.sleep.after: expected null: a Docker engine does not count requests; set environment.sleep.at, and " +
    "environment.sleep.after to null",
    "environment.ttl_from: expected created or deployed: a Docker engine does not count requests; use created or deployed",
  ]);
  assert.match(
    refused("ecs").join("\n"),
    /ttl_from: .*ecs\.load_balancer is not set; set ecs\.load_balancer and/,
  );
});

Deno.test("loadConfig() reads what the time-to-live counts from, and when it warns", () => {
  const file = { path: "showtime.yml", text: "environment: { ttl_from: deployed, warn: 4h }\n" };
  const { environment } = loadConfig({ file, env: {}, flags: {} }).config;
  assert.deepEqual([environment.ttlFrom, environment.warnMs], ["deployed", 4 * 3_600_000]);
});

Deno.test("loadConfig() refuses a warning where no comment may be written", () => {
  assert.deepEqual(told("environment:\n  warn: 4h\ncomment:\n  enabled: false\n"), [
    "showtime.yml:2:3: environment.warn: a warning is a comment, and comment.enabled is false; set comment.enabled to " +
    "true, or leave environment.warn out",
  ]);
});
