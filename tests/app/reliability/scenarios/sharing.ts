/** Pull requests that have something in common. */

import assert from "node:assert/strict";
import { DEFAULT_OPTIONS } from "../../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../../src/environments/app/sync/sync_pull.ts";
import { prNumber } from "../../../../src/lib/ids.ts";
import { type Scenario, stageOf, syncing } from "../../../worlds/schedule/mod.ts";
import { makeWorld, never, PR, seedPull, type World } from "../../../worlds/world.ts";
import { inActions, RUNS } from "./exclusion.ts";
import { assertRests, START, STOP } from "./rests.ts";

async function sync(world: World, pr: number) {
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: false };
  return await syncPull(world.context(), prNumber(pr), options, never());
}

/** Two pull requests from one commit: while one is stopped at any moment, the other comes up. */
export const ONE_HEAD: Scenario = {
  name: "one_head",
  make: async () => {
    const world = makeWorld({
      seed: {
        pulls: [seedPull(PR, { labels: [START, "bug"] }), seedPull(5, { labels: [START] })],
        runs: RUNS,
      },
    });
    await sync(world, 5);
    world.simulator.label({ pr: 5, add: [STOP], remove: [], actor: "maxime" });
    const stage = stageOf(world);
    stage.actors.set("a", syncing(stage, "a", inActions(101)));
    stage.actors.set("b", syncing(stage, "b", { ...inActions(102), pr: 5 }));
    return stage;
  },
  check: async ({ stage: { world }, outcomes }) => {
    assert.deepEqual([...outcomes.values()].map(({ kind }) => kind), ["done", "done"]);
    // A definition that both use may be deleted while the other one puts it on: the next run puts it right.
    await sync(world, PR);
    assertRests(world, "aaaaaaa");
    assert.deepEqual(world.labels(5), []);
    assert.deepEqual(world.platform.environments.map(({ pr }) => Number(pr)), [PR]);
    assert.equal((await world.count(() => sync(world, PR))).writes, 0);
    assert.equal((await world.count(() => sync(world, 5))).writes, 0);
  },
};
