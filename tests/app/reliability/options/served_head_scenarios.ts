/** A push that touches no file of `build.paths`, and a run at work on it that may die. */

import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { type Played, type Scenario, stageOf, syncing } from "../../../worlds/schedule/mod.ts";
import { A, B, makeWorld, MINUTE, PR, REPO, type World } from "../../../worlds/world.ts";
import { deploys, START } from "../scenarios/rests.ts";

const settings = { buildPaths: ["src/**"] };
const SERVES = "🎪 aaaaaaa ⏩ bbbbbbb";

/** The environment of A runs, and B changed nothing that is built. */
async function pushed(): Promise<World> {
  const world = makeWorld({ pull: { head: { sha: A, ref: "charts", repo: REPO }, labels: [START, "bug"] } });
  await world.sync(world.context({ settings }));
  world.simulator.push({ pr: PR, sha: B, pusher: "ana", changed: ["README.md"] });
  return world;
}

/** One run at work on the push. One more run later the label and the comment say what serves, and nothing was built. */
export const SERVED_HEAD: Scenario = {
  name: "served_head",
  make: async () => {
    const stage = stageOf(await pushed());
    stage.actors.set("a", syncing(stage, "a", { settings }));
    return stage;
  },
  check: async ({ stage: { world }, outcomes }: Played) => {
    const outcome = outcomes.get("a");
    if (outcome?.kind === "failed" && outcome.error instanceof AppError) {
      assert.ok(outcome.error.hint !== undefined);
    }
    world.clock.advance(11 * MINUTE);
    const again = () => world.sync(world.context({ settings }));
    await again();
    assert.deepEqual(world.labels().filter((name) => name.includes("⏩")), [SERVES]);
    assert.match(world.comment(), /serves `bbbbbbb` too/);
    assert.deepEqual([deploys(world, "aaaaaaa"), deploys(world, "bbbbbbb"), world.images.built.length], [
      1,
      0,
      1,
    ]);
    assert.deepEqual(world.platform.environments.map(({ short }) => short), ["aaaaaaa"]);
    assert.deepEqual(world.definitions().filter((name) => /lock|bbbbbbb/.test(name)), [SERVES]);
    assert.equal((await world.count(again)).writes, 0, "one more run writes");
  },
};
