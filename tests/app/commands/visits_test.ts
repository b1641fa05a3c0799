import assert from "node:assert/strict";
import { applyCleanup, type CleanupResult } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import {
  A,
  environment,
  HOUR,
  makeWorld,
  never,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const SERVICE = "pr-1234-aaaaaaa-service";
const RUN: RunChange = {
  token: "bot-token",
  inActions: true,
  actor: "maxime",
  settings: { warnMs: 4 * HOUR, ttlFrom: "traffic" },
};

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));

/** An environment that ends 47 hours after noon. */
function running(): World {
  return makeWorld({ platform: [environment(A)], pull: { labels: runningLabels(A) } });
}

async function clean(world: World, run: RunChange = RUN, options = WHOLE_CLEANUP): Promise<CleanupResult> {
  const context = world.context(run);
  const plan = await planCleanup(context, options, never());
  return await applyCleanup(context, plan, { approved: [] }, never());
}

quick(
  "with ttl_from: traffic a visited environment lives on, and label and comment say how long",
  async () => {
    const world = running();
    world.platform.traffic.set(SERVICE, world.clock.now() + 40 * HOUR);
    world.clock.advance(20 * HOUR);
    assert.deepEqual((await clean(world)).extended, [], "its end is far");
    world.clock.advance(25 * HOUR);

    const { extended, warned, removed } = await clean(world);

    assert.deepEqual(extended, [
      "aaaaaaa of #1234 until 2024-01-19 06:30 UTC: its newest request was at 2024-01-17 06:30 UTC",
    ]);
    assert.deepEqual([warned, removed], [[], []]);
    assert.deepEqual(world.labels().filter((name) => name.includes("⌛")), ["🎪 aaaaaaa ⌛ 89h"]);
    assert.match(world.comment(), /2024-01-19 06:30 UTC/);
    assert.equal((await world.count(() => clean(world))).writes, 0);
  },
);

quick("without a further visit it is warned of and ends", async () => {
  const world = running();
  world.platform.traffic.set(SERVICE, world.clock.now() + 40 * HOUR);
  world.clock.advance(45 * HOUR);
  await clean(world);
  world.clock.advance(41 * HOUR);
  assert.equal((await clean(world)).warned.length, 1);
  world.clock.advance(4 * HOUR);
  assert.deepEqual((await clean(world)).removed, ["aaaaaaa of #1234"]);
});

quick(
  "an environment that nobody visited, or whose requests are not counted, ends by its label",
  async () => {
    for (const newest of ["none", undefined] as const) {
      const world = running();
      if (newest !== undefined) world.platform.traffic.set(SERVICE, newest);
      world.clock.advance(48 * HOUR);
      const { removed, extended } = await clean(world);
      assert.deepEqual([removed, extended], [["aaaaaaa of #1234"], []]);
    }
  },
);

quick("visits count only with ttl_from: traffic, and not against an age on the command line", async () => {
  const visited = () => {
    const world = running();
    world.clock.advance(48 * HOUR);
    world.platform.traffic.set(SERVICE, world.clock.now() - HOUR);
    return world;
  };
  const created: RunChange = { ...RUN, settings: { ttlFrom: "created" } };
  assert.equal((await clean(visited(), created)).removed.length, 1);
  const older = { ...WHOLE_CLEANUP, respectTtl: false, olderThanMs: 24 * HOUR };
  assert.equal((await clean(visited(), RUN, older)).removed.length, 1);
  assert.equal(
    (await clean(visited(), RUN, { ...WHOLE_CLEANUP, askedMaxAgeMs: 24 * HOUR })).removed.length,
    1,
  );
  assert.equal((await clean(visited())).removed.length, 0);
});

quick(
  "if requests cannot be looked up, no environment ends for its age, and the cleanup says so",
  async () => {
    const world = running();
    world.clock.advance(48 * HOUR);
    world.platform.newestRequests = () =>
      Promise.reject(new AppError("aws_denied", "Finding the newest requests: denied"));
    const plan = await planCleanup(world.context(RUN), WHOLE_CLEANUP, never());
    assert.deepEqual(plan.candidates, []);
    assert.deepEqual(plan.incomplete, [
      "Requests could not be looked up, so no environment ends for its age: Finding the newest requests: denied",
    ]);
  },
);

quick(
  "a visit costs nothing before the end is near, and then six requests",
  async () => {
    const plain = running();
    const before = await plain.count(() => clean(plain, { ...RUN, settings: { ttlFrom: "created" } }));
    const world = running();
    world.platform.traffic.set(SERVICE, world.clock.now() + 40 * HOUR);
    assert.deepEqual(await world.count(() => clean(world)), before);
    world.clock.advance(45 * HOUR);
    const near = await world.count(() => clean(world));
    assert.deepEqual([near.requests - before.requests, near.writes], [6, 4]);
  },
);

quick("a label of 1970 does not make the look at requests go back further", async () => {
  const forged = runningLabels(A).map((name) => name.replace(/📅 .*/u, "📅 1970-01-01T00-00"));
  const world = makeWorld({ platform: [environment(A)], pull: { labels: forged } });
  world.platform.traffic.set(SERVICE, "none");
  const asked: number[] = [];
  const find = world.platform.newestRequests.bind(world.platform);
  world.platform.newestRequests = (environments, options) => {
    asked.push(world.clock.now() - options.since);
    return find(environments, options);
  };
  await clean(world);
  assert.ok(asked.length > 0 && asked.every((ms) => ms <= 48 * HOUR), asked.join());
});
