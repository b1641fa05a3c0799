/** Commands that run in environments: when, where their output goes, and what becomes of a failure. */

import assert from "node:assert/strict";
import type { Hooks } from "../../../src/environments/core/environment/hooks.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { B, makeWorld, never, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";
const HOOKS: Hooks = {
  afterStart: "python seed.py",
  beforeStop: ["dropdb", "app database"],
  when: "created",
  timeoutMs: 120_000,
};

const plain = (world: World) => world.comment().replace(/\\|\u200b/g, "");
const statuses = (world: World) => world.labels().filter((name) => name.includes("🚦"));
const label = (world: World, add: readonly string[]) =>
  world.simulator.label({ pr: world.pr, add: [...add], remove: [], actor: "maxime" });
const withHooks = (world: World, hooks: Partial<Hooks> = {}) =>
  world.context({ settings: { hooks: { ...HOOKS, ...hooks } } });

/** The steps that a dry run shows. */
async function planned(world: World, hooks: Partial<Hooks> = {}): Promise<string> {
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
  const { plan } = await syncPull(withHooks(world, hooks), world.pr, options, never());
  const { describeStep } = await import("../../../src/environments/core/plan/mod.ts");
  return plan.steps.map(describeStep).join("\n");
}

Deno.test("syncPull() shows the output of after_start as a group, and then sends people there", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.commands.set("after_start", { lines: ["seeding", "3 charts"], code: 0 });

  const { exitCode, applied } = await world.sync(withHooks(world));

  assert.equal(exitCode, 0);
  const begin = world.spoken.logged.findIndex((line) => line.startsWith("[Running after_start in "));
  assert.deepEqual(world.spoken.logged.slice(begin + 1, begin + 4), ["seeding", "3 charts", "]"]);
  assert.ok(
    applied.some((each) => each.endsWith("; run after_start in it: python seed.py")),
    applied.join("\n"),
  );
  assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 running"]);
});

Deno.test("syncPull() records a failed after_start as hook_failed with its last lines; the older one serves", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await world.sync(withHooks(world));
  world.simulator.push({ pr: world.pr, sha: B, pusher: "ana" });
  world.platform.commands.set("after_start", { lines: ["no table `users`"], code: 3 });

  const { exitCode, failure } = await world.sync(withHooks(world));

  assert.equal(exitCode, 1);
  assert.equal(failure?.code, "hook_failed");
  assert.deepEqual(statuses(world), ["🎪 aaaaaaa 🚦 running", "🎪 bbbbbbb 🚦 failed"]);
  assert.ok(world.labels().includes("🎪 🎯 aaaaaaa"));
  assert.match(plain(world), /\*\*The hook after_start failed\*\* for `bbbbbbb` \(`hook_failed`\)/);
  assert.match(plain(world), /exit code 3\. The environment above keeps serving\./);
  assert.match(world.comment(), /The last lines of the log<\/summary>\s+```+\s+no table `users`/);
  assert.deepEqual(world.platform.environments.map(({ short }) => short), ["aaaaaaa"]);
});

Deno.test("syncPull() runs before_stop for what it removes: the older commit, and all at the end", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.commands.set("before_stop", { lines: ["dropped"], code: 0 });
  await world.sync(withHooks(world));
  world.simulator.push({ pr: world.pr, sha: B, pusher: "ana" });
  await world.sync(withHooks(world));
  label(world, [STOP]);
  await world.sync(withHooks(world));

  assert.deepEqual(world.platform.changes, [
    "deploy pr-1234-aaaaaaa-service",
    "deploy pr-1234-bbbbbbb-service",
    "before_stop pr-1234-aaaaaaa-service",
    "destroy pr-1234-aaaaaaa-service",
    "before_stop pr-1234-bbbbbbb-service",
    "destroy pr-1234-bbbbbbb-service",
  ]);
  assert.doesNotMatch(plain(world), /⚠️/);
});

Deno.test("syncPull() tells a failed before_stop in the log and the comment, and removes the environment", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.commands.set("before_stop", { lines: ["cannot drop"], code: 4 });
  await world.sync(withHooks(world));
  label(world, [STOP]);

  const { exitCode } = await world.sync(withHooks(world));

  assert.equal(exitCode, 0);
  assert.deepEqual(world.platform.environments, []);
  assert.deepEqual(world.labels(), []);
  assert.match(
    world.spoken.warned.join("\n"),
    /before_stop .*exit code 4\. The environment is removed all the same\./,
  );
  assert.match(
    plain(world),
    /⚠️ Running before_stop for .*exit code 4\. The environment is removed all the same\./,
  );
  assert.match(world.comment(), /```+\s+cannot drop/);
  assert.match(plain(world), /What happened[\s\S]*Running before_stop for .* exit code 4/);
});

