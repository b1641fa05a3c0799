import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { extendPull } from "../../../src/environments/app/sync/extend.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { AppError } from "../../../src/lib/errors.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import {
  A,
  B,
  environment,
  makeWorld,
  never,
  PR,
  REPO,
  runningLabels,
  type World,
  type WorldContext,
} from "../../worlds/world.ts";
import { onceBefore } from "../../worlds/wires.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";
const LOCK = `🎪 lock pr-${PR}`;

const started = () =>
  makeWorld({
    pull: { labels: [START, "bug"] },
    seed: {
      runs: [{ id: 101, run_attempt: 1, status: "in_progress" }, {
        id: 102,
        run_attempt: 1,
        status: "in_progress",
      }],
    },
  });

function assertRunsOnly(world: World, short: string): void {
  assert.deepEqual(world.platform.environments.map((each) => each.short), [short]);
  assert.ok(world.labels().includes(`🎪 ${short} 🚦 running`), world.labels().join(", "));
  assert.ok(!world.definitions().includes(LOCK));
}

/** Puts a lock there that somebody else holds. */
function plantLock(world: World, description: string): Promise<Response> {
  return world.simulator.handle(
    new Request(`http://127.0.0.1/repos/${REPO}/labels`, {
      method: "POST",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body: JSON.stringify({ name: LOCK, color: "6A737D", description }),
    }),
  );
}

const seconds = (world: World, offset: number) => Math.floor(world.clock.now() / 1000) + offset;

Deno.test("M1: syncPull() loses to a run that holds the lock: exit code 4, the owner named, nothing written", async () => {
  const world = started();
  await plantLock(world, `v1 n=deadbeef00 r=101/1 x=${seconds(world, 600)} u=ana`);
  const before = world.labels();

  await assert.rejects(world.sync(), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.exitCode, 4);
    assert.match(error.message, /run 101, attempt 1 of ana/);
    assert.match(error.message, /actions\/runs\/101/);
    return true;
  });
  assert.deepEqual(world.labels(), before);
  assert.deepEqual(world.platform.changes, []);
});

for (
  const [title, describe] of [
    [
      "completed",
      (
        world: World,
      ) => (world.simulator.run({ id: 101, status: "completed" }),
        `v1 n=deadbeef00 r=101/1 x=${seconds(world, 600)}`),
    ],
    [
      "of an earlier attempt",
      (
        world: World,
      ) => (world.simulator.run({ id: 101, run_attempt: 2 }),
        `v1 n=deadbeef00 r=101/1 x=${seconds(world, 600)}`),
    ],
    ["past its lease", (world: World) => `v1 n=deadbeef00 x=${seconds(world, -1)}`],
  ] as const
) {
  Deno.test(`syncPull() takes over the lock of a run that is ${title}`, async () => {
    const world = started();
    await plantLock(world, describe(world));

    await world.sync();

    assertRunsOnly(world, "aaaaaaa");
  });
}

Deno.test("syncPull() never steals a lock whose entry cannot be read, and names the command that removes it", async () => {
  const world = started();
  await plantLock(world, "mine, hands off");

  await assert.rejects(world.sync(), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.exitCode, 4);
    assert.match(error.hint ?? "", /showtime unlock 1234/);
    return true;
  });
  assert.ok(world.definitions().includes(LOCK));
});

Deno.test("M8: syncPull() builds a push that comes between its last look and the release of its lock", async () => {
  const world = started();
  const wire = onceBefore((text) => text.includes("deleteLabel"), () => {
    world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  });

  await world.sync(world.context({ wire }));

  assertRunsOnly(world, "bbbbbbb");
});

Deno.test("syncPull() leaves a build that a push has made old, and builds the newest once", async () => {
  const world = started();
  world.images.hooks.before("build", () => {
    world.images.hooks.before("build", undefined);
    world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  });

  await world.sync();

  assertRunsOnly(world, "bbbbbbb");
  assert.equal(world.platform.changes.filter((each) => each.startsWith("deploy")).length, 1);
});

