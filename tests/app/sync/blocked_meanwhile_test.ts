/** A blocked label that is set while a run works: the run ends before its next change of the platform. */

import assert from "node:assert/strict";
import { runIn } from "../../worlds/cli_world.ts";
import { A, B, environment, makeWorld, PR, runningLabels, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const BLOCKED = "🎪 🔒 showtime-blocked";

const block = (world: World) => world.simulator.label({ pr: PR, add: [BLOCKED], remove: [], actor: "ana" });
const unblock = (world: World) => world.simulator.label({ pr: PR, add: [], remove: [BLOCKED], actor: "ana" });
const locks = (world: World) => world.definitions().filter((name) => name.includes("🎪 lock"));

/** Blocks the pull request once, during the next call of that kind. */
function blockDuring(
  world: World,
  call: "build" | "deploy" | "settle",
  beside?: (world: World) => void,
): void {
  const { hooks } = call === "build" ? world.images : world.platform;
  hooks.before(call, () => {
    hooks.before(call, undefined);
    block(world);
    beside?.(world);
  });
}

Deno.test("syncPull() that is blocked during its build tags and deploys nothing, keeps the status, and the next run resumes", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  blockDuring(world, "build");

  const blocked = await world.sync();

  assert.deepEqual([blocked.exitCode, blocked.plan.reason, blocked.failure], [3, "blocked", undefined]);
  assert.deepEqual([world.images.built, world.platform.changes], [[], []]);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 building"));
  assert.deepEqual(locks(world), []);
  assert.match(
    world.comment(),
    /blocked while `aaaaaaa` was being prepared.*continues when the label is removed/,
  );
  assert.deepEqual((await world.sync()).exitCode, 3, "it stays blocked");
  assert.deepEqual(world.platform.changes, []);

  unblock(world);
  const resumed = await world.sync();

  assert.deepEqual([resumed.exitCode, resumed.plan.reason], [0, "resumed"]);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
  assert.doesNotMatch(world.comment(), /continues when the label is removed/);
});

Deno.test("syncPull() that is blocked while its deployment is under way finishes it and retires nothing", async () => {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), START], head: { sha: B, ref: "b", repo: "apache/superset" } },
    platform: [environment(A)],
  });
  blockDuring(world, "deploy");

  const { exitCode, plan } = await world.sync();

  assert.deepEqual([exitCode, plan.reason], [3, "blocked"]);
  assert.deepEqual(world.platform.changes, ["deploy pr-1234-bbbbbbb-service"]);
  assert.ok(world.labels().includes("🎪 bbbbbbb 🚦 running"));
  assert.ok(world.labels().includes("🎪 🎯 bbbbbbb"));
  assert.deepEqual(locks(world), []);

  unblock(world);
  await world.sync();

  assert.deepEqual(world.platform.environments.map(({ short }) => String(short)), ["bbbbbbb"]);
});

Deno.test("syncPull() that is blocked during its build and stopped too removes everything", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  blockDuring(
    world,
    "build",
    () => world.simulator.label({ pr: PR, add: ["🎪 🛑 showtime-trigger-stop"], remove: [], actor: "ana" }),
  );

  const { exitCode, plan } = await world.sync();

  assert.deepEqual([exitCode, plan.reason], [0, "stop_requested"]);
  assert.deepEqual(world.labels(), [BLOCKED]);
});

Deno.test("syncPull() whose build fails while it is blocked records the failure and does not try again", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.images.hooks.before("build", () => {
    block(world);
    throw new Error("no space left on device");
  });

  const { failure } = await world.sync();

  assert.equal(failure?.code, "unforeseen");
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 failed"));
  assert.equal(world.images.built.length, 0);
});

Deno.test("start that is blocked meanwhile exits 3 and says so, for people and as JSON", async () => {
  for (const flags of [[], ["--json"]]) {
    const world = makeWorld();
    blockDuring(world, "build");

    const { code, out, both } = await runIn(world, ["start", "1234", ...flags]);

    assert.equal(code, 3);
    if (flags.length > 0) {
      const document = JSON.parse(out);
      assert.deepEqual([document.action_needed, document.action_reason], ["blocked", "blocked"]);
      assert.equal(document.environment.status, "building");
    } else assert.match(both, /nothing is built or deployed, because a label blocks the pull request/);
    assert.deepEqual(world.platform.changes, []);
  }
});
