/** Scenarios of starts that are counted: two pull requests that want the only place, and one start that dies. */

import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import type { SyncResult } from "../../../../src/environments/app/sync/sync_pull.ts";
import { prNumber } from "../../../../src/lib/ids.ts";
import {
  type Actor,
  type Played,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../../worlds/schedule/mod.ts";
import { B, makeWorld, MINUTE, PR, REPO, seedPull, type World } from "../../../worlds/world.ts";
import { DEFAULT_OPTIONS } from "../../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../../src/environments/app/sync/sync_pull.ts";
import { RUNS } from "../scenarios/exclusion.ts";
import { START } from "../scenarios/rests.ts";

const OTHER = prNumber(7);
const PULLS = [PR, OTHER] as const;
const settings = { limits: { environments: 1, perUser: undefined } };

/** Two pull requests that were labelled, and one place. */
function crowded(): World {
  const other = { number: OTHER, head: { sha: B, ref: "other", repo: REPO }, labels: [START, "bug"] };
  return makeWorld({
    seed: { pulls: [seedPull(PR, { labels: [START, "bug"] }), seedPull(OTHER, other)], runs: RUNS },
  });
}

/** Watches on the way that the platform never has more than one environment. */
function watched(): Stage & { readonly actors: Map<string, Actor> } {
  const stage = stageOf(crowded());
  stage.watchers.push(() => {
    const { length } = stage.world.platform.environments;
    if (length > 1) stage.wrongs.push(`${length} environments at once`);
  });
  return stage;
}

const run = (id: number, pr: number) => ({
  pr,
  settings,
  inActions: true,
  actor: "maxime",
  run: { id, attempt: 1 },
});

async function syncBoth(world: World): Promise<void> {
  for (const pr of PULLS) {
    await syncPull(
      world.context({ settings }),
      pr,
      { ...DEFAULT_OPTIONS, request: undefined, planOnly: false },
      new AbortController().signal,
    );
  }
}

/** One of the two has its environment, the other was told why not; no lock is left, and nothing is to be done. */
async function assertOnePlace(world: World): Promise<void> {
  assert.equal(world.platform.environments.length, 1);
  const [served] = world.platform.environments.map(({ pr }) => pr);
  for (const pr of PULLS) {
    assert.deepEqual(world.labels(pr).filter((name) => name.includes("trigger")), []);
    const runs = world.labels(pr).some((name) => name.includes("🚦 running"));
    assert.equal(runs, pr === served, `#${pr}`);
    if (pr !== served) assert.match(world.comment(pr), /limits.environments is 1/);
  }
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  assert.equal((await world.count(() => syncBoth(world))).writes, 0, "one more run writes");
}

/** Two starts at once on two pull requests. */
export const TWO_STARTS: Scenario = {
  name: "two_starts_of_one_place",
  make: () => {
    const stage = watched();
    stage.actors.set("a", syncing(stage, "a", run(101, PR)));
    stage.actors.set("b", syncing(stage, "b", run(102, OTHER)));
    return Promise.resolve(stage);
  },
  check: async ({ stage: { world }, outcomes }: Played) => {
    const codes = [...outcomes.values()].map((outcome) => {
      if (outcome.kind === "done") return (outcome.value as SyncResult).exitCode;
      assert.ok(outcome.error instanceof AppError, String(outcome.error));
      return outcome.error.exitCode;
    });
    assert.deepEqual(codes.sort(), [0, 3]);
    await assertOnePlace(world);
  },
};

/** A counted start that may die. The other pull request starts after it, then each is synced once more. */
export const ONE_START: Scenario = {
  name: "one_counted_start",
  make: () => {
    const stage = watched();
    stage.actors.set("a", syncing(stage, "a", { pr: PR, settings }));
    return Promise.resolve(stage);
  },
  check: async ({ stage: { world } }: Played) => {
    // The locks of a dead run are believed until they expire.
    world.clock.advance(11 * MINUTE);
    const { length } = world.platform.environments;
    await syncPull(
      world.context({ settings }),
      OTHER,
      { ...DEFAULT_OPTIONS, request: undefined, planOnly: false },
      new AbortController().signal,
    );
    const intended = world.labels(PR).some((name) => /🚦 (?:built|building|deploying|running)/.test(name));
    const served = world.platform.environments.map(({ pr }) => pr);
    if (intended || length > 0) {
      assert.ok(!served.includes(OTHER), "an intent or an environment was not counted");
    } else assert.deepEqual(served, [OTHER], "a dead start holds the place");
    assert.ok(served.length <= 1);
    await syncBoth(world);
    await assertOnePlace(world);
  },
};
