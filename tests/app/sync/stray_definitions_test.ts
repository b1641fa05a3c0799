/** Definitions of labels that a run made and did not attach, because it died or was interrupted in between. */

import assert from "node:assert/strict";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { B, makeWorld, PR, seedPull, type World } from "../../worlds/world.ts";
import { cutAt, onceBefore } from "../../worlds/wires.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const carrying = (world: World) => world.definitions().filter((name) => /\b[0-9a-f]{7}\b/.test(name));
const run = { id: 101, attempt: 1 };

/** A run that dies at its k-th request; undefined once it does not get that far. */
async function dying(world: World, k: number, after: boolean): Promise<boolean> {
  const died = await world.sync(world.context({ run, wire: cutAt(k, after) })).then(() => false, () => true);
  world.simulator.run({ id: run.id, status: "completed" });
  return died;
}

/** The request at which the first definitions of a commit are made. */
async function defining(): Promise<number> {
  for (let k = 1; k < 40; k++) {
    const world = makeWorld({ pull: { labels: [START] } });
    await dying(world, k, true);
    if (carrying(world).length > 0 && !world.labels().some((name) => name.includes("🚦"))) return k;
  }
  return assert.fail("no request defines labels before they are attached");
}

for (
  const [meanwhile, act] of [
    [
      "its trigger was taken off",
      (world: World) => world.simulator.label({ pr: PR, add: [], remove: [START], actor: "maxime" }),
    ],
    [
      "another commit was pushed",
      (world: World) => world.simulator.push({ pr: PR, sha: B, pusher: "maxime" }),
    ],
    ["the pull request was closed", (world: World) => world.simulator.pull({ pr: PR, state: "closed" })],
  ] as const
) {
  Deno.test(`syncPull() removes what a run defined and did not attach before it died, where ${meanwhile}`, async () => {
    const world = makeWorld({ pull: { labels: [START] } });
    await dying(world, await defining(), true);
    assert.ok(carrying(world).length > 0);
    act(world);

    await world.sync();

    const environments = new Set(world.platform.environments.map(({ short }) => String(short)));
    for (const name of carrying(world)) {
      const sha = /\b[0-9a-f]{7}\b/.exec(name)?.[0] ?? "";
      assert.ok(environments.has(sha), `${name} is left`);
    }
    assert.ok(!world.definitions().some((name) => name.includes("lock")));
  });
}

Deno.test("syncPull() leaves the definitions that another pull request with the same head carries", async () => {
  const labels = ["🎪 showtime", "🎪 aaaaaaa 🚦 building"];
  const world = makeWorld({ seed: { pulls: [seedPull(PR, { labels: [START] }), seedPull(7, { labels })] } });
  await dying(world, await defining(), true);
  world.simulator.label({ pr: PR, add: [], remove: [START], actor: "maxime" });

  await world.sync();

  assert.deepEqual(carrying(world), ["🎪 aaaaaaa 🚦 building"]);
});

Deno.test("syncPull() that is interrupted between defining and attaching removes what it defined", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const interrupt = new AbortController();
  const wire = onceBefore((text) => text.includes("addLabelsToLabelable"), () => {
    interrupt.abort(new Error("stop"));
    throw new TypeError("the request is not sent");
  });
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: false };

  await assert.rejects(syncPull(world.context({ run, wire }), PR, options, interrupt.signal));

  assert.deepEqual(carrying(world), []);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  assert.deepEqual(world.labels(), [START]);
});
