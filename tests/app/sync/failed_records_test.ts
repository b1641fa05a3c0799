/** What stays on a pull request whose commits fail one after the other: GitHub takes 100 labels on one, and no more. */

import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import {
  A,
  environment,
  hash,
  makeWorld,
  MINUTE,
  PR,
  runningLabels,
  type World,
} from "../../worlds/world.ts";
import { cutAt } from "../../worlds/wires.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const STOP = "🎪 🛑 showtime-trigger-stop";
const COMMITS = ["bbbbbbb", "ccccccc", "ddddddd", "eeeeeee", "fffffff"];

/** Commits whose labels are on the pull request, whatever they say. */
const recorded = (names: readonly string[]) =>
  [...new Set(names.flatMap((name) => /\b[0-9a-f]{7}\b/.exec(name)?.[0] ?? []))].sort();

function failing(world: World): World {
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building: no");
  });
  return world;
}

function push(world: World, digits: string): void {
  world.simulator.push({ pr: PR, sha: hash(digits), pusher: "maxime" });
}

for (
  const [where, make, stays] of [
    ["nothing runs", () => makeWorld({ pull: { labels: [START] } }), []],
    [
      "an environment runs",
      () => makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] }),
      ["aaaaaaa"],
    ],
  ] as const
) {
  Deno.test(`syncPull() of five failing pushes where ${where} leaves the record of the last alone`, async () => {
    const world = failing(make());
    await world.sync();

    for (const digits of COMMITS) {
      push(world, digits);
      assert.equal((await world.sync()).exitCode, 1);
      assert.deepEqual(recorded(world.labels()), [...stays, digits].sort());
      assert.deepEqual(recorded(world.definitions()), [...stays, digits].sort());
    }
    assert.deepEqual(world.platform.environments.map(({ short }) => String(short)), stays);
    assert.match(world.comment(), /eeeeeee.*did not come up/);
    assert.ok(!/is removed/.test(world.comment()), world.comment());

    world.images.hooks.before("build", undefined);
    push(world, "1234567");
    assert.equal((await world.sync()).exitCode, 0);
    assert.deepEqual(recorded(world.labels()), ["1234567"]);
    assert.deepEqual(recorded(world.definitions()), ["1234567"]);
  });
}

Deno.test("syncPull() tries a commit that failed and is pushed again no more often than it would have", async () => {
  const world = failing(makeWorld({ pull: { labels: [START] } }));
  for (const digits of ["bbbbbbb", "ccccccc", "bbbbbbb", "ccccccc", "bbbbbbb"]) {
    push(world, digits);
    await world.sync();
  }
  world.simulator.label({ pr: PR, add: ["bug"], remove: [], actor: "maxime" });

  const { plan } = await world.sync();

  assert.equal(plan.reason, "attempts_exhausted");
});

Deno.test("I6: sync that fails after another commit has failed takes at most 16 requests", async () => {
  const world = failing(makeWorld({ pull: { labels: [START] } }));
  await world.sync();
  push(world, "bbbbbbb");

  const { requests } = await world.count(() => world.sync());

  assert.ok(requests <= 16, `${requests} requests`);
});

Deno.test("C1: syncPull() that fails and dies at any request leaves nothing that the next runs do not put right", async () => {
  const begun = async () => {
    const world = failing(makeWorld({ pull: { labels: [START] } }));
    await world.sync();
    push(world, "bbbbbbb");
    return world;
  };
  const alone = await begun();
  const { requests } = await alone.count(() => alone.sync());
  for (let k = 1; k <= requests; k++) {
    for (const after of [false, true]) {
      const world = await begun();
      const dying = world.sync(world.context({ wire: cutAt(k, after) })).catch(() => undefined);
      const ticking = setInterval(() => world.clock.advance(30_000), 1);
      await dying.finally(() => clearInterval(ticking));
      world.clock.advance(11 * MINUTE);
      await world.sync();
      world.images.hooks.before("build", undefined);
      push(world, "ccccccc");

      assert.equal((await world.sync()).exitCode, 0);

      const told = `cut ${after ? "after" : "before"} request ${k}`;
      assert.deepEqual(recorded(world.labels()), ["ccccccc"], told);
      assert.deepEqual(recorded(world.definitions()), ["ccccccc"], told);
      assert.deepEqual(world.platform.environments.map(({ short }) => String(short)), ["ccccccc"], told);
    }
  }
});

const full = (some: readonly string[]) => [
  ...some,
  ...Array.from({ length: 100 - some.length }, (_, index) => `other ${index}`),
];

Deno.test("syncPull() where GitHub takes no more labels says how to make room", async () => {
  const world = makeWorld({ pull: { labels: full([START]) } });

  await assert.rejects(world.sync(), (error) => {
    assert.ok(error instanceof AppError);
    assert.match(error.message, /more than 100 labels/);
    assert.equal(
      error.hint,
      `Remove labels from the pull request; "showtime stop ${PR}" removes all of Showtime's`,
    );
    return true;
  });
});

Deno.test("syncPull() stops where GitHub takes no more labels", async () => {
  const world = makeWorld({
    pull: { labels: full([...runningLabels(A), STOP]) },
    platform: [environment(A)],
  });

  assert.equal((await world.sync()).exitCode, 0);

  assert.deepEqual(world.platform.environments, []);
  assert.deepEqual(world.labels().filter((name) => !name.startsWith("other ")), []);
});
