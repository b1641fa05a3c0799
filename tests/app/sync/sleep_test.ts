import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { checkOnly } from "../../../src/environments/app/sync/check_only.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import type { SleepSettings } from "../../../src/environments/core/sleep/mod.ts";
import { parseSleepHours } from "../../../src/environments/core/sleep/mod.ts";
import { AppError, usageError } from "../../../src/lib/errors.ts";
import type { Images } from "../../../src/environments/ports/images.ts";
import type { Asked } from "../../../src/environments/core/plan/mod.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  never,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";
const SLEEP = "🎪 💤 showtime-sleep";
/** The world begins at 14:30 UTC. */
const HOURS = parseSleepHours("20:00-07:00 UTC");

function running(extra: readonly string[] = []): World {
  const world = makeWorld({ pull: { labels: [...runningLabels(A), ...extra] }, platform: [environment(A)] });
  world.images.plant({
    image: environment(A).image ?? "",
    createdAt: 0,
    builtFor: undefined,
    builtForId: undefined,
  });
  return world;
}

function label(world: World, add: readonly string[], actor = "maxime"): void {
  world.simulator.label({ pr: world.pr, add: [...add], remove: [], actor });
}

function ask(world: World, trigger: Asked, run: RunChange = {}) {
  const options = { ...DEFAULT_OPTIONS, request: { trigger, force: false }, planOnly: false };
  return syncPull(world.context(run), world.pr, options, never());
}

async function cleanUp(world: World, sleep: SleepSettings, run: RunChange = {}) {
  const context = world.context({ ...run, settings: { ...run.settings, sleep } });
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  return await applyCleanup(context, plan, { approved: [] }, never());
}

/** The images of a world, to change one of their calls. */
function imagesOf({ images }: World): Images {
  return {
    check: () => images.check(),
    build: (request, signal) => images.build(request, signal),
    exists: (image, signal) => images.exists(image, signal),
    checkOwner: (image, owner, signal) => images.checkOwner(image, owner, signal),
    remove: (image, owner, signal) => images.remove(image, owner, signal),
    list: (signal) => images.list(signal),
  };
}

function statusOf(world: World): readonly string[] {
  return world.labels().filter((name) => /🚦|🌐|💤|⚡/.test(name));
}

const AT = { afterMs: undefined, hours: HOURS };
const AFTER = { afterMs: 2 * HOUR, hours: undefined };

Deno.test("a sleep trigger stops the environment, and labels, comment and Deployment say so", async () => {
  const world = running();
  const context = world.context();
  label(world, [SLEEP]);

  const { plan, exitCode } = await world.sync(context);

  assert.deepEqual([plan.rule, plan.reason, exitCode], [18, "sleep_requested", 0]);
  assert.deepEqual(world.platform.changes, ["sleep pr-1234-aaaaaaa-service"]);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🚦 asleep"]);
  assert.ok(world.labels().includes("🎪 🎯 aaaaaaa"));
  assert.match(world.comment(), /💤 \*\*Asleep\*\* since 2024-01-15 14:30 UTC/);
  assert.match(world.comment(), /To wake it, add the label `🎪 ⚡ showtime-trigger-start`/);
  assert.doesNotMatch(world.comment(), /10\.0\.0\.1/);
  const { writes } = await world.count(() => world.sync());
  assert.equal(writes, 0);
});

Deno.test("an environment that Showtime brought up sleeps with an inactive Deployment, and wakes with an active one", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await world.sync();
  const states = () =>
    world.simulator.state().deployments.map(({ statuses }) => {
      const last = statuses.at(-1);
      return [last?.state, last?.description];
    });

  await ask(world, "sleep");
  assert.deepEqual(states(), [["inactive", "The environment is asleep"]]);
  await ask(world, "wake");

  assert.deepEqual(states(), [["success", "The environment is running"]]);
  assert.match(world.comment(), /🟢 \*\*Running at/);
  assert.deepEqual(world.images.built.length, 1);
});

Deno.test("a start trigger wakes without a build, and settings, secret and time-to-live stay", async () => {
  const world = running();
  await ask(world, "sleep");
  const before = world.platform.environments[0];
  label(world, [START]);

  const { plan, exitCode } = await world.sync();

  assert.deepEqual([plan.reason, plan.build, exitCode], ["wake_requested", false, 0]);
  assert.deepEqual(world.platform.changes.slice(1), ["wake pr-1234-aaaaaaa-service"]);
  assert.deepEqual(world.images.built, []);
  const [after] = world.platform.environments;
  assert.deepEqual([after?.createdAt, after?.expiresAt, after?.settings], [
    before?.createdAt,
    before?.expiresAt,
    before?.settings,
  ]);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🌐 10.0.0.1:8001", "🎪 aaaaaaa 🚦 running"]);
  assert.ok(world.labels().includes("🎪 aaaaaaa ⌛ 48h"));
  const { writes } = await world.count(() => world.sync());
  assert.equal(writes, 0);
});