Deno.test("a dry run names the commands that would run, and when they would not", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  assert.match(
    await planned(world),
    /^start the environment for aaaaaaa .*; run after_start in it: python seed\.py$/m,
  );
  await world.sync(withHooks(world));

  label(world, ["🎪 conf-enable-X"]);
  const inPlace = await planned(world);
  assert.match(inPlace, /^update the environment for aaaaaaa/m);
  assert.doesNotMatch(inPlace, /after_start/);
  assert.match(await planned(world, { when: "always" }), /^update the environment .*run after_start in it/m);

  label(world, [STOP]);
  assert.match(
    await planned(world),
    /^remove pr-1234-aaaaaaa-service.*, after before_stop: dropdb "app database"$/m,
  );
});

Deno.test("hooks cost no request to GitHub", async () => {
  const counts: number[] = [];
  for (const hooked of [false, true]) {
    const world = makeWorld({ pull: { labels: [START] } });
    const context = () => hooked ? withHooks(world) : world.context();
    if (hooked) {
      world.platform.commands.set("after_start", { lines: ["seeding"], code: 0 });
      world.platform.commands.set("before_stop", { lines: ["dropped"], code: 0 });
    }
    const started = await world.count(() => world.sync(context()));
    label(world, [STOP]);
    const stopped = await world.count(() => world.sync(context()));
    counts.push(started.requests, stopped.requests);
  }

  assert.deepEqual(counts.slice(0, 2), counts.slice(2));
});

Deno.test("a sleep and a wake run no hook, also with when: always, and an update after the wake runs after_start", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.commands.set("after_start", { lines: [], code: 0, always: true });
  world.platform.commands.set("before_stop", { lines: [], code: 0 });
  const always = { when: "always" } as const;
  await world.sync(withHooks(world, always));
  label(world, ["🎪 💤 showtime-sleep"]);
  assert.doesNotMatch(await planned(world, always), /after_start|before_stop/);
  await world.sync(withHooks(world, always));
  label(world, [START]);
  assert.doesNotMatch(await planned(world, always), /after_start|before_stop/);
  await world.sync(withHooks(world, always));
  label(world, ["🎪 conf-enable-X"]);
  await world.sync(withHooks(world, always));

  const service = "pr-1234-aaaaaaa-service";
  assert.deepEqual(world.platform.changes, [
    `after_start ${service}`,
    `deploy ${service}`,
    `sleep ${service}`,
    `wake ${service}`,
    `after_start ${service}`,
    `deploy ${service}`,
  ]);
});

Deno.test("the end of an environment that sleeps says that before_stop did not run, and removes it", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.commands.set("before_stop", { lines: ["dropped"], code: 0 });
  await world.sync(withHooks(world));
  label(world, ["🎪 💤 showtime-sleep"]);
  await world.sync(withHooks(world));
  label(world, [STOP]);

  const { exitCode } = await world.sync(withHooks(world));

  assert.equal(exitCode, 0);
  assert.deepEqual([world.platform.environments, world.labels()], [[], []]);
  assert.ok(!world.platform.changes.some((each) => each.startsWith("before_stop")));
  assert.match(plain(world), /⚠️ Running before_stop for .*exited, so the command was not run/);
});
