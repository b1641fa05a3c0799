/** Events about environments that cleanup removes. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { appFile, type EventsWorld, makeEventsWorld } from "../../worlds/contexts/pull_events_world.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  never,
  PR,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const STARTED = { pull: { labels: ["🎪 ⚡ showtime-trigger-start"] } };

async function clean(world: World, events: EventsWorld | undefined): Promise<readonly string[]> {
  const context = world.context(events === undefined ? {} : { events: events.run() });
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  const approved = plan.candidates.map(({ id }) => id);
  return (await applyCleanup(context, plan, { approved }, never())).removed;
}

Deno.test("cleanup fires `expired` for an environment whose time is over, once", async () => {
  const world = makeWorld(STARTED);
  await using events = await makeEventsWorld(appFile(["running", "stopped", "expired"]));
  await world.sync(world.context({ events: events.run() }));
  world.clock.advance(49 * HOUR);

  const removed = await clean(world, events);
  await world.sync(world.context({ events: events.run() }));

  assert.equal(removed.length > 0, true);
  assert.deepEqual(events.slack.posts, [
    "running aaaaaaa at http://10.0.0.1:8001",
    "expired aaaaaaa at None",
  ]);
});

Deno.test("cleanup fires `expired` although no run has announced the environment", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A, { ttl: "1h" }) }, platform: [environment(A)] });
  await using events = await makeEventsWorld(appFile(["running", "stopped", "expired"]));

  await clean(world, events);

  assert.deepEqual(events.slack.posts, ["expired aaaaaaa at None"]);
});

Deno.test("after a cleanup that died before the event, the next sync fires `expired`", async () => {
  const world = makeWorld(STARTED);
  await using events = await makeEventsWorld(appFile(["stopped", "expired"]));
  await world.sync(world.context({ events: events.run() }));
  world.clock.advance(49 * HOUR);
  await clean(world, undefined);

  await world.sync(world.context({ events: events.run() }));
  await world.sync(world.context({ events: events.run() }));

  assert.deepEqual(events.slack.posts, ["expired aaaaaaa at None"]);
});

Deno.test("cleanup fires `stopped` for what a closed pull request left", async () => {
  const world = makeWorld(STARTED);
  await using events = await makeEventsWorld(appFile(["stopped", "expired"]));
  await world.sync(world.context({ events: events.run() }));
  world.simulator.pull({ pr: PR, state: "closed", actor: "maxime" });

  await clean(world, events);

  assert.deepEqual(events.slack.posts, ["stopped aaaaaaa at None"]);
});

Deno.test("a failed environment that goes fires nothing more", async () => {
  const world = makeWorld(STARTED);
  await using events = await makeEventsWorld(appFile(["running", "failed", "stopped", "expired"]));
  world.images.hooks.before("build", () => {
    throw new Error("no space left");
  });
  await world.sync(world.context({ events: events.run() }));
  world.images.hooks.before("build", undefined);
  world.simulator.push({ pr: PR, sha: B });

  await world.sync(world.context({ events: events.run() }));

  assert.deepEqual(events.slack.posts.map((text) => text.slice(0, 15)), [
    "failed aaaaaaa ",
    "running bbbbbbb",
  ]);
});
