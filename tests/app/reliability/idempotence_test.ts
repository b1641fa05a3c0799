import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import type { RunEvent } from "../../../src/environments/core/plan/mod.ts";
import { fullSha } from "../../../src/lib/ids.ts";
import { withQuickTimers } from "../../worlds/schedule/mod.ts";
import { runIn } from "../../worlds/cli_world.ts";
import {
  A,
  B,
  environment,
  imageOf,
  makeWorld,
  never,
  PR,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";
import { assertRests, FREEZE, START, STOP, SYNC } from "./scenarios/rests.ts";

const quick = (title: string, act: () => Promise<void>) => Deno.test(title, () => withQuickTimers(act));
const label = (world: World, add: readonly string[]) =>
  world.simulator.label({ pr: PR, add: [...add], remove: [], actor: "maxime" });

/** A world in which the first commit runs, as Showtime brought it up. */
async function running(): Promise<World> {
  const world = makeWorld({ pull: { labels: [START, "bug"] } });
  await world.sync();
  return world;
}

quick("I1: sync twice: the second writes nothing, whatever the first did", async () => {
  const changes: readonly ((world: World) => void)[] = [
    () => {},
    (world) => world.simulator.push({ pr: PR, sha: B, pusher: "ana" }),
    (world) => label(world, [START]),
    (world) => label(world, [SYNC]),
    (world) => label(world, ["🎪 conf-enable-X"]),
    (world) => (label(world, [FREEZE]), world.simulator.push({ pr: PR, sha: B, pusher: "ana" })),
    (world) => world.simulator.label({ pr: PR, add: [START], remove: [], actor: "tri" }),
    (world) => label(world, [STOP]),
    (world) => world.simulator.pull({ pr: PR, state: "closed" }),
    (world) => world.platform.lose(world.platform.environments[0]?.service ?? assert.fail()),
  ];
  for (const [index, change] of changes.entries()) {
    const world = await running();
    change(world);
    await world.sync();
    const { writes, requests } = await world.count(() => world.sync());
    assert.deepEqual([writes, requests <= 3], [0, true], `change ${index}: ${requests} requests`);
  }
});

/** Something that happens on a pull request, with the event that Actions delivers for it. */
interface Happening {
  readonly name: string;
  readonly act: (world: World) => void;
  readonly event: RunEvent;
}

const at = (action: string, change: Partial<RunEvent> = {}): RunEvent => ({
  action,
  headSha: fullSha(A),
  sender: "maxime",
  label: undefined,
  ...change,
});

const HAPPENINGS: readonly Happening[] = [
  { name: "start", act: (world) => label(world, [START]), event: at("labeled", { label: START }) },
  { name: "stop", act: (world) => label(world, [STOP]), event: at("labeled", { label: STOP }) },
  {
    name: "push",
    act: (world) => world.simulator.push({ pr: PR, sha: B, pusher: "ana" }),
    event: at("synchronize", { headSha: fullSha(B), sender: "ana" }),
  },
  {
    name: "flag",
    act: (world) => label(world, ["🎪 conf-enable-X"]),
    event: at("labeled", { label: "🎪 conf-enable-X" }),
  },
  { name: "freeze", act: (world) => label(world, [FREEZE]), event: at("labeled", { label: FREEZE }) },
  { name: "close", act: (world) => world.simulator.pull({ pr: PR, state: "closed" }), event: at("closed") },
];

/** What is left in the end, without what depends on how often something was brought up. */
function endOf(world: World): unknown {
  return {
    environments: world.platform.environments.map(({ short, settings, healthy }) => ({
      short,
      settings,
      healthy,
    })),
    images: world.images.stored,
    labels: world.labels().filter((name) => !name.includes("🌐")),
    definitions: world.definitions().filter((name) => /lock|[0-9a-f]{7}/.test(name) && !name.includes("🌐")),
  };
}

quick("I2: every event twice and in any order of two: the same end state", async () => {
  const pairs = HAPPENINGS.flatMap((first) => HAPPENINGS.map((second) => [first, second] as const));
  for (const [first, second] of pairs.filter(([one, other]) => one !== other)) {
    const play = async (deliveries: readonly Happening[]) => {
      const world = await running();
      for (const each of [first, second]) each.act(world);
      const runs = deliveries.map(({ event }): RunChange => ({
        inActions: true,
        actor: event.sender,
        event,
      }));
      for (const run of runs) await world.sync(world.context(run)).catch(() => undefined);
      return { end: endOf(world), world };
    };
    const { end } = await play([first, second]);
    for (
      const order of [[second, first], [first, first, second, second], [second, first, second, first], [
        first,
      ]]
    ) {
      const told = `${first.name}, ${second.name} delivered as ${order.map(({ name }) => name).join(", ")}`;
      const { end: other, world } = await play(order);
      assert.deepEqual(other, end, told);
      assert.equal((await world.count(() => world.sync())).writes, 0, told);
    }
  }
});

quick("I3: start and stop together: stop wins, for any label order, whatever runs", async () => {
  for (const order of [[START, STOP], [STOP, START], [SYNC, STOP, START], [START, SYNC, STOP]]) {
    for (const before of [await running(), makeWorld({ pull: { labels: ["bug"] } })]) {
      for (const name of order) label(before, [name]);
      const result = await before.sync();
      assert.equal(result.plan.reason, "stop_requested");
      assertRests(before, undefined, { told: order.join(", ") });
      assert.equal(before.images.built.length <= 1, true);
    }
  }
});

quick("I4: destroying nothing succeeds with no write: stop, a closed pull request, cleanup", async () => {
  for (const state of ["open", "closed"]) {
    const world = makeWorld({ pull: { state, labels: ["bug", "🎪 🔒 showtime-blocked"] } });
    const { writes } = await world.count(async () => {
      assert.equal((await world.sync()).exitCode, 0);
      assert.equal((await runIn(world, ["stop", String(PR), "--force"])).code, 0);
      const context = world.context();
      const plan = await planCleanup(context, WHOLE_CLEANUP, never());
      const approved = plan.candidates.map(({ id }) => id);
      assert.deepEqual((await applyCleanup(context, plan, { approved }, never())).removed, []);
    });
    assert.equal(writes, 0, state);
  }
});

/** Command lines that say what they would do, or only look. */
const LOOKING: readonly (readonly string[])[] = [
  ["sync", "1234", "--dry-run"],
  ["sync", "1234", "--check-only"],
  ["handle-trigger", "1234", "--dry-run"],
  ["start", "1234", "--force", "--dry-run"],
  ["stop", "1234", "--dry-run"],
  ["extend", "1234", "24h", "--dry-run"],
  ["cleanup", "--force", "--dry-run"],
  ["cleanup-labels", "--dry-run"],
  ["setup-labels", "--dry-run"],
  ["explain", "1234"],
  ["status", "1234"],
  ["list"],
  ["history", "1234"],
  ["logs", "1234"],
  ["url", "1234"],
  ["unlock", "1234"],
  ["labels"],
];

quick(
  "I5: --dry-run, --check-only, explain, status, list and all that only looks: no write anywhere",
  async () => {
    const worlds: readonly (() => World)[] = [
      () => makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] }),
      () =>
        makeWorld({
          pull: { labels: [...runningLabels(A, { ttl: "30m" }), STOP, START] },
          platform: [environment(A)],
        }),
      () =>
        makeWorld({
          pull: { labels: runningLabels(A), head: { sha: B, ref: "x", repo: "apache/superset" } },
        }),
      () => makeWorld({ pull: { state: "closed", labels: runningLabels(A) }, platform: [environment(A)] }),
      () => makeWorld({ platform: [environment(A), environment(B, { createdAt: 0 })] }),
    ];
    for (const [index, make] of worlds.entries()) {
      for (const argv of LOOKING) {
        const world = make();
        world.images.plant({ image: imageOf(PR, environment(B).short ?? assert.fail()), createdAt: 0 });
        const before = endOf(world);
        const { writes } = await world.count(() => runIn(world, argv));
        const told = `${argv.join(" ")} in world ${index}`;
        assert.equal(writes, 0, told);
        assert.deepEqual(world.platform.changes, [], told);
        assert.deepEqual([endOf(world), world.images.built], [before, []], told);
      }
    }
  },
);

