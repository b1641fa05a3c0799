/** A pull request near GitHub's limit of 100 labels. */

import assert from "node:assert/strict";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { A, B, environment, makeWorld, PR, runningLabels, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const others = (count: number) => Array.from({ length: count }, (_, index) => `area ${index}`);

/** Watches the labels after each request of a run: whether a status is always there, and how many labels there are. */
async function watched(world: World) {
  const seen: (readonly string[])[] = [];
  const context = world.context({
    wire: async (request, send) => {
      const response = await send(request);
      seen.push(world.labels());
      return response;
    },
  });
  return { result: await world.sync(context), seen };
}

Deno.test("syncPull() replaces an environment where the pull request has no room for the labels of both", async () => {
  const labels = [...others(92), ...runningLabels(A)];
  const world = makeWorld({ pull: { labels }, platform: [environment(A)] });
  assert.equal(world.labels().length, 99);
  world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });

  const { result, seen } = await watched(world);

  assert.equal(result.exitCode, EXIT.done);
  assert.ok(world.labels().includes("🎪 bbbbbbb 🚦 running"));
  assert.ok(world.labels().includes("🎪 🎯 bbbbbbb"));
  assert.ok(!world.labels().some((name) => name.includes("aaaaaaa")));
  assert.equal(world.labels().filter((name) => name.startsWith("area")).length, 92);
  for (const names of seen) {
    assert.ok(names.length <= 100);
    assert.ok(names.some((name) => name.includes("🚦")), names.join(", "));
  }
  assert.deepEqual((await world.count(() => world.sync())).writes, 0);
});

Deno.test("syncPull() brings up an environment whose labels just fit", async () => {
  const world = makeWorld({ pull: { labels: [...others(93), START] } });

  assert.equal((await watched(world)).result.exitCode, EXIT.done);

  assert.equal(world.labels().length, 100);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
  assert.equal((await watched(world)).result.plan.reason, "up_to_date");
});

for (const count of [94, 99]) {
  Deno.test(`syncPull() refuses before it writes anything where the labels do not fit beside ${count}`, async () => {
    const world = makeWorld({ pull: { labels: [...others(count), START] } });
    const before = world.labels();

    const { writes } = await world.count(async () => {
      await assert.rejects(world.sync(), (error: unknown) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.exitCode], ["too_many_labels", EXIT.refused]);
        const excess = count === 94 ? 1 : 6;
        assert.match(
          error.message,
          new RegExp(`Showtime needs 7 more, .* more than 100 labels: ${excess} too many`),
        );
        return true;
      });
    });

    assert.equal(writes, 0);
    assert.deepEqual(world.labels(), before);
    assert.deepEqual(world.images.built, []);
  });
}

Deno.test("syncPull() updates in place, stops and closes on a full pull request", async () => {
  for (const end of ["stop", "close"]) {
    const full = [...others(91), ...runningLabels(A), "🎪 conf-enable-DARK", "bug"];
    const world = makeWorld({ pull: { labels: full }, platform: [environment(A)] });
    assert.equal(world.labels().length, 100);
    assert.equal((await watched(world)).result.exitCode, EXIT.done);
    assert.deepEqual(world.platform.environments[0]?.settings.flags, { DARK: true });

    if (end === "close") world.simulator.pull({ pr: PR, state: "closed" });
    else {
      world.simulator.label({ pr: PR, add: [], remove: ["bug"], actor: "maxime" });
      world.simulator.label({ pr: PR, add: ["🎪 🛑 showtime-trigger-stop"], remove: [], actor: "maxime" });
    }
    assert.equal((await watched(world)).result.exitCode, EXIT.done);
    assert.ok(!world.labels().some((name) => name.startsWith("🎪")), world.labels().join(", "));
  }
});

Deno.test("syncPull() goes on serving where a new commit fails on a full pull request", async () => {
  const world = makeWorld({
    pull: { labels: [...others(92), ...runningLabels(A)] },
    platform: [environment(A)],
  });
  world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building: no");
  });

  assert.equal((await world.sync()).exitCode, EXIT.failed);
  await world.sync();
  await world.sync();

  assert.ok(world.labels().includes("🎪 🎯 aaaaaaa"), world.labels().join(", "));
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
  assert.ok(world.labels().includes("🎪 aaaaaaa 🌐 10.0.0.1:8080"));
  assert.ok(world.labels().includes("🎪 bbbbbbb 🚦 failed"));
});
