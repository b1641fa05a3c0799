import assert from "node:assert/strict";
import { AppError } from "../../src/lib/errors.ts";
import { A, B, environment, makeWorld, PR, runningLabels } from "../worlds/world.ts";

const STOPPING = ["🎪 showtime", "🎪 aaaaaaa 🚦 stopping", "🎪 aaaaaaa ⌛ 48h"];
const SERVICE = `pr-${PR}-aaaaaaa-service`;

Deno.test("retire() finishes what a run began that died: the platform may list no more, and still have something of it", async () => {
  const world = makeWorld({ pull: { labels: STOPPING, state: "closed" } });

  await world.sync();

  assert.deepEqual(world.platform.changes, [`destroy ${SERVICE}`]);
  assert.deepEqual(world.labels(), []);
});

Deno.test("retire() lets go of what has the name of an environment and belongs to somebody else", async () => {
  const world = makeWorld({ pull: { labels: STOPPING, state: "closed" } });
  world.platform.hooks.before("destroy", () => {
    throw new AppError("not_ours", `Removing "${SERVICE}": it belongs to someone/else`);
  });

  await world.sync();

  assert.deepEqual(world.labels(), []);
});

Deno.test("retire() does not go on where what the platform lists is refused", async () => {
  const world = makeWorld({
    pull: { labels: runningLabels(A), state: "closed" },
    platform: [environment(A), environment(B)],
  });
  world.platform.hooks.before("destroy", () => {
    throw new AppError("not_ours", `Removing "${SERVICE}": it belongs to someone/else`);
  });

  await assert.rejects(world.sync(), { code: "not_ours" });
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 stopping"), world.labels().join(", "));
});
