/** Lock definitions that no run of ours writes: a mistake of one thing, and nothing else stops for it. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import { explainPull } from "../../src/environments/app/show/explain.ts";
import { DEFAULT_OPTIONS } from "../../src/environments/app/sync/make_policy.ts";
import { readLock, removeLock } from "../../src/environments/app/lock/unlock.ts";
import { AppError } from "../../src/lib/errors.ts";
import { prNumber } from "../../src/lib/ids.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  never,
  NOON,
  PR,
  runningLabels,
  seedPull,
  type World,
} from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const LOCK = `🎪 lock pr-${PR}`;

/** By name: what the description of a lock says. */
const STRANGE = {
  "an expiry that no date holds": "v1 n=aaaaaaaaaaaa x=9999999999999 u=ana",
  "an expiry far away": "v1 n=aaaaaaaaaaaa x=99999999999 u=ana",
  "an expiry in an hour": `v1 n=aaaaaaaaaaaa x=${NOON / 1000 + 3600} u=ana`,
  "an expiry in an hour, of a cleanup": `v1 n=aaaaaaaaaaaa x=${NOON / 1000 + 3600} d=cleanup u=ana`,
};

const locked = (description: string) =>
  makeWorld({ pull: { labels: [START] }, seed: { labels: [{ name: LOCK, color: "6a737d", description }] } });

for (const [title, description] of Object.entries(STRANGE)) {
  Deno.test(`syncPull() that meets a lock with ${title} names the command that removes it, and then works`, async () => {
    const world = locked(description);

    await assert.rejects(world.sync(), (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.deepEqual([error.code, error.exitCode], ["busy", 4]);
      assert.match(error.message, /held by an owner whose entry cannot be read$/);
      assert.match(error.hint ?? "", /"showtime unlock 1234"/);
      return true;
    });
    const context = world.context();
    await explainPull(context, PR, { ...DEFAULT_OPTIONS, request: undefined, planOnly: true }, never());
    const lock = await readLock(context, PR, never());
    assert.deepEqual([lock.held, lock.live, lock.owner], [true, false, undefined]);
    await removeLock(context, PR, lock, never());

    await world.sync();

    assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"), world.labels().join(", "));
  });

  Deno.test(`applyCleanup() that meets a lock with ${title} says who removes it, and does the rest`, async () => {
    const world = makeWorld({
      seed: {
        labels: [{ name: LOCK, color: "6a737d", description }],
        pulls: [
          seedPull(PR, { labels: runningLabels(A, { ttl: "30m" }) }),
          seedPull(71, { state: "closed", labels: runningLabels(B) }),
        ],
      },
      platform: [
        environment(A, { createdAt: NOON - HOUR }),
        environment(B, { pr: prNumber(71), createdAt: NOON - HOUR }),
      ],
    });

    const done = await clean(world);

    assert.deepEqual(world.platform.environments.map(({ pr }) => pr), [PR]);
    assert.deepEqual(done.removed.filter((what) => !what.startsWith("label")), ["everything of #71"]);
    assert.deepEqual(done.kept.map(({ what }) => what), ["the lock of #1234", `aaaaaaa of #${PR}`]);
    assert.match(done.kept[0]?.why ?? "", /"showtime unlock 1234" removes it/);
    assert.deepEqual(done.incomplete, []);
  });
}

Deno.test("applyCleanup() that meets a mistake in Showtime with one pull request does the others and says so", async () => {
  const world = makeWorld({
    seed: {
      pulls: [70, 71, 72].map((pr) => seedPull(pr, { state: "closed", labels: runningLabels(A) })),
    },
    platform: [70, 71, 72].map((pr) => environment(A, { pr: prNumber(pr), createdAt: NOON - HOUR })),
  });
  let turn = 0;
  world.platform.hooks.before("destroy", () => {
    if (++turn === 1) throw new RangeError("Invalid time value");
  });

  const done = await clean(world);

  assert.deepEqual(world.platform.environments.map(({ pr }) => pr), [prNumber(70)]);
  assert.deepEqual(done.removed.filter((what) => what.startsWith("everything")), [
    "everything of #71",
    "everything of #72",
  ]);
  assert.equal(done.incomplete.length, 1, done.incomplete.join("\n"));
  assert.match(
    done.incomplete[0] ?? "",
    /everything of #70 could not be removed: Invalid time value \(a mistake in Showtime/,
  );
});

async function clean(world: World) {
  const context = world.context();
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  return await applyCleanup(context, plan, { approved: plan.candidates.map(({ id }) => id) }, never());
}