quick("I6: sync takes at most 3 requests for nothing, 16 to create, 20 to update", async () => {
  const world = makeWorld({ pull: { labels: ["bug"] } });
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "ana" });
  const sync = () =>
    world.sync(world.context({ inActions: true, actor: "maxime", run: { id: 101, attempt: 1 } }));
  const creating = await world.count(sync);
  const nothing = await world.count(sync);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
  world.simulator.label({ pr: PR, add: [START], remove: [], actor: "ana" });
  const updating = await world.count(sync);
  assert.ok(creating.requests <= 16, `${creating.requests} to create`);
  assert.ok(nothing.requests <= 3, `${nothing.requests} for nothing`);
  assert.ok(updating.requests <= 20, `${updating.requests} to update`);
});

quick("L3: freeze, three pushes, still the first; thaw: the newest, one build", async () => {
  const world = await running();
  label(world, [FREEZE]);
  for (const digits of ["ccccccc", "ddddddd", "bbbbbbb"]) {
    world.simulator.push({ pr: PR, sha: digits.padEnd(40, "0"), pusher: "ana" });
    await world.sync();
    assert.deepEqual(world.platform.environments.map(({ short }) => short), ["aaaaaaa"]);
  }
  assert.match(world.comment(), /3 commits behind/);
  world.simulator.label({ pr: PR, add: [], remove: [FREEZE], actor: "maxime" });
  await world.sync();
  assertRests(world, "bbbbbbb");
  assert.deepEqual(world.images.built.map((image) => image.slice(-10)), ["aaaaaaa-ci", "bbbbbbb-ci"]);
});
