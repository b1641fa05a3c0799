/** Failures of events: they are warnings, labels and exit code stay as they are, and the next sync does what is left. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { appFile, type EventsWorld, makeEventsWorld } from "../../worlds/contexts/pull_events_world.ts";
import { makeWorld, PR, REPO, type RunChange, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const RUNNING = "running aaaaaaa at http://10.0.0.1:8001";

/** Syncs as a new run of the program. */
function sync(world: World, events: EventsWorld, change: RunChange & Parameters<EventsWorld["run"]>[0] = {}) {
  return world.sync(world.context({ ...change, events: events.run(change) }));
}

/** The labels of a start without events. */
async function plainLabels(): Promise<readonly string[]> {
  const world = makeWorld({ pull: { labels: [START] } });
  await world.sync();
  return world.labels();
}

Deno.test("syncPull() waits for a server that hangs as long as the limit says, and brings the environment up meanwhile", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  events.slack.mood = "hangs";
  const started = Date.now();

  const { exitCode } = await sync(world, events, { limitMs: 400, timeoutMs: 60_000 });

  assert.ok(Date.now() - started < 10_000, `${Date.now() - started} ms`);
  assert.equal(exitCode, 0);
  assert.deepEqual(events.slack.posts, ["building aaaaaaa at None"], "it got no answer");
  assert.deepEqual(world.labels(), await plainLabels());
  assert.deepEqual(world.spoken.warned, [
    "Announcing the environments of #1234: it took over 0.4 s, and the next sync does what is left",
  ]);

  events.slack.mood = "takes";
  events.slack.posts.length = 0;
  await sync(world, events);
  assert.deepEqual(events.slack.posts, [RUNNING]);
});

Deno.test("a server that answers 500 is one warning for each event, and the next sync sends again", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  events.slack.mood = "fails";

  const { exitCode } = await sync(world, events);

  assert.equal(exitCode, 0);
  assert.deepEqual(world.labels(), await plainLabels());
  assert.deepEqual(
    world.spoken.warned.map((text) => text.replace(/127\.0\.0\.1:\d+/, "HOST")),
    ["building", "running"].map((event) =>
      `Announcing the environments of #1234: ${event} of aaaaaaa: notify: Sending to http://HOST: ` +
      "it answered 500. Run it again later"
    ),
  );
  const [, firstKey] = events.slack.keys;

  events.slack.mood = "takes";
  events.slack.posts.length = 0;
  await sync(world, events);
  await sync(world, events);
  assert.deepEqual(events.slack.posts, [RUNNING]);
  assert.equal(events.slack.keys[2], firstKey, "the same Idempotency-Key");
});

Deno.test("after a crash between the labels and the event, the next sync fires it once", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld();
  await world.sync();

  await sync(world, events);
  await sync(world, events);

  assert.deepEqual(events.slack.posts, [RUNNING]);
});

Deno.test("after a crash before any write of the context, the next sync posts what is missing, and nothing twice that is known", async () => {
  let crashes = 0;
  for (let fatal = 1;; fatal++) {
    const world = makeWorld({ pull: { labels: [START] } });
    await using events = await makeEventsWorld(appFile(["running"]));
    let commits = 0;
    const beforeCommit = () => {
      // A process that died writes nothing any more.
      if (++commits >= fatal) throw new Error("the process died");
    };
    await sync(world, events, { beforeCommit });
    const posted = events.slack.posts.length;
    await sync(world, events);
    await sync(world, events);

    const { posts, keys } = events.slack;
    assert.ok(posts.length >= 1 && posts.length <= 2, `write ${fatal}: ${posts.join(", ")}`);
    assert.equal(new Set(posts).size, 1, `write ${fatal}`);
    assert.equal(new Set(keys).size, 1, `write ${fatal}: ${keys.join(", ")}`);
    if (commits < fatal) {
      assert.deepEqual([posted, posts.length], [1, 1]);
      break;
    }
    crashes++;
  }
  assert.ok(crashes >= 4, `${crashes} writes`);
});