Deno.test("a push waits for the wake, and the same run builds it beside the one that woke", async () => {
  const world = running();
  await ask(world, "sleep");
  world.simulator.push({ pr: world.pr, sha: B, pusher: "ana" });

  const waiting = await world.sync();
  assert.deepEqual([waiting.plan.reason, waiting.plan.rule, waiting.exitCode], ["asleep", 18, 0]);
  assert.deepEqual(world.images.built, []);

  label(world, [START]);
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: true };
  const told = await checkOnly(world.context(), world.pr, options, never());
  assert.deepEqual([told["action_needed"], told["build_needed"], told["target_sha"]], [
    "wake_environment",
    "true",
    B,
  ]);
  await world.sync();

  assert.deepEqual(world.platform.changes.slice(1), [
    "wake pr-1234-aaaaaaa-service",
    "deploy pr-1234-bbbbbbb-service",
    "destroy pr-1234-aaaaaaa-service",
  ]);
  assert.deepEqual(statusOf(world), ["🎪 bbbbbbb 🌐 10.0.0.1:8002", "🎪 bbbbbbb 🚦 running"]);
});

Deno.test("a push that waited is left to sync if it cannot be built where wake runs", async () => {
  const world = running();
  await ask(world, "sleep");
  world.simulator.push({ pr: world.pr, sha: B, pusher: "ana" });
  const context = world.context();
  const check = () =>
    Promise.reject(
      usageError("wrong_commit", "Checking the build context: it is at another commit", "Check it out"),
    );

  const options = {
    ...DEFAULT_OPTIONS,
    request: { trigger: "wake", force: false },
    planOnly: false,
  } as const;
  const { plan, exitCode } = await syncPull(
    { ...context, images: { ...imagesOf(world), check } },
    world.pr,
    options,
    never(),
  );

  assert.deepEqual([plan.reason, exitCode], ["wake_requested", 0]);
  assert.deepEqual(world.platform.changes.slice(1), ["wake pr-1234-aaaaaaa-service"]);
  assert.match(
    world.spoken.warned.join(),
    /it is at another commit. It waits: "showtime sync 1234" builds it/,
  );
});

Deno.test("a flag that changed during the sleep is applied after the wake", async () => {
  const world = running();
  await ask(world, "sleep");
  label(world, ["🎪 conf-enable-X"]);
  assert.equal((await world.sync()).plan.reason, "asleep");

  await ask(world, "wake");

  assert.deepEqual(world.platform.changes.slice(1), [
    "wake pr-1234-aaaaaaa-service",
    "deploy pr-1234-aaaaaaa-service",
  ]);
  assert.deepEqual(world.platform.environments[0]?.settings.flags, { X: true });
});

Deno.test("sleep and wake are refused for an account without permission", async () => {
  const world = running();
  label(world, [SLEEP], "tri");
  const refused = await world.sync();
  assert.deepEqual([refused.plan.reason, refused.exitCode], ["not_authorized", 3]);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🌐 10.0.0.1:8080", "🎪 aaaaaaa 🚦 running"]);
  await ask(world, "sleep");
  const command = await ask(world, "wake", { token: "bot-token", inActions: true, actor: "rando" });
  assert.deepEqual([command.plan.reason, command.exitCode], ["not_authorized", 3]);
  assert.deepEqual(world.platform.changes, ["sleep pr-1234-aaaaaaa-service"]);
});

Deno.test("sleep and wake that are not due change nothing", async () => {
  const world = running();
  assert.deepEqual([(await ask(world, "wake")).plan.reason, world.platform.changes], ["up_to_date", []]);
  await ask(world, "sleep");
  const again = await world.count(() => ask(world, "sleep"));
  assert.equal(again.writes, 0);
  const none = await ask(makeWorld(), "sleep");
  assert.deepEqual([none.plan.reason, none.exitCode], ["no_environment", 0]);
});

Deno.test("a wake that fails is recorded as a failure, and the environment stays to be tried again", async () => {
  const world = running();
  await ask(world, "sleep");
  world.platform.hooks.before("wake", () => {
    throw new AppError("unhealthy", "Waiting: it does not answer");
  });

  const failed = await ask(world, "wake");

  assert.deepEqual([failed.exitCode, failed.failure?.code], [1, "unhealthy"]);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🚦 failed"]);
  assert.match(world.comment(), /did not come up/);
  world.platform.hooks.before("wake", undefined);
  label(world, [START]);
  assert.equal((await world.sync()).exitCode, 0);
  assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🌐 10.0.0.1:8001", "🎪 aaaaaaa 🚦 running"]);
});

Deno.test("a stop and a close remove an environment that sleeps", async () => {
  for (const end of ["stop", "close"]) {
    const world = running();
    await ask(world, "sleep");
    if (end === "stop") label(world, [STOP]);
    else world.simulator.pull({ pr: world.pr, state: "closed" });
    await world.sync();
    assert.deepEqual([world.platform.environments, world.labels()], [[], []], end);
  }
});

Deno.test("the time-to-live of an environment counts while it sleeps", async () => {
  const world = running();
  await ask(world, "sleep");
  world.clock.advance(48 * HOUR);
  const { removed } = await cleanUp(world, AT);
  assert.deepEqual(removed, ["aaaaaaa of #1234"]);
  assert.deepEqual(world.platform.environments, []);
});

