/** The status `showtime` of head commits, on a simulated GitHub. */

import assert from "node:assert/strict";
import type { AppSettings } from "../../../src/environments/app/run.ts";
import { AppError } from "../../../src/lib/errors.ts";
import {
  cleanIn,
  label,
  newsIn,
  RUN_PAGE,
  runsHere,
  START,
  statusesOf,
  STOP,
  syncIn,
} from "../../worlds/news.ts";
import { A, B, FORK, HOUR, makeWorld, PR, RUN_OF_FORK, type World } from "../../worlds/world.ts";

const ON: Partial<AppSettings> = { status: { required: false } };
const REQUIRED: Partial<AppSettings> = { status: { required: true } };
const PENDING = `pending: The environment is coming up ${RUN_PAGE}`;
const REMOVED = "success: The environment is removed";
const OF_ANOTHER = "success: This commit has no preview; the pull request's preview is of aaaaaaa";
const NOBODY_ASKED = "success: No preview was asked for";

/** A world in which the first commit runs, with its status. */
async function running(settings = ON): Promise<World> {
  const world = makeWorld({ pull: { labels: [START] } });
  await syncIn(world, settings);
  assert.deepEqual(statusesOf(world, A), [PENDING, runsHere(world)]);
  return world;
}

async function assertQuiet(world: World, settings: Partial<AppSettings>): Promise<void> {
  const { writes, requests } = await world.count(() => syncIn(world, settings));
  assert.deepEqual([writes, requests <= 3], [0, true], `${requests} requests`);
}

Deno.test("a head is pending while work goes on, then a success with the address; a sync with nothing to do writes none", async () => {
  const world = await running();
  await assertQuiet(world, ON);
});

Deno.test("a commit that does not come up is a failure with its reason and the run's page, for the next run too", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.hooks.before("deploy", () => {
    throw new AppError("out_of_memory", "Starting it: it was killed", { hint: "Give it more" });
  });
  for (let run = 0; run < 3; run++) await syncIn(world, ON);
  const failed = `failure: The environment ran out of memory ${RUN_PAGE}`;
  assert.deepEqual(statusesOf(world, A), [PENDING, failed, PENDING, failed]);
  await assertQuiet(world, ON);
});

Deno.test("a push moves the status to the new head, and the old commit's no longer names an address", async () => {
  const world = await running();
  const old = runsHere(world);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, ON);
  assert.deepEqual(statusesOf(world, B), [PENDING, runsHere(world)]);
  assert.deepEqual(statusesOf(world, A), [PENDING, old, REMOVED]);
  await assertQuiet(world, ON);
});

Deno.test("a failed update of an environment that serves on is a success that says so", async () => {
  const world = await running();
  world.platform.hooks.before("deploy", () => {
    throw new AppError("unhealthy", "Updating it: it does not answer", { hint: "Read the log" });
  });
  label(world, "🎪 conf-enable-X");
  await syncIn(world, ON);
  const url = `http://${world.platform.environments[0]?.address}`;
  assert.equal(
    statusesOf(world, A).at(-1),
    `success: The environment is running; its last update failed ${url}`,
  );
});

Deno.test("a stop, a close and the end of the time to live take the address back, and the commit stays a success", async () => {
  const ends: readonly ((world: World) => Promise<unknown>)[] = [
    (world) => (label(world, STOP), syncIn(world, ON)),
    (world) => (world.simulator.pull({ pr: PR, state: "closed" }), syncIn(world, ON)),
    (world) => (world.clock.advance(49 * HOUR), cleanIn(world, ON)),
  ];
  for (const [index, end] of ends.entries()) {
    const world = await running();
    await end(world);
    assert.deepEqual(world.platform.environments, []);
    assert.equal(statusesOf(world, A).at(-1), REMOVED, `end ${index}`);
    await assertQuiet(world, ON);
  }
});

Deno.test("without an environment no status is written, unless every head needs one: then one for each head", async () => {
  const world = makeWorld({ pull: { labels: ["bug"] } });
  await assertQuiet(world, ON);
  await syncIn(world, REQUIRED);
  assert.deepEqual(statusesOf(world, A), [NOBODY_ASKED]);
  await assertQuiet(world, REQUIRED);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(world, REQUIRED);
  assert.deepEqual(statusesOf(world, B), [NOBODY_ASKED]);
  await assertQuiet(world, REQUIRED);
});

Deno.test("a head whose status is required has one while it is blocked, frozen or waits for approval", async () => {
  const frozen = await running(REQUIRED);
  label(frozen, "🎪 🧊 showtime-freeze");
  frozen.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  await syncIn(frozen, REQUIRED);
  assert.deepEqual(statusesOf(frozen, B), [OF_ANOTHER]);
  await assertQuiet(frozen, REQUIRED);

  const blocked = makeWorld({ pull: { labels: [START, "🎪 🔒 showtime-blocked"] } });
  await syncIn(blocked, REQUIRED);
  assert.deepEqual(statusesOf(blocked, A), [NOBODY_ASKED]);
  await assertQuiet(blocked, REQUIRED);

  const waiting = makeWorld({ pull: FORK, seed: { runs: [RUN_OF_FORK] } });
  waiting.clock.advance(60_000);
  label(waiting, START);
  assert.equal((await syncIn(waiting, REQUIRED)).plan.reason, "start_requested");
  waiting.simulator.push({ pr: PR, sha: B, pusher: "rando" });
  assert.equal((await syncIn(waiting, REQUIRED)).plan.reason, "untrusted_commit");
  assert.deepEqual(statusesOf(waiting, B), [OF_ANOTHER]);
  await assertQuiet(waiting, REQUIRED);
});