for (
  const [title, end] of [
    ["stop", (world: World) => world.simulator.label({ pr: PR, add: [STOP], remove: [], actor: "maxime" })],
    ["close", (world: World) => world.simulator.pull({ pr: PR, state: "closed" })],
  ] as const
) {
  for (const phase of ["build", "deploy"] as const) {
    Deno.test(`L1: syncPull() lets a ${title} win that comes during the ${phase}`, async () => {
      const world = started();
      const hooks = phase === "build" ? world.images.hooks : world.platform.hooks;
      hooks.before(phase, async () => {
        hooks.before(phase, undefined);
        await end(world);
      });

      await world.sync();

      assert.deepEqual(world.platform.environments, []);
      assert.deepEqual(world.labels(), ["bug"]);
      assert.deepEqual(world.definitions().filter((name) => /aaaaaaa|lock/.test(name)), []);
    });
  }
}

Deno.test("M5: syncPull() writes nothing more once another run has taken its lock", async () => {
  const world = started();
  let labels: readonly string[] = [];
  world.platform.hooks.before("deploy", async () => {
    world.platform.hooks.before("deploy", undefined);
    const forge = world.context().forge;
    const [lock] = await forge.readLock(LOCK, never());
    assert.ok(lock !== undefined);
    await forge.deleteDefinition(lock.nodeId, never());
    await plantLock(world, `v1 n=0123456789 x=${seconds(world, 600)} u=ana`);
    labels = world.labels();
  });

  await assert.rejects(world.sync(), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.exitCode, 4);
    return true;
  });
  assert.deepEqual(world.labels(), labels);
  assert.ok(world.definitions().includes(LOCK), "the lock of the other run is not released");
});

for (
  const [title, sleep] of [
    ["whose lock another run took while it slept", async (world: World) => {
      const forge = world.context().forge;
      const [lock] = await forge.readLock(LOCK, never());
      await forge.deleteDefinition(lock?.nodeId ?? assert.fail("no lock"), never());
      await plantLock(world, `v1 n=0123456789 x=${seconds(world, 600)} u=ana`);
    }],
    ["that slept through its lease", (world: World) => world.clock.advance(11 * 60_000)],
    ["whose lock a person removed while it slept", async (world: World) => {
      const forge = world.context().forge;
      const [lock] = await forge.readLock(LOCK, never());
      await forge.deleteDefinition(lock?.nodeId ?? assert.fail("no lock"), never());
    }],
  ] as const
) {
  Deno.test(`M5: syncPull() ${title} does not tag its image`, async () => {
    const world = started();
    world.images.hooks.before("build", () => sleep(world));
    // The renewal does not run while the machine sleeps.
    const context = world.context();
    const clock: Clock = {
      now: () => world.clock.now(),
      sleep: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    };

    const error = await world.sync({ ...context, clock }).then(() => undefined, (thrown) => thrown);

    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.exitCode], ["lock_lost", 4]);
    assert.deepEqual([world.images.built, world.images.stored, world.platform.changes], [[], [], []]);
  });
}

Deno.test("syncPull() that finds what a later run changed, its own lock being intact, says so and what to do", async () => {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), STOP] },
    platform: [environment(A, { epoch: 9_000_000 })],
  });

  await assert.rejects(world.sync(), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "stale_epoch");
    assert.match(
      error.message,
      /"pr-1234-aaaaaaa-service" was changed by a later run \(epoch 9000000; this one is \d+\)$/,
    );
    assert.equal(error.hint, "If no run is working on it: docker rm -f pr-1234-aaaaaaa-service");
    return true;
  });
  assert.equal(world.platform.environments.length, 1);
  assert.ok(!world.definitions().includes(LOCK), "the lock is given back");
});

Deno.test("M5: syncPull() that finds what a later run changed says that it lost its lock where it has", async () => {
  const world = makeWorld({
    pull: { labels: [...runningLabels(A), STOP] },
    platform: [environment(A, { epoch: 9_000_000 })],
  });
  world.platform.hooks.before("destroy", async () => {
    world.platform.hooks.before("destroy", undefined);
    const { forge } = world.context();
    for (const { nodeId } of await forge.readLock(LOCK, never())) {
      await forge.deleteDefinition(nodeId, never());
    }
    await plantLock(world, `v1 n=0123456789 x=${seconds(world, 600)} u=ana`);
  });

  await assert.rejects(world.sync(), { code: "lock_lost", exitCode: 4 });

  assert.ok(world.definitions().includes(LOCK), "the lock of the other run is not released");
});

