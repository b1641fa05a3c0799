/** The environments that a server drives: hooks come in over HTTP, and pull requests end as they do in Actions. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { type Played, startEnvironmentWorld } from "../../worlds/builds/environment_world.ts";
import { A, B, FORK, makeWorld, MINUTE, PR, seedPull, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";
const FREEZE = "🎪 🧊 showtime-freeze";
const FLAG = "🎪 conf-enable-DARK";

/** A world whose pull requests have these numbers. */
function worldOf(numbers: readonly number[], labels: readonly string[] = []): World {
  return makeWorld({ seed: { pulls: numbers.map((number) => seedPull(number, { labels })) } });
}

/** Labels a pull request, and returns the events that GitHub sends. */
function label(world: World, add: readonly string[], pr: number = PR): readonly Played[] {
  world.simulator.label({ pr, add, remove: [], actor: "maxime" });
  return add.map((name) => ({ action: "labeled", pr, label: name }));
}

/** What people see of a pull request, without what differs by chance: addresses and the times of events. */
function shown(world: World): unknown {
  const { platform } = world;
  return {
    labels: world.labels(),
    definitions: world.definitions(),
    comment: world.comment(),
    environments: platform.environments.map(({ sha, settings, healthy }) => ({ sha, settings, healthy })),
  };
}

/** A life of a pull request: each step changes the simulator and returns the events that GitHub sends. */
const LIFE: readonly ((world: World) => readonly Played[])[] = [
  (world) => label(world, [START]),
  (world) => label(world, [FLAG]),
  (world) => {
    world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
    return [{ action: "synchronize", pr: PR }];
  },
  (world) => label(world, [FREEZE]),
  (world) => {
    world.simulator.label({ pr: PR, add: [], remove: [FREEZE], actor: "maxime" });
    return [{ action: "unlabeled", pr: PR, label: FREEZE }];
  },
  (world) => label(world, [STOP]),
  (world) => label(world, [START]),
  (world) => {
    world.simulator.pull({ pr: PR, state: "closed" });
    return [{ action: "closed", pr: PR }];
  },
];

Deno.test("hooks end as Actions' runs do: the same labels, comment and environments after each event of a life", async () => {
  const [served, byHand] = [makeWorld(), makeWorld()];
  await using server = await startEnvironmentWorld(served);
  server.drive();
  for (const [step, act] of LIFE.entries()) {
    for (const played of act(served)) await server.play(played);
    await server.settled();
    for (const { action, label, sender = "maxime" } of act(byHand)) {
      const { headSha } = await byHand.context().forge.readPull(PR, { actor: undefined }, NEVER);
      await byHand.sync(byHand.context({
        inActions: true,
        actor: sender,
        event: { action, headSha, sender, label },
      }));
    }
    assert.deepEqual(shown(served), shown(byHand), `after step ${step}`);
    for (const each of [served, byHand]) each.clock.advance(MINUTE);
  }
  assert.equal(served.platform.environments.length, 0);
  assert.ok(served.images.built.length >= 3);
});

const NEVER = new AbortController().signal;

/** Holds the builds of a world until the test lets them go. */
function holdBuilds(world: World): () => void {
  const held = Promise.withResolvers<void>();
  world.images.hooks.before("build", () => held.promise);
  return () => held.resolve();
}

Deno.test("two hooks at once for one pull request are one running and one waiting sync", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const letGo = holdBuilds(world);
  server.drive();
  await server.until(() => server.ended.includes("all"));
  const [first] = label(world, [START]);
  assert.ok(first);
  await server.play(first);
  await server.until(() => server.began.includes(`#${PR}`));
  for (const played of label(world, [FLAG, FREEZE])) await server.play(played);
  assert.equal((await server.wanted()).length, 1);
  letGo();
  await server.settled();
  assert.deepEqual(server.began.filter((name) => name !== "all"), [`#${PR}`, `#${PR}`]);
  assert.equal(server.most, 1);
  assert.deepEqual(world.platform.environments.map(({ settings }) => settings.flags), [{ DARK: true }]);
});

Deno.test("ten pull requests never have more syncs at a time than --syncs", async () => {
  const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
  const world = worldOf(numbers);
  await using server = await startEnvironmentWorld(world, { limit: 3 });
  const letGo = holdBuilds(world);
  server.drive();
  for (const pr of numbers) for (const played of label(world, [START], pr)) await server.play(played);
  await server.until(() => server.began.filter((name) => name !== "all").length >= 3);
  letGo();
  await server.settled();
  assert.equal(server.most, 3);
  assert.deepEqual(world.platform.environments.map(({ pr }) => pr).sort((a, b) => a - b), numbers);
});