Deno.test("the cleanup puts environments to sleep by their hours and wakes only those at the end", async () => {
  for (const marks of [true, false]) {
    const world = running();
    world.platform.marksSleep = marks;
    assert.deepEqual((await cleanUp(world, AT)).slept, []);
    world.clock.advance(6 * HOUR);
    assert.match(
      (await cleanUp(world, AT)).slept.join(),
      /^put aaaaaaa of #1234 to sleep: Its hours of sleep/,
    );
    assert.match(world.comment(), /by its hours of sleep/);
    assert.deepEqual((await cleanUp(world, AT)).slept, []);
    world.clock.advance(11 * HOUR);

    const morning = await cleanUp(world, AT);

    assert.match(morning.slept.join(), /^woke aaaaaaa of #1234/, String(marks));
    assert.deepEqual([morning.incomplete, morning.kept], [[], []]);
    assert.deepEqual(statusOf(world), ["🎪 aaaaaaa 🌐 10.0.0.1:8001", "🎪 aaaaaaa 🚦 running"]);
    const quiet = await world.count(() => cleanUp(world, AT));
    assert.equal(quiet.writes, 0);
  }
});

Deno.test("the end of the hours does not wake what a person put to sleep", async () => {
  for (const marks of [true, false]) {
    const world = running();
    world.platform.marksSleep = marks;
    world.clock.advance(6 * HOUR);
    await ask(world, "sleep");
    world.clock.advance(11 * HOUR);
    const { writes } = await world.count(async () => {
      assert.deepEqual((await cleanUp(world, AT)).slept, []);
    });
    assert.equal(writes, 0, String(marks));
    assert.deepEqual(world.platform.changes, ["sleep pr-1234-aaaaaaa-service"]);
  }
});

Deno.test("an environment that a person wakes in its hours stays awake until the next ones", async () => {
  const world = running();
  world.clock.advance(6 * HOUR);
  await cleanUp(world, AT);
  await ask(world, "wake");
  world.clock.advance(HOUR);
  assert.deepEqual((await cleanUp(world, AT)).slept, []);
  world.clock.advance(24 * HOUR);
  assert.equal((await cleanUp(world, AT)).slept.length, 1);
});

Deno.test("the cleanup puts an environment to sleep that had no requests, and one that had some stays", async () => {
  const world = running();
  world.clock.advance(2 * HOUR);
  world.platform.traffic.set("pr-1234-aaaaaaa-service", world.clock.now());
  assert.deepEqual((await cleanUp(world, AFTER)).slept, []);
  world.platform.traffic.set("pr-1234-aaaaaaa-service", "none");
  assert.match((await cleanUp(world, AFTER)).slept.join(), /It had no request for 2h/);
  assert.match(world.comment(), /because it had no requests for a while/);
  world.clock.advance(20 * HOUR);
  assert.deepEqual((await cleanUp(world, { ...AFTER, hours: HOURS })).slept, []);
});

Deno.test("a request that comes while the cleanup takes the lock keeps the environment awake", async () => {
  const world = running();
  world.clock.advance(2 * HOUR);
  world.platform.traffic.set("pr-1234-aaaaaaa-service", "none");
  const context = world.context({ settings: { sleep: AFTER } });
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  world.platform.traffic.set("pr-1234-aaaaaaa-service", world.clock.now());
  const { slept, kept } = await applyCleanup(context, plan, { approved: [] }, never());
  assert.deepEqual([slept, kept.map(({ what }) => what)], [[], ["aaaaaaa of #1234"]]);
  assert.deepEqual(world.platform.changes, []);
});

Deno.test("requests that cannot be counted put nothing to sleep, and the cleanup says so", async () => {
  const world = running();
  world.clock.advance(2 * HOUR);
  const { slept, incomplete } = await cleanUp(world, AFTER);
  assert.deepEqual(slept, []);
  assert.match(incomplete.join(), /The requests of 1 environment are not counted/);
});

Deno.test("sleep and wake keep to the budget of an update", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  await world.sync();
  label(world, [SLEEP]);
  const sleep = await world.count(() => world.sync());
  label(world, [START]);
  const wake = await world.count(() => world.sync());
  assert.ok(sleep.requests <= 20 && wake.requests <= 20, `${sleep.requests} and ${wake.requests} requests`);
});

Deno.test("sleep and wake give the platform a page that says how to wake the environment", async () => {
  const world = running([SLEEP]);
  const run = { settings: { commands: true } };
  await ask(world, "sleep", run);
  await ask(world, "start", run);

  const [asleep, woken, ...more] = world.platform.pages;

  assert.deepEqual([woken, more], [asleep, []]);
  assert.match(asleep ?? "", /<h1>Pull request #1234 is asleep<\/h1>/);
  assert.match(asleep ?? "", /<a href="https:\/\/github\.example\/apache\/superset\/pull\/1234">/);
  assert.match(asleep ?? "", /<code>&#127914; &#9889; showtime-trigger-start<\/code>/);
  assert.match(
    asleep ?? "",
    /comment <code>\/showtime wake<\/code> there, or run <code>showtime wake 1234<\/code>/,
  );
});