Deno.test("M3: syncPull() recognises its own lock where GitHub answered 502 after making it", async () => {
  const world = started();
  world.simulator.faults([{ match: `POST /repos/${REPO}/labels`, status: 502, after_effect: true }]);

  const running = world.sync();
  // The retry waits on the world's clock.
  const ticking = setInterval(() => world.clock.advance(30_000), 5);
  await running.finally(() => clearInterval(ticking));

  assertRunsOnly(world, "aaaaaaa");
});

Deno.test("M1: syncPull() twice at once: one environment, one winner, the trigger consumed once, for any order of requests", async () => {
  // The second run is let in before the first one's k-th request, for every k.
  const alone = started();
  const { requests } = await alone.count(() => alone.sync());
  for (let k = 1; k <= requests; k++) {
    const world = started();
    let turn = 0;
    let second: Promise<string> = Promise.resolve("never started");
    const first = world.context({
      wire: async (request, send) => {
        if (++turn === k) {
          second = world.sync().then(
            () => "done",
            (error) => error instanceof AppError ? String(error.exitCode) : String(error),
          );
          await second;
        }
        return await send(request);
      },
    });
    const outcome = await syncPull(
      first,
      PR,
      { ...DEFAULT_OPTIONS, request: undefined, planOnly: false },
      never(),
    )
      .then(() => "done", (error) => error instanceof AppError ? String(error.exitCode) : String(error));

    const told = `second let in at ${k}: ${outcome}, ${await second}`;
    assertRunsOnly(world, "aaaaaaa");
    assert.equal(world.platform.changes.filter((each) => each.startsWith("deploy")).length, 1, told);
    assert.ok([outcome, await second].every((each) => each === "done" || each === "4"), told);
    assert.ok(outcome === "done" || (await second) === "done", told);
    assert.equal(A.slice(0, 7), "aaaaaaa");
  }
});

Deno.test("M5: syncPull() that slept through its lease writes nothing, and leaves the new owner's environment alone", async () => {
  const world = started();
  let frozen = false;
  world.images.hooks.before("build", async () => {
    world.images.hooks.before("build", undefined);
    frozen = true;
    world.clock.advance(11 * 60_000);
    await world.sync();
    throw new AppError("build_failed", "Building: the engine went away");
  });
  const zombie = world.context({
    wire: async (request, send) => {
      // While the machine sleeps its renewals do not get through.
      if (frozen && (await request.clone().text()).includes("updateLabel")) throw new TypeError("asleep");
      return await send(request);
    },
  });

  await assert.rejects(world.sync(zombie), (error) => error instanceof AppError && error.exitCode === 4);

  assertRunsOnly(world, "aaaaaaa");
  assert.ok(!world.labels().some((name) => name.includes("failed")), world.labels().join(", "));
  const again = await world.count(() => world.sync());
  assert.equal(again.writes, 0);
});

Deno.test("syncPull() removes a status that a triage user wrote, and does not touch the environment", async () => {
  for (const status of ["stopping", "failed", "building", "dancing"]) {
    const world = started();
    await world.sync();
    const changes = world.platform.changes.length;
    world.simulator.label({ pr: PR, add: [`🎪 aaaaaaa 🚦 ${status}`], remove: [], actor: "tri" });

    const result = await world.sync();

    assert.equal(result.exitCode, 0, status);
    assert.equal(world.platform.changes.length, changes, status);
    assert.deepEqual(world.labels().filter((name) => name.includes("🚦")), ["🎪 aaaaaaa 🚦 running"], status);
  }
});

Deno.test("syncPull() closes whatever a bot wrote into the comment's record", async () => {
  const world = started();
  await world.sync();
  const data = btoa(JSON.stringify({ v: 1, attempts: {}, events: [{ at: 1e18, text: "x" }] }));
  await world.simulator.handle(
    new Request(`http://127.0.0.1/repos/${REPO}/issues/comments/${commentNumber(world)}`, {
      method: "PATCH",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body: JSON.stringify({ body: `<!-- showtime -->\n<!-- showtime:data ${data} -->` }),
    }),
  );
  world.simulator.pull({ pr: PR, state: "closed" });

  await world.sync();

  assert.deepEqual(world.platform.environments, []);
  assert.deepEqual(world.labels(), ["bug"]);
});

function commentNumber(world: World): number {
  const [comment] = world.simulator.state().pulls.find(({ number }) => number === PR)?.comments ?? [];
  return comment?.id ?? assert.fail("there is no comment");
}

