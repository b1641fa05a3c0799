/** Events about environments: what is fired when, once, and that a failure changes nothing else. */

import assert from "node:assert/strict";
import { valueAt } from "../../../src/contexts/core/tree/operations.ts";
import { isValueMap } from "../../../src/contexts/core/tree/value.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { type EventsWorld, makeEventsWorld } from "../../worlds/contexts/pull_events_world.ts";
import { B, makeWorld, never, PR, type RunChange, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";
const AT = "at http://10.0.0.1";

/** Syncs as a new run of the program. */
function sync(world: World, events: EventsWorld, change: RunChange & Parameters<EventsWorld["run"]>[0] = {}) {
  return world.sync(world.context({ ...change, events: events.run(change) }));
}

function label(world: World, ...add: readonly string[]): void {
  world.simulator.label({ pr: PR, add: [...add], remove: [], actor: "maxime" });
}

Deno.test("syncPull() fires `building` when work begins and `running` after the labels, each once", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();

  const { exitCode } = await sync(world, events);
  const { requests, writes } = await world.count(() => sync(world, events));

  assert.equal(exitCode, 0);
  assert.deepEqual(events.slack.posts, ["building aaaaaaa at None", `running aaaaaaa ${AT}:8001`]);
  assert.deepEqual(world.spoken.warned, []);
  assert.deepEqual([requests <= 3, writes], [true, 0]);
});

Deno.test("state.environments has the object of `status --json`", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  const context = world.context({ events: events.run() });
  await world.sync(context);
  const { viewSight } = await import("../../../src/environments/app/show/environment_view.ts");
  const { planOnce } = await import("../../../src/environments/app/sync/sync_pull.ts");
  const { observed } = await planOnce(context, PR, {
    ...DEFAULT_OPTIONS,
    request: undefined,
    planOnly: true,
  }, never());

  const stored = await events.context(PR);

  const object = valueAt(stored?.tree ?? new Map(), ["state", "environments", "aaaaaaa"]);
  assert.ok(isValueMap(object));
  const plain = Object.fromEntries(
    [...object].map(([key, value]) => [key, isValueMap(value) ? Object.fromEntries(value) : value]),
  );
  assert.deepEqual([plain], viewSight(context, observed));
  assert.equal(plain["status"], "running");
});

Deno.test("syncPull() fires nothing again with nothing to do, and makes no version", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  await sync(world, events);
  const before = await events.context(PR);

  await sync(world, events);
  await sync(world, events);

  assert.equal(events.slack.posts.length, 2);
  assert.equal((await events.context(PR))?.newest.version, before?.newest.version);
});

Deno.test("syncPull() of a pull request without an environment opens no store", async () => {
  const world = makeWorld();
  let loaded = 0;
  const context = world.context();

  await syncPull(
    {
      ...context,
      events: () => {
        loaded++;
        return Promise.reject(new AppError("store_unreachable", "Opening contexts: it is down"));
      },
    },
    PR,
    { ...DEFAULT_OPTIONS, request: undefined, planOnly: false },
    never(),
  );

  assert.equal(loaded, 0);
  assert.deepEqual(world.spoken.warned, []);
});

Deno.test("a push fires events of the new commit, and `stopped` of the one that it replaces", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  await sync(world, events);
  events.slack.posts.length = 0;

  world.simulator.push({ pr: PR, sha: B });
  await sync(world, events);
  await sync(world, events);

  assert.deepEqual(events.slack.posts, [
    "building bbbbbbb at None",
    `running bbbbbbb ${AT}:8002`,
    "stopped aaaaaaa at None",
  ]);
});

Deno.test("a failed build fires `failed`, and its labels are those of a run without events", async () => {
  const [world, plain] = [makeWorld({ pull: { labels: [START] } }), makeWorld({ pull: { labels: [START] } })];
  await using events = await makeEventsWorld();
  for (const each of [world, plain]) {
    each.images.hooks.before("build", () => {
      throw new AppError("build_failed", "Building: make: *** [all] Error 2");
    });
  }

  const { exitCode } = await sync(world, events);
  const without = await plain.sync();

  assert.deepEqual(events.slack.posts, ["building aaaaaaa at None", "failed aaaaaaa at None"]);
  assert.equal(exitCode, without.exitCode);
  assert.equal(exitCode, 1);
  assert.deepEqual(world.labels(), plain.labels());
});

Deno.test("a stop and a close fire `stopped`, and a new start fires anew", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  await sync(world, events);
  events.slack.posts.length = 0;

  label(world, STOP);
  await sync(world, events);
  await sync(world, events);
  assert.deepEqual(events.slack.posts.splice(0), ["stopped aaaaaaa at None"]);

  world.clock.advance(90_000);
  label(world, START);
  await sync(world, events);
  assert.deepEqual(events.slack.posts.splice(0), [
    "building aaaaaaa at None",
    `running aaaaaaa ${AT}:8002`,
  ]);

  world.clock.advance(90_000);
  world.simulator.pull({ pr: PR, state: "closed", actor: "maxime" });
  await sync(world, events);
  assert.deepEqual(events.slack.posts, ["stopped aaaaaaa at None"]);
});

Deno.test("an update in place fires `updating` and `running` again", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  await sync(world, events);
  events.slack.posts.length = 0;
  world.clock.advance(5_000);

  label(world, "🎪 conf-enable-ALERT_REPORTS");
  await sync(world, events);

  assert.deepEqual(events.slack.posts.map((text) => text.slice(0, 16)), [
    "updating aaaaaaa",
    "running aaaaaaa ",
  ]);
});

Deno.test("a push while the environment comes up: the first one is announced before the second is built", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  let activated = false;
  const wire: NonNullable<RunChange["wire"]> = async (request, send) => {
    const answer = await send(request);
    // The push arrives right after the labels of the first commit.
    if (!activated && world.labels().includes("🎪 aaaaaaa 🚦 running")) {
      activated = true;
      world.simulator.push({ pr: PR, sha: B });
    }
    return answer;
  };

  await sync(world, events, { wire });

  assert.ok(activated);
  assert.deepEqual(events.slack.posts, [
    "building aaaaaaa at None",
    `running aaaaaaa ${AT}:8001`,
    "building bbbbbbb at None",
    `running bbbbbbb ${AT}:8002`,
    "stopped aaaaaaa at None",
  ]);
});