Deno.test("a hook that was answered is synced by the next server if this one dies before and during the sync", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  // Nothing drives yet: the server dies after it answered.
  for (const played of label(world, [START])) await server.play(played);
  const reached = Promise.withResolvers<void>();
  world.images.hooks.before("build", () => {
    reached.resolve();
    return new Promise<void>(() => {});
  });
  const first = server.drive();
  await reached.promise;
  first.kill();
  world.images.hooks.before("build", undefined);
  assert.equal((await server.wanted()).length, 1, "the wish is in the store");
  server.drive();
  // First the lease of the dead server on the work expires, then its lock.
  await server.until(() => {
    world.clock.advance(5_000);
    return world.platform.environments.length > 0;
  });
  await server.settled();
  assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
  assert.ok(world.labels().includes("🎪 🎯 aaaaaaa"));
  assert.ok(server.said.some((line) => /is held by/.test(line)), server.said.join("\n"));
});

Deno.test("a server that ends gives the lock back, and the next one goes on at once", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const building = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  world.images.hooks.before("build", () => {
    building.resolve();
    return letGo.promise;
  });
  const first = server.drive();
  for (const played of label(world, [START])) await server.play(played);
  await building.promise;
  const ended = first.end();
  letGo.resolve();
  await ended;
  assert.equal((await server.wanted()).length, 1);
  assert.ok(!world.definitions().some((name) => name.includes("lock")));
  world.clock.advance(1);
  server.drive();
  await server.settled();
  assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
});

Deno.test("a server that starts syncs what changed while none ran", async () => {
  const world = worldOf([1, 2, 3]);
  await using server = await startEnvironmentWorld(world);
  label(world, [START], 1);
  label(world, ["bug"], 3);
  const first = server.drive();
  await server.until(() => world.labels(1).includes("🎪 🎯 aaaaaaa"));
  await server.settled();
  await first.end();
  world.clock.advance(MINUTE);
  world.simulator.pull({ pr: 1, state: "closed" });
  label(world, ["🎪 trigger-start"], 2);
  server.began.splice(0);
  server.drive();
  // The cleanup of the new server and a sync may want the same pull request: then one waits.
  await server.until(async () => {
    world.clock.advance(1_000);
    return world.platform.environments.some(({ pr }) => pr === 2) && (await server.wanted()).length === 0;
  });
  assert.deepEqual(world.platform.environments.map(({ pr }) => pr), [2]);
  assert.ok(!server.began.includes("#3"), "a pull request without labels of Showtime costs nothing");
});

Deno.test("a held lock: the sync is taken again after its expiry, and not before", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const [played] = label(world, [START]);
  assert.ok(played);
  const building = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  world.images.hooks.before("build", () => {
    building.resolve();
    return letGo.promise;
  });
  const other = world.sync();
  await building.promise;
  server.drive();
  await server.play(played);
  await server.until(async () => ((await server.wanted())[0]?.notBefore ?? 0) > 0);
  const [held] = await server.wanted();
  assert.equal(held?.notBefore, world.clock.now() + 10 * MINUTE);
  letGo.resolve();
  await other;
  server.began.splice(0);
  await server.until(() => {
    world.clock.advance(5_000);
    return server.began.includes(`#${PR}`);
  });
  assert.ok(world.clock.now() >= held.notBefore);
  await server.settled();
});

Deno.test("a trigger on a fork's commit counts by the payload of its label, also if another label follows at once", async () => {
  const world = makeWorld({ pull: FORK });
  await using server = await startEnvironmentWorld(world);
  for (const played of label(world, [START, FLAG])) await server.play(played);
  assert.equal((await server.wanted()).length, 1);
  server.drive();
  await server.settled();
  assert.deepEqual(world.platform.environments.map(({ sha, settings }) => [sha, settings.flags]), [
    [A, { DARK: true }],
  ]);
});

Deno.test("a trigger on a fork's commit that no event showed, and one by a person who may not, bring nothing up", async () => {
  const [unseen, refused] = [makeWorld({ pull: FORK }), makeWorld()];
  label(unseen, [START]);
  refused.simulator.label({ pr: PR, add: [START], remove: [], actor: "rando" });
  for (const world of [unseen, refused]) {
    await using server = await startEnvironmentWorld(world);
    if (world === refused) {
      await server.play({ action: "labeled", pr: PR, label: START, sender: "rando" });
    }
    server.drive();
    await server.until(() => server.ended.includes(`#${PR}`));
    await server.settled();
    assert.deepEqual([world.platform.environments, world.images.built], [[], []]);
  }
  assert.match(unseen.comment(), /Nothing shows that aaaaaaa was the head before the trigger was set/);
  assert.ok(!refused.labels().includes(START));
});

Deno.test("of two servers on one store one syncs, and the other goes on if it is killed", async () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  const world = worldOf(numbers);
  await using server = await startEnvironmentWorld(world);
  const said = { first: 0, second: 0 };
  const letGo = holdBuilds(world);
  const first = server.drive({ ports: { say: () => void said.first++ } });
  await server.until(() => server.ended.includes("all"));
  server.drive({ ports: { say: () => void said.second++ } });
  for (const pr of numbers) for (const played of label(world, [START], pr)) await server.play(played);
  await server.until(() => said.first === 4);
  assert.deepEqual([server.most, said.second], [2, 0], "two pull requests, and two steps of each");
  first.kill();
  letGo();
  await server.until(() => {
    world.clock.advance(5_000);
    return world.platform.environments.length === numbers.length;
  });
  assert.ok(said.second > 0);
});