Deno.test("a store that is down is one warning, and the labels are as ever", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const down = () => {
    throw new AppError("store_unreachable", "Reading redis host:6379: no connection", { hint: "Start it" });
  };

  const { exitCode } = await world.sync(world.context({ events: { limitMs: 1_000, announce: down } }));

  assert.equal(exitCode, 0);
  assert.deepEqual(world.labels(), await plainLabels());
  assert.deepEqual(world.spoken.warned, [
    "Announcing the environments of #1234: Reading redis host:6379: no connection. Start it",
  ]);
});

Deno.test("an app file that is wrong is a warning with its place", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld("cicd-contexts:\n  stage: [\n");

  const { exitCode } = await sync(world, events);

  assert.equal(exitCode, 0);
  assert.equal(world.spoken.warned.length, 1);
  assert.match(world.spoken.warned[0] ?? "", /app\.yaml:\d/);
});

Deno.test("a handler that failed is sent again, and not the one beside it that was done", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const app = appFile(
    [],
    [
      "          running:",
      '            notify: { message: "running {{ environment.short_sha }}" }',
      '            github-comment: { message: "It runs at {{ environment.url }}" }',
    ].join("\n"),
  );
  await using events = await makeEventsWorld(app);
  const comments: string[] = [];
  let refuses = true;
  const upsert = (pr: number, { body }: { readonly body: string }) => {
    if (refuses) {
      return Promise.reject(new AppError("forge_failed", "Writing a comment: GitHub answered 502"));
    }
    comments.push(`${pr} ${body.split("\n")[1]}`);
    return Promise.resolve("created" as const);
  };

  await sync(world, events, { comments: { upsert } });
  assert.deepEqual(world.spoken.warned, [
    "Announcing the environments of #1234: running of aaaaaaa: github-comment: " +
    "Writing a comment: GitHub answered 502",
  ]);
  refuses = false;
  await sync(world, events, { comments: { upsert } });
  await sync(world, events, { comments: { upsert } });

  assert.deepEqual(events.slack.posts, ["running aaaaaaa"]);
  assert.deepEqual(comments, ["1234 It runs at http://10.0.0.1:8001"]);
});

Deno.test("an app file without the pipeline `environment` keeps the objects, and fires nothing", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld("cicd-contexts: { stage: { channel: builds } }\n");

  await sync(world, events);

  assert.deepEqual([events.slack.posts, world.spoken.warned], [[], []]);
  assert.ok((await events.context(PR))?.tree.has("channel"));
});

Deno.test("a run that had to give up once waits 5 s at most for its other pull requests", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld(appFile(["running", "expired"]));
  events.slack.mood = "hangs";
  const port = events.run({ limitMs: 20_000, timeoutMs: 60_000 });
  const late = new AbortController();
  const announce = async () => {
    setTimeout(() => late.abort(new Error("it is late")), 300);
    await port.announce(
      { repo: REPO, pr: PR, at: Date.now(), environments: [], atWork: false, ended: new Map() },
      late.signal,
    );
  };
  await world.sync(world.context({ events: events.run({ limitMs: 300, timeoutMs: 60_000 }) }));
  assert.equal(port.limitMs, 20_000);

  await assert.rejects(announce(), /it is late/);

  assert.equal(port.limitMs, 5_000);
});

Deno.test("two runs that announce the same at once post it once, without a warning", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld(appFile(["running"]));
  await world.sync();

  await Promise.all([sync(world, events), sync(world, events), sync(world, events)]);

  assert.deepEqual(events.slack.posts, [RUNNING]);
  assert.deepEqual(world.spoken.warned, []);
});

Deno.test("two repositories that share a store: the second one warns, and the context of the first one stays", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await using events = await makeEventsWorld(appFile(["running", "stopped"]));
  await sync(world, events);
  const before = await events.context(PR);
  const other = makeWorld();
  const port = events.run();

  const announced = port.announce({
    repo: "acme/other",
    pr: PR,
    at: other.clock.now(),
    environments: [],
    atWork: false,
    ended: new Map(),
  }, new AbortController().signal);

  await assert.rejects(announced, { code: "context_elsewhere" });
  assert.deepEqual(events.slack.posts, [RUNNING]);
  assert.deepEqual(await events.context(PR), before);
});