Deno.test("a failure that was stopped does not block the merge where the status is required", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.platform.hooks.before("deploy", () => {
    throw new AppError("unhealthy", "Starting it: it does not answer", { hint: "Read the log" });
  });
  await syncIn(world, REQUIRED);
  label(world, STOP);
  await syncIn(world, REQUIRED);
  assert.equal(statusesOf(world, A).at(-1), NOBODY_ASKED);
  await assertQuiet(world, REQUIRED);
});

Deno.test("a commit that cannot be built is a failure, until nobody asks for it any more", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  world.images.check = () =>
    Promise.reject(
      new AppError("wrong_commit", "Building it: it lacks a commit", { exitCode: 2, hint: "Rebase" }),
    );
  for (let run = 0; run < 2; run++) await assert.rejects(syncIn(world, REQUIRED), { code: "wrong_commit" });
  assert.equal(statusesOf(world, A).at(-1), `failure: Not built: Building it: it lacks a commit ${RUN_PAGE}`);
  assert.equal(statusesOf(world, A).filter((each) => each.startsWith("failure")).length, 1);
  world.simulator.label({ pr: PR, add: [], remove: [START], actor: "maxime" });
  await syncIn(world, REQUIRED);
  assert.equal(statusesOf(world, A).at(-1), NOBODY_ASKED);
  await assertQuiet(world, REQUIRED);
});

Deno.test("a status that is switched on later, or was lost, is written by the next sync", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await syncIn(world, {});
  assert.deepEqual(statusesOf(world, A), []);
  await syncIn(world, ON);
  assert.deepEqual(statusesOf(world, A), [runsHere(world)]);
  await assertQuiet(world, ON);
});

Deno.test("a token without the right is one warning with the remedy, and the environment comes up", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const refusing = {
    wire: (request: Request, send: (request: Request) => Promise<Response>) =>
      /\/statuses\//.test(request.url)
        ? Promise.resolve(
          Response.json({ message: "Resource not accessible by integration" }, { status: 403 }),
        )
        : send(request),
  };
  const result = await syncIn(world, REQUIRED, refusing);
  assert.equal(result.exitCode, 0);
  assert.equal(world.platform.environments.length, 1);
  const warned = world.spoken.warned.filter((text) => text.includes("status"));
  assert.equal(warned.length, 1, warned.join("\n"));
  assert.match(warned[0] ?? "", /statuses: write/);
  await syncIn(world, REQUIRED);
  assert.deepEqual(statusesOf(world, A), [runsHere(world)]);
});

Deno.test("the status costs two more requests to create, three to update, one to stop, and the mention none", async () => {
  const costsOf = async (settings: Partial<AppSettings>) => {
    const world = makeWorld({ pull: { labels: [START] } });
    const cost = async () => (await world.count(() => syncIn(world, settings))).requests;
    const creating = await cost();
    world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
    const updating = await cost();
    label(world, STOP);
    return [creating, updating, await cost()];
  };
  const plain = await costsOf({});
  const more = async (settings: Partial<AppSettings>) =>
    (await costsOf(settings)).map((cost, at) => cost - (plain[at] ?? 0));
  // The status of the commit that is replaced loses its address.
  assert.deepEqual(await more(ON), [2, 3, 1]);
  assert.deepEqual(await more({ mention: "both" }), [0, 0, 0]);
  assert.deepEqual(await more({ ...REQUIRED, mention: "both" }), [2, 3, 1]);
});

Deno.test("an address that stays is the one in status and news, and a sync with nothing to do writes none", async () => {
  const stable = "https://pr-1234.preview.example.org";
  const settings: Partial<AppSettings> = { ...ON, mention: "both", urlOf: () => stable };
  const world = makeWorld({ pull: { labels: [START] } });
  await syncIn(world, settings);
  assert.equal(statusesOf(world, A).at(-1), `success: The environment is running ${stable}`);
  assert.ok(newsIn(world)[0]?.endsWith(` is ready at ${stable}`));
  await assertQuiet(world, settings);
});

Deno.test("an environment that sleeps is a success that says so once, and the wake is told to nobody again", async () => {
  const stable = "https://pr-1234.preview.example.org";
  for (const urlOf of [undefined, () => stable]) {
    const settings: Partial<AppSettings> = { ...ON, mention: "both", ...(urlOf ? { urlOf } : {}) };
    const world = makeWorld({ pull: { labels: [START] } });
    await syncIn(world, settings);
    const before = statusesOf(world, A);
    label(world, "🎪 💤 showtime-sleep");
    await syncIn(world, settings);
    const words = "success: The environment is asleep; a start or sync trigger wakes it";
    assert.deepEqual(statusesOf(world, A), [...before, urlOf === undefined ? words : `${words} ${stable}`]);
    assert.equal(newsIn(world).length, 1);
    assert.match(newsIn(world)[0] ?? "", /💤 the preview of .* is asleep$/);
    await assertQuiet(world, settings);
    label(world, START);
    await syncIn(world, settings);
    const where = urlOf === undefined ? `http://${world.platform.environments[0]?.address}` : stable;
    assert.equal(statusesOf(world, A).at(-1), `success: The environment is running ${where}`);
    assert.ok(newsIn(world)[0]?.endsWith(` is ready at ${where}`), newsIn(world)[0]);
    const made = world.simulator.requests().flatMap(({ operations }) => operations)
      .filter((name) => name === "addComment");
    assert.equal(made.length, 2, "the main comment and one with news");
  }
});
