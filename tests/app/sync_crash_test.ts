import assert from "node:assert/strict";
import { A, B, environment, imageOf, makeWorld, MINUTE, type World } from "../support/world.ts";
import { cutAt } from "../support/wires.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";

/** A world in which the first environment runs, as Showtime itself brought it up. */
async function running(): Promise<World> {
  const world = makeWorld({ pull: { labels: [START, "bug"] } });
  await world.sync();
  assert.deepEqual(world.platform.environments.map(({ short }) => short), ["aaaaaaa"]);
  return world;
}

/** Everything that is to hold once a pull request has come to rest at `short`, or at nothing. */
function assertRests(world: World, short: string | undefined, told: string): void {
  const { environments } = world.platform;
  assert.deepEqual(environments.map((each) => each.short), short === undefined ? [] : [short], told);
  const labels = world.labels();
  const litter = world.definitions().filter((name) =>
    /lock|[0-9a-f]{7}/.test(name) && (short === undefined || !name.includes(short))
  );
  assert.deepEqual(litter, [], told);
  if (short === undefined) return assert.deepEqual(labels, ["bug"], told);
  const address = environments[0]?.address;
  for (
    const name of [`🎪 ${short} 🚦 running`, `🎪 🎯 ${short}`, `🎪 ${short} 🌐 ${address}`, "🎪 showtime"]
  ) {
    assert.ok(labels.includes(name), `${told}: ${name} is not among ${labels.join(", ")}`);
  }
  assert.equal(labels.filter((name) => name.includes("🚦")).length, 1, `${told}: ${labels.join(", ")}`);
  assert.deepEqual(labels.filter((name) => /trigger|🏗/u.test(name)), [], told);
  assert.deepEqual(world.images.stored, [
    imageOf(
      environments[0]?.pr ?? environment(A).pr,
      environment(short === "aaaaaaa" ? A : B).short ?? assert.fail(),
    ),
  ], told);
}

interface Life {
  readonly title: string;
  readonly make: () => Promise<World>;
  readonly rest: string | undefined;
}

const LIVES: readonly Life[] = [
  {
    title: "creating",
    make: () => Promise.resolve(makeWorld({ pull: { labels: [START, "bug"] } })),
    rest: "aaaaaaa",
  },
  {
    title: "updating",
    make: async () => {
      const world = await running();
      world.simulator.push({ pr: 1234, sha: B, pusher: "ana" });
      return world;
    },
    rest: "bbbbbbb",
  },
  {
    title: "rebuilding in place",
    make: async () => {
      const world = await running();
      world.simulator.label({ pr: 1234, add: [START], remove: [], actor: "maxime" });
      return world;
    },
    rest: "aaaaaaa",
  },
  {
    title: "changing a flag",
    make: async () => {
      const world = await running();
      world.simulator.label({ pr: 1234, add: ["🎪 conf-enable-X"], remove: [], actor: "maxime" });
      return world;
    },
    rest: "aaaaaaa",
  },
  {
    title: "stopping",
    make: async () => {
      const world = await running();
      world.simulator.label({ pr: 1234, add: [STOP], remove: [], actor: "maxime" });
      return world;
    },
    rest: undefined,
  },
  {
    title: "closing",
    make: async () => {
      const world = await running();
      world.simulator.pull({ pr: 1234, state: "closed" });
      return world;
    },
    rest: undefined,
  },
];

for (const { title, make, rest } of LIVES) {
  Deno.test(`syncPull() finishes what a run that died while ${title} began, wherever it died`, async () => {
    const whole = await make();
    const { requests } = await whole.count(() => whole.sync());
    assertRests(whole, rest, "nobody died");
    assert.ok(requests > 6, `${requests} requests`);
    for (let k = 1; k <= requests; k++) {
      for (const after of [false, true]) {
        const world = await make();
        await world.sync(world.context({ wire: cutAt(k, after) })).catch(() => undefined);
        // The dead run's lock is believed until it expires.
        world.clock.advance(11 * MINUTE);
        await world.sync();
        const told = `died at request ${k}, ${after ? "after" : "before"} its effect`;
        assertRests(world, rest, told);
        const again = await world.count(() => world.sync());
        assert.equal(again.writes, 0, told);
      }
    }
  });
}
