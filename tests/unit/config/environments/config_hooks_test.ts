/** The settings of hooks: a line or a list of words, and what the platform needs for them. */
import assert from "node:assert/strict";
import { ConfigError, loadConfig, requireForPlatform } from "../../../../src/config/mod.ts";

function load(text: string, env: Readonly<Record<string, string>> = {}) {
  return loadConfig({ file: { path: "showtime.yml", text: `version: 1\n${text}` }, env, flags: {} }).config;
}

function problemsOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ path, message, remedy }) => [path, message, remedy]);
  }
  return assert.fail("it did not throw");
}

const hooks = (lines: string) =>
  `environment:\n  hooks:\n${lines.split("\n").map((line) => `    ${line}`).join("\n")}`;

Deno.test("without a command there are no hooks", () => {
  assert.equal(load("").environment.hooks, undefined);
  assert.equal(load(hooks("when: always\ntimeout: 5m")).environment.hooks, undefined);
  assert.equal(load(hooks("after_start: null")).environment.hooks, undefined);
});

Deno.test("a hook is a line or a list of words", () => {
  const read = load(
    hooks("after_start: superset init && echo done\nbefore_stop: [dropdb, app db]\ntimeout: 10m"),
  );

  assert.deepEqual(read.environment.hooks, {
    afterStart: "superset init && echo done",
    beforeStop: ["dropdb", "app db"],
    when: "created",
    timeoutMs: 600_000,
  });
});

Deno.test("a variable sets a hook, as a line or as a list", () => {
  const name = "SHOWTIME_ENVIRONMENT__HOOKS__AFTER_START";

  assert.equal(
    load("", { [name]: "python seed.py --all" }).environment.hooks?.afterStart,
    "python seed.py --all",
  );
  assert.deepEqual(load("", { [name]: "[python, seed.py]" }).environment.hooks?.afterStart, [
    "python",
    "seed.py",
  ]);
  assert.equal(load(hooks("after_start: seed"), { [name]: "null" }).environment.hooks, undefined);
});

Deno.test("a hook of another kind is named with its path", () => {
  const expected = "expected a line for sh -c, or a list of words such as [python, seed.py], found";
  for (
    const [value, found] of [["5", "the number 5"], ["{ run: seed }", "a map"], ["[]", "a list"], [
      '" "',
      '" "',
    ]] as const
  ) {
    const [problem] = problemsOf(() => load(hooks(`after_start: ${value}`)));
    assert.equal(problem?.[0], "environment.hooks.after_start");
    assert.ok(problem?.[1]?.startsWith(expected), problem?.[1]);
    assert.ok(problem?.[1]?.endsWith(found), problem?.[1]);
  }
  const [unknown] = problemsOf(() => load(hooks("after_strat: seed")));
  assert.deepEqual(unknown, ["environment.hooks.after_strat", "unknown key", 'did you mean "after_start"?']);
  const [when] = problemsOf(() => load(hooks("after_start: seed\nwhen: alwys")));
  assert.deepEqual(when?.[2], 'did you mean "always"?');
});

Deno.test("on ECS, after_start needs the health check that it waits for, unless a template may have it", () => {
  const ecs = [
    "build: { image: ghcr.io/acme/shop }",
    "ecs: { cluster: c, subnets: [s], security_groups: [g], container: app, log_group: l, execution_role: r }",
  ].join("\n");
  const env = { AWS_REGION: "eu-west-1" };
  const check = (text: string, platform: "ecs" | "docker" = "ecs") =>
    requireForPlatform(load(`${ecs}\n${text}`, env), platform);

  assert.deepEqual(problemsOf(() => check(hooks("after_start: seed"))), [[
    "environment.health.command",
    "missing: the health check in the container, which environment.hooks.after_start waits for",
    "set environment.health.command in showtime.yml, or SHOWTIME_ENVIRONMENT__HEALTH__COMMAND",
  ]]);
  check(hooks("before_stop: drop"));
  check(`${hooks("after_start: seed")}\n  health: { command: "true" }`);
  check(hooks("after_start: seed"), "docker");
  const template = load(
    `${ecs.replace("ecs: {", "ecs: { task_definition: task.json,")}\n${hooks("after_start: seed")}`,
    env,
  );
  requireForPlatform(template, "ecs");
});