Deno.test("labels that Showtime sets, other labels and other repositories' hooks trigger nothing", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const quiet: readonly Played[] = [
    { action: "labeled", pr: PR, label: "🎪 aaaaaaa 🚦 running", sender: "github-actions[bot]" },
    { action: "unlabeled", pr: PR, label: "🎪 🎯 aaaaaaa" },
    { action: "labeled", pr: PR, label: "🎪 showtime" },
    { action: "labeled", pr: PR, label: "🎪 lock pr-1234" },
    { action: "labeled", pr: PR, label: "bug" },
    { action: "edited", pr: PR },
    { action: "assigned", pr: PR },
  ];
  for (const played of quiet) await server.play(played);
  const payload = await server.payload({ action: "opened", pr: PR });
  const elsewhere = { clone_url: "https://github.example/acme/other.git" };
  const anotherHost = { clone_url: "https://evil.example/apache/superset.git" };
  for (const repository of [elsewhere, anotherHost]) {
    assert.equal((await server.hook({ ...payload as object, repository })).status, 200);
  }
  assert.equal((await server.hook(payload, { event: "issues" })).status, 200);
  assert.deepEqual(await server.wanted(), []);
  // By name, whoever the sender is.
  await server.play({ action: "labeled", pr: PR, label: FREEZE, sender: "dependabot[bot]" });
  assert.equal((await server.wanted()).length, 1);
});

Deno.test("forged hooks are refused, and a hook that comes again is answered and syncs nothing", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const payload = await server.payload({ action: "opened", pr: PR });
  assert.equal((await server.hook(payload, { secret: "guess" })).status, 403);
  assert.deepEqual(await server.wanted(), []);
  const answers = [await server.hook(payload), await server.hook(payload)];
  const read = await Promise.all(answers.map((each) => each.json()));
  assert.deepEqual(read.map(({ syncs, repeated }) => [syncs, repeated]), [[true, false], [false, true]]);
  server.drive();
  await server.settled();
  assert.equal((await (await server.hook(payload)).json()).repeated, true);
  assert.deepEqual(await server.wanted(), []);
});

Deno.test("a failure is said with the name of the pull request, and GitHub is asked again if it did not answer", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  for (const played of label(world, [START])) await server.play(played);
  let failures = 0;
  const down = new AppError("forge_unreachable", "Reading #1234: no answer", { retryable: true });
  server.drive({
    run: { wire: (request, send) => failures < 2 ? Promise.reject(down) : send(request) },
    ports: { say: (line) => void (server.said.push(line), failures++) },
  });
  await server.until(() => {
    world.clock.advance(5_000);
    return world.platform.environments.length > 0;
  });
  await server.settled();
  assert.ok(server.said.some((line) => line.startsWith("apache/superset")), server.said.join("\n"));
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building pr-1234: make failed");
  });
  world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
  await server.play({ action: "synchronize", pr: PR });
  await server.settled();
  assert.ok(
    server.said.some((line) => line.startsWith("apache/superset#1234: Building pr-1234: make failed")),
  );
  assert.ok(world.labels().includes("🎪 bbbbbbb 🚦 failed"));
});

Deno.test("cleanup runs at its interval, by one of two servers, also across restarts", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  const cleanups: number[] = [];
  world.images.hooks.before("list", () => void cleanups.push(world.clock.now()));
  const drivers = [server.drive(), server.drive()];
  const pass = () => world.clock.advance(5_000);
  await server.until(() => (pass(), cleanups.length === 2));
  for (const each of drivers) await each.end();
  server.drive();
  await server.until(() => (pass(), cleanups.length === 4));
  for (const [index, at] of cleanups.entries()) {
    const before = cleanups[index - 1];
    if (before !== undefined) assert.ok(at - before >= 15 * MINUTE - 5_000, `${at - before}`);
  }
});

Deno.test("GET /api/v1/environments lists what `showtime list --json` has, with the repository", async () => {
  const world = makeWorld();
  await using server = await startEnvironmentWorld(world);
  label(world, [START]);
  await world.sync();
  const { environments, incomplete } = await server.server.json("GET /api/v1/environments");
  assert.deepEqual(incomplete, []);
  assert.deepEqual(
    environments.map((each: { repository: string; pr: number; status: string }) => [
      each.repository,
      each.pr,
      each.status,
    ]),
    [["apache/superset", PR, "running"]],
  );
  const limited = await server.server.addKey("read", { pipelines: ["web"] });
  assert.equal((await server.server.send("GET /api/v1/environments", { key: limited })).status, 403);
});