Deno.test("syncPull() made anew after a failure lives its whole time from then on", async () => {
  const world = started();
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building: no");
  });
  assert.equal((await world.sync()).exitCode, 1);
  world.images.hooks.before("build", undefined);
  world.clock.advance(60 * 3_600_000);
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "maxime" });

  await world.sync();

  const [environment] = world.platform.environments;
  assert.equal(environment?.createdAt, world.clock.now());
  assert.equal(world.labels().filter((name) => name.includes("📅")).length, 1, world.labels().join(", "));
});

/** What a run says that is turned away. */
async function turnedAway(act: Promise<unknown>): Promise<AppError> {
  const error = await act.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof AppError);
  assert.equal(error.exitCode, 4);
  return error;
}

/** A run whose short pauses are over at once; `each` acts at each of them. */
function hasty(world: World, each: (pause: number) => void | Promise<void> = () => {}): WorldContext {
  let pauses = 0;
  const clock: Clock = {
    now: () => world.clock.now(),
    async sleep(ms, signal) {
      if (ms > 10_000) return await world.clock.sleep(ms, signal);
      world.clock.advance(ms);
      await each(++pauses);
    },
  };
  return { ...world.context(), clock };
}

Deno.test("syncPull() waits for a cleanup that holds the pull request, and then does its work", async () => {
  const world = started();
  await plantLock(world, `v1 n=deadbeef00 r=101/1 x=${seconds(world, 600)} d=cleanup u=ana`);
  const { forge } = world.context();
  const [lock] = await forge.readLock(LOCK, never());
  let seen = 0;

  const result = await world.sync(hasty(world, async (pause) => {
    seen = pause;
    if (pause === 5) await forge.deleteDefinition(lock?.nodeId ?? assert.fail("no lock"), never());
  }));

  assert.deepEqual([result.exitCode, seen], [0, 5]);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"), world.labels().join(", "));
});

for (
  const [title, description, dies] of [
    [
      "whose run ends",
      "v1 n=deadbeef00 r=101/1 x=600 d=cleanup u=ana",
      (world: World) => world.simulator.run({ id: 101, status: "completed" }),
    ],
    ["whose lease passes", "v1 n=deadbeef00 x=5 d=cleanup u=ana", () => {}],
  ] as const
) {
  Deno.test(`syncPull() that waits for a cleanup ${title} without a word takes the lock over at the next look`, async () => {
    const world = started();
    await plantLock(
      world,
      description.replace(/ x=(\d+)/, (_, offset) => ` x=${seconds(world, Number(offset))}`),
    );
    let looks = 0;

    const result = await world.sync(hasty(world, (pause) => {
      looks = pause;
      if (pause === 2) dies(world);
    }));

    assert.deepEqual([result.exitCode, looks], [0, 2]);
    assertRunsOnly(world, "aaaaaaa");
  });
}

Deno.test("syncPull() that waited for a cleanup tells until when it holds, as it was last seen", async () => {
  const world = started();
  const { forge } = world.context();
  const lease = (offset: number) => `v1 n=deadbeef00 r=101/1 x=${seconds(world, offset)} d=cleanup u=ana`;
  await plantLock(world, lease(20));
  const [lock] = await forge.readLock(LOCK, never());

  const error = await turnedAway(world.sync(hasty(world, async (pause) => {
    if (pause === 4) await forge.renewLock(lock?.nodeId ?? assert.fail("no lock"), lease(600), never());
  })));

  const until = Date.parse(/until (.+ UTC) unless it is renewed/.exec(error.message)?.[1] ?? error.message);
  assert.ok(until > world.clock.now(), error.message);
});

Deno.test("syncPull() that may not take a dead run's lock away names no end that has passed", async () => {
  const world = started();
  await plantLock(world, `v1 n=deadbeef00 x=${seconds(world, -60)} u=ana`);
  const refused = async (request: Request, send: (request: Request) => Promise<Response>) =>
    (await request.clone().text()).includes("deleteLabel")
      ? Response.json({ message: "Resource not accessible" }, { status: 403 })
      : await send(request);

  const error = await turnedAway(world.sync(world.context({ wire: refused })));

  assert.match(error.message, /held by ana outside of Actions$/);
  assert.match(error.hint ?? "", /"showtime unlock 1234"/);
});

