import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { explainPull } from "../../../src/environments/app/show/explain.ts";
import { checkOnly } from "../../../src/environments/app/sync/check_only.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Plan } from "../../../src/environments/core/plan/mod.ts";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { prNumber } from "../../../src/lib/ids.ts";
import {
  B,
  environment,
  makeWorld,
  MINUTE,
  never,
  PR,
  REPO,
  runningLabels,
  seedPull,
  type World,
  type WorldContext,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const LOCK = "🎪 lock limits";
const OTHER = prNumber(7);
const settings = { limits: { environments: 1, perUser: undefined } };
const OPTIONS = { ...DEFAULT_OPTIONS, request: undefined, planOnly: false };

/** A pull request that was labelled, beside one of which `labels` and `platform` say what it has. */
function beside(labels: readonly string[], platform: readonly ReturnType<typeof environment>[] = []): World {
  const other = { number: OTHER, head: { sha: B, ref: "other", repo: REPO }, labels };
  return makeWorld({
    seed: { pulls: [seedPull(PR, { labels: [START, "bug"] }), seedPull(OTHER, other)] },
    platform,
  });
}

const deployedB = environment(B, { pr: OTHER });

async function plantLock(world: World, change: { readonly run?: string; readonly expires?: number } = {}) {
  const at = Math.floor((world.clock.now() + (change.expires ?? 5 * MINUTE)) / 1000);
  const description = `v1 n=deadbeef00 ${change.run ?? ""} x=${at} d=count u=ana`.replace("  ", " ");
  await world.context().forge.createLock({ name: LOCK, color: "6A737D", description }, never());
}

/** A context for which the pauses between two looks at a lock are over at once; the longer ones are not. */
function ticking(world: World): WorldContext {
  const clock: Clock = {
    now: () => world.clock.now(),
    async sleep(ms, signal) {
      if (ms > 10_000) return await world.clock.sleep(ms, signal);
      world.clock.advance(ms);
    },
  };
  return { ...world.context({ settings }), clock };
}

Deno.test("a start above the limit consumes the trigger, says in the comment what could go, and exits with 3", async () => {
  for (
    const world of [
      beside(runningLabels(B), [deployedB]),
      beside([], [deployedB]),
      beside(["🎪 showtime", "🎪 bbbbbbb 🚦 building", "🎪 🏗️ bbbbbbb"]),
    ]
  ) {
    const { plan, exitCode } = await world.sync(world.context({ settings }));
    assert.deepEqual([plan.rule, plan.reason, exitCode], [20, "over_limit", EXIT.refused]);
    assert.deepEqual(world.labels(), ["bug"]);
    assert.match(
      world.comment(),
      /1 pull request has an environment already, and limits.*"showtime stop 7"/s,
    );
    assert.deepEqual([world.platform.changes, world.images.built], [[], []]);
    assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
    const { writes } = await world.count(() => world.sync(world.context({ settings })));
    assert.equal(writes, 0);
  }
});

Deno.test("a start within the limit comes up for three requests more, and leaves no lock", async () => {
  const cost = async (change: Parameters<World["context"]>[0]) => {
    const world = beside(["🎪 showtime", "🎪 bbbbbbb 🚦 failed"]);
    const { requests } = await world.count(() => world.sync(world.context(change)));
    assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
    assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
    return requests;
  };
  assert.equal(await cost({ settings }), await cost({}) + 3);
});

Deno.test("an update of an environment is not counted, and costs no request more", async () => {
  const cost = async (change: Parameters<World["context"]>[0]) => {
    const world = makeWorld({ pull: { labels: [START] } });
    await world.sync(world.context(change));
    world.simulator.push({ pr: PR, sha: B });
    return (await world.count(() => world.sync(world.context(change)))).requests;
  };
  assert.equal(await cost({ settings }), await cost({}));
});

Deno.test("a command above the limit is refused with 3 and leaves nothing on the pull request", async () => {
  const world = makeWorld({
    seed: {
      pulls: [
        seedPull(PR, { labels: ["bug"] }),
        seedPull(OTHER, {
          number: OTHER,
          head: { sha: B, ref: "other", repo: REPO },
          labels: runningLabels(B),
        }),
      ],
    },
    platform: [deployedB],
  });
  const planned: string[] = [];
  const watch = { planned: ({ reason }: Plan) => void planned.push(reason), done: () => {} };
  const options = { ...OPTIONS, request: { trigger: "start", force: false } as const, watch };
  const { requests } = await world.count(async () => {
    const { plan, exitCode } = await syncPull(world.context({ settings }), PR, options, never());
    assert.deepEqual([plan.reason, plan.action, exitCode, planned], ["over_limit", "blocked", EXIT.refused, [
      "over_limit",
    ]]);
  });
  assert.ok(requests <= 9, `${requests} requests`);
  assert.deepEqual([world.labels(), world.comment()], [["bug"], ""]);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
});

Deno.test("a budget refuses a start in the same way", async () => {
  const cost = { perHour: { standard: 0.04 }, shared: 0, source: "prices", budget: 50 };
  const world = beside(runningLabels(B), [deployedB]);
  const { plan, exitCode } = await world.sync(world.context({ settings: { cost } }));
  assert.deepEqual([plan.reason, exitCode], ["over_budget", EXIT.refused]);
  assert.match(world.comment(), /all would cost about &#36;58 a month/);
});

Deno.test("--check-only and a dry run count without a lock and write nothing", async () => {
  const world = beside(runningLabels(B), [deployedB]);
  const { writes } = await world.count(async () => {
    const pairs = await checkOnly(world.context({ settings }), PR, { ...OPTIONS, planOnly: true }, never());
    assert.deepEqual([
      pairs["build_needed"],
      pairs["action_needed"],
      pairs["action_reason"],
      pairs["blocked_reason"],
    ], [
      "false",
      "blocked",
      "over_limit",
      "over_limit",
    ]);
    const { plan } = await syncPull(world.context({ settings }), PR, { ...OPTIONS, planOnly: true }, never());
    assert.equal(plan.reason, "over_limit");
  });
  assert.equal(writes, 0);
});

Deno.test("explain counts, and says that a start trigger would be refused", async () => {
  const world = beside(runningLabels(B), [deployedB]);
  world.simulator.label({ pr: PR, remove: [START] });
  const explained = await explainPull(
    world.context({ settings }),
    PR,
    { ...OPTIONS, planOnly: true },
    never(),
  );
  assert.equal(explained.plan.reason, "no_environment");
  assert.ok(
    explained.inputs.some(({ name, value }) =>
      name === "environments of other pull requests" && value === "1"
    ),
  );
  const start = explained.variations.find(({ what }) => what.startsWith("with a start trigger"));
  assert.equal(start?.plan.reason, "over_limit");
});

Deno.test("an environment of another repository on the same platform does not count", async () => {
  const foreign = environment(B, { pr: OTHER, repo: "other/repo", repoId: 99 });
  const world = beside([], [foreign]);
  assert.equal((await world.sync(world.context({ settings }))).exitCode, EXIT.done);
});

Deno.test("a start takes the lock of the limits over from a run that is gone", async () => {
  const world = beside([]);
  await plantLock(world, { run: "r=199/1" });
  world.simulator.run({ id: 199, status: "completed" });
  const { exitCode } = await world.sync(world.context({ settings }));
  assert.equal(exitCode, EXIT.done);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
});

Deno.test("a start waits for a run that counts, and ends with 4 if that takes too long; the trigger stays", async () => {
  const world = beside([]);
  await plantLock(world);
  const waited = world.clock.now();
  await assert.rejects(world.sync(ticking(world)), (error) => {
    assert.ok(error instanceof AppError);
    assert.deepEqual([error.code, error.exitCode], ["busy", EXIT.busy]);
    assert.match(
      error.message,
      /^Counting environments for the limits: their lock is held by a count of environments/,
    );
    assert.match(error.hint ?? "", /stays on record: run this job again/);
    return true;
  });
  assert.ok(world.clock.now() - waited <= 2 * MINUTE);
  assert.deepEqual(world.labels(), ["bug", START]);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), [LOCK]);
  world.clock.advance(10 * MINUTE);
  assert.equal((await world.sync(world.context({ settings }))).exitCode, EXIT.done);
});

