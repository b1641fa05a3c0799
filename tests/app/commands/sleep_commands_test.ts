import assert from "node:assert/strict";
import { checkOfComment } from "../../../src/environments/app/commands/check_comment.ts";
import { checkOnly } from "../../../src/environments/app/sync/check_only.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { readCommentRequest } from "../../../src/environments/core/commands/mod.ts";
import { commentRun, obeyIn, reactionsTo, say, writeComment } from "../../worlds/comments.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import {
  A,
  B,
  environment,
  FORK,
  imageOf,
  makeWorld,
  MINUTE,
  never,
  PR,
  RUN_OF_FORK,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const SERVICE = `pr-${PR}-aaaaaaa-service`;
const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));

function running(change: Parameters<typeof makeWorld>[0] = {}, labels: readonly string[] = []): World {
  const world = makeWorld({
    ...change,
    pull: { ...change.pull, labels: [...runningLabels(A), ...labels] },
    platform: [environment(A)],
  });
  const image = imageOf(PR, environment(A).short ?? assert.fail());
  world.images.plant({ image, createdAt: 0, builtFor: undefined, builtForId: undefined });
  world.clock.advance(MINUTE);
  return world;
}

const statusOf = (world: World) => world.labels().filter((name) => name.includes("🚦"));

quick("/showtime sleep puts the environment to sleep, and /showtime wake starts it as it was", async () => {
  const world = running();
  const slept = await say(world, { body: "/showtime sleep", actor: "ana" });
  assert.ok(slept?.kind === "synced");
  assert.deepEqual([slept.result.plan.rule, slept.result.plan.reason], [18, "sleep_requested"]);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🚦 asleep"]);
  assert.match(world.comment(), /💤 \*\*Asleep\*\* since/);
  world.clock.advance(MINUTE);
  const woken = await say(world, { body: "/showtime wake", actor: "ana" });
  assert.ok(woken?.kind === "synced");
  assert.equal(woken.result.plan.reason, "wake_requested");
  assert.deepEqual(world.platform.changes, [`sleep ${SERVICE}`, `wake ${SERVICE}`]);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🚦 running"]);
  for (const body of ["/showtime sleep", "/showtime wake"]) {
    assert.deepEqual(reactionsTo(world, body), ["eyes", "rocket"], body);
  }
});

quick("/showtime start and sync wake what sleeps without a build, as their labels do", async () => {
  for (const body of ["/showtime start", "/showtime sync"]) {
    const world = running();
    await say(world, { body: "/showtime sleep", actor: "ana" });
    world.clock.advance(MINUTE);
    const obeyed = await say(world, { body, actor: "ana" });
    assert.ok(obeyed?.kind === "synced");
    assert.equal(obeyed.result.plan.reason, "wake_requested", body);
    assert.deepEqual([world.images.built, world.platform.environments[0]?.sleep], [[], undefined], body);
  }
});

quick(
  "/showtime wake builds no commit of a stranger, and /showtime start builds the head that it approves",
  async () => {
    for (const [body, built] of [["/showtime wake", []], ["/showtime start", [B]]] as const) {
      const world = running({
        pull: FORK,
        seed: { runs: [RUN_OF_FORK, { ...RUN_OF_FORK, id: 9_001, head_sha: B }] },
      });
      await say(world, { body: "/showtime sleep", actor: "ana" });
      world.clock.advance(MINUTE);
      world.simulator.push({ pr: PR, sha: B, pusher: "rando" });
      await world.sync();
      world.clock.advance(MINUTE);
      await say(world, { body, actor: "ana" });
      assert.deepEqual(world.platform.changes.slice(0, 2), [`sleep ${SERVICE}`, `wake ${SERVICE}`], body);
      assert.deepEqual(
        world.images.built,
        built.map((sha) => imageOf(PR, environment(sha).short ?? assert.fail())),
        body,
      );
      assert.deepEqual(reactionsTo(world, body), ["eyes", "rocket"], body);
    }
  },
);

quick(
  "the check of a workflow for /showtime wake asks for a build only if a trusted commit waits",
  async () => {
    for (const waits of [false, true]) {
      const world = running();
      await say(world, { body: "/showtime sleep", actor: "ana" });
      world.clock.advance(MINUTE);
      if (waits) world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
      const event = await writeComment(world, { body: "/showtime wake", actor: "ana" });
      const request = readCommentRequest(event) ?? assert.fail();
      const given = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
      const { options, assume, mayBuild } = checkOfComment({ event, request, options: given });
      assert.ok(mayBuild);
      const context = world.context(commentRun(event));
      const told = await checkOnly(context, PR, { ...options, assume }, never());
      assert.deepEqual([told["action_needed"], told["build_needed"]], ["wake_environment", String(waits)]);
      await obeyIn(world.context(commentRun(event)), world);
      assert.equal(world.images.built.length, Number(waits));
    }
  },
);

for (
  const [body, world, words] of [
    ["/showtime sleep", () => makeWorld(), /no environment is asleep\. No environment was asked for/],
    ["/showtime wake", () => makeWorld(), /no environment is running\. No environment was asked for/],
    [
      "/showtime sleep",
      () => running({}, ["🎪 🔒 showtime-blocked"]),
      /blocks the pull request/,
    ],
  ] as const
) {
  quick(`"${body}" is refused with its reason where it cannot be done: ${words.source}`, async () => {
    const here = world();
    here.clock.advance(MINUTE);
    const run = say(here, { body, actor: "ana" });
    await assert.rejects(run, { code: "command_refused", message: words, exitCode: 3 });
    assert.deepEqual(reactionsTo(here, body), ["eyes", "confused"]);
    assert.match(here.comment().replaceAll(/[\\​]/g, ""), words);
    assert.deepEqual(here.platform.changes, []);
  });
}