Deno.test("syncPull() that meets a cleanup for a minute says that nothing is built by it, and which command does", async () => {
  const world = started();
  await plantLock(world, `v1 n=deadbeef00 r=101/1 x=${seconds(world, 600)} d=cleanup u=ana`);
  const before = world.clock.now();

  const error = await turnedAway(world.sync(hasty(world)));

  assert.ok(world.clock.now() - before <= 70_000);
  assert.match(error.message, /held by a cleanup, run 101, attempt 1 of ana/);
  assert.match(error.hint ?? "", /builds nothing.*"showtime sync 1234".*does it/);
  assert.doesNotMatch(error.hint ?? "", /nothing is lost/);
});

Deno.test("syncPull() that meets a cleanup and has to remove is not needed: the cleanup looks again", async () => {
  const world = started();
  world.simulator.pull({ pr: PR, state: "closed" });
  await plantLock(world, `v1 n=deadbeef00 r=101/1 x=${seconds(world, 600)} d=cleanup`);

  assert.match(
    (await turnedAway(world.sync(hasty(world)))).hint ?? "",
    /checks again before it releases the lock, so nothing is lost/,
  );
});

Deno.test("a command that meets another run says that nothing of it was recorded", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  const start = { ...DEFAULT_OPTIONS, request: { trigger: "start", force: true }, planOnly: false } as const;
  const ttl = { kind: "duration", amount: 7, unit: "d" } as const;
  await plantLock(world, `v1 n=deadbeef00 x=${seconds(world, 600)} u=ana`);

  const starting = await turnedAway(syncPull(world.context(), PR, start, never()));
  const extending = await turnedAway(extendPull(world.context(), PR, ttl, never()));

  assert.match(starting.hint ?? "", /recorded: run the command again, or add the label of the start trigger/);
  assert.match(extending.hint ?? "", /recorded: run the command again when the other run is done/);
  for (const { hint } of [starting, extending]) {
    assert.match(
      hint ?? "",
      /\. If it is dead, the next run takes over at 2024-01-15 14:40 UTC at the latest$/,
    );
    assert.doesNotMatch(hint ?? "", /unlock/, "unlock refuses a lock whose owner is alive");
  }
});

Deno.test("cleanup and extend say in their lock what they do", async () => {
  const expired = runningLabels(A, { created: "2024-01-01T13-30" });
  const works = {
    cleanup: async (context: WorldContext) => {
      const plan = await planCleanup(context, WHOLE_CLEANUP, never());
      await applyCleanup(context, plan, { approved: [] }, never());
    },
    extend: (context: WorldContext) =>
      extendPull(context, PR, { kind: "duration", amount: 30, unit: "d" }, never()),
  };
  for (const [task, work] of Object.entries(works)) {
    const world = makeWorld({ pull: { labels: expired }, platform: [environment(A)] });
    const seen = new Set<string | undefined>();
    const wire = (request: Request, send: (request: Request) => Promise<Response>) => {
      const lock = world.simulator.state().labels.find(({ name }) => name === LOCK);
      if (lock !== undefined) seen.add(/ d=(\w+)/.exec(lock.description ?? "")?.[1]);
      return send(request);
    };

    await work(world.context({ wire }));

    assert.deepEqual([...seen], [task]);
  }
});

Deno.test("every lock says whose it is, outside of Actions too", async () => {
  const expired = runningLabels(A, { created: "2024-01-01T13-30" });
  const works = {
    sync: (context: WorldContext) =>
      syncPull(context, PR, { ...DEFAULT_OPTIONS, request: undefined, planOnly: false }, never()),
    cleanup: async (context: WorldContext) => {
      const plan = await planCleanup(context, WHOLE_CLEANUP, never());
      await applyCleanup(context, plan, { approved: [] }, never());
    },
    extend: (context: WorldContext) =>
      extendPull(context, PR, { kind: "duration", amount: 30, unit: "d" }, never()),
  };
  for (const [name, work] of Object.entries(works)) {
    const seen = new Set<string | undefined>();
    const world = makeWorld({ pull: { labels: [...expired, START] }, platform: [environment(A)] });
    const wire = (request: Request, send: (request: Request) => Promise<Response>) => {
      const lock = world.simulator.state().labels.find((each) => each.name === LOCK);
      if (lock !== undefined) seen.add(/ u=(\S+)/.exec(lock.description ?? "")?.[1]);
      return send(request);
    };

    await work(world.context({ wire }));

    assert.deepEqual([...seen], ["maxime"], name);
  }
});