Deno.test("a start that waits for a run that counts goes on when that run is done", async () => {
  const world = beside([]);
  await plantLock(world);
  const { forge } = world.context();
  const lock = world.simulator.state().labels.find(({ name }) => name === LOCK) ?? assert.fail();
  let looks = 0;
  const context = ticking(world);
  const { exitCode } = await world.sync({
    ...context,
    clock: {
      ...context.clock,
      sleep: async (ms, signal) => {
        if (ms <= 10_000 && ++looks === 3) await forge.deleteDefinition(lock.node_id, never());
        await context.clock.sleep(ms, signal);
      },
    },
  });
  assert.deepEqual([exitCode, looks], [EXIT.done, 3]);
});

Deno.test("a start does not believe a list of pull requests that is older than its own lock", async () => {
  const world = beside([]);
  world.simulator.label({ pr: OTHER, add: ["🎪 showtime", "🎪 bbbbbbb 🚦 building"] });
  world.clock.advance(2_000);
  world.simulator.faults([{ match: "graphql:pullRequests", stale_ms: 60_000, times: 1 }]);
  const { plan } = await world.sync(ticking(world));
  assert.equal(plan.reason, "over_limit");
  const late = beside([]);
  late.clock.advance(2_000);
  late.simulator.faults([{ match: "graphql:pullRequests", stale_ms: 3_600_000, times: 100 }]);
  await assert.rejects(late.sync(ticking(late)), (error) => {
    assert.ok(error instanceof AppError);
    assert.deepEqual([error.code, error.exitCode], ["stale_read", EXIT.incomplete]);
    return true;
  });
  assert.deepEqual(late.labels(), ["bug", START]);
  assert.deepEqual(late.definitions().filter((name) => name.includes("lock")), []);
});

Deno.test("a cleanup removes a dead lock of the limits and keeps a live one", async () => {
  const world = beside([]);
  await plantLock(world);
  const clean = async () => {
    const context = world.context();
    const plan = await planCleanup(context, WHOLE_CLEANUP, never());
    const { removed } = await applyCleanup(context, plan, { approved: [] }, never());
    return [removed, world.definitions().filter((name) => name.includes("lock"))];
  };
  assert.deepEqual(await clean(), [[], [LOCK]]);
  world.clock.advance(10 * MINUTE);
  assert.deepEqual(await clean(), [["the lock of the limits"], []]);
});
