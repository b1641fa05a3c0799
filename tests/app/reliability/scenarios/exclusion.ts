/** Scenarios of mutual exclusion: several runs, and people, at one pull request. */

import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import {
  person,
  type Played,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../../worlds/schedule/mod.ts";
import { B, makeWorld, PR, REPO, type RunChange, type World } from "../../../worlds/world.ts";
import { assertRests, deploys, START, takenOff } from "./rests.ts";

/** Workflow runs that are under way. */
export const RUNS = [101, 102, 103].map((id) => ({ id, run_attempt: 1, status: "in_progress" }));

/** A world in which somebody has asked for an environment. */
export function asked(): World {
  return makeWorld({ pull: { labels: [START, "bug"] }, seed: { runs: RUNS } });
}

/** A run of a workflow. */
export function inActions(id: number, attempt = 1): RunChange {
  return { inActions: true, actor: "maxime", run: { id, attempt } };
}

/** Puts the lock there that a run left which is gone. */
export async function plantDeadLock(world: World): Promise<void> {
  const forge = world.context().forge;
  const description = `v1 n=deadbeef00 r=199/1 x=${Math.floor(world.clock.now() / 1000) + 300} u=ana`;
  await forge.createLock(
    { name: `🎪 lock pr-${PR}`, color: "6A737D", description },
    new AbortController().signal,
  );
  world.simulator.run({ id: 199, status: "completed" });
}

/** Every run did the work or lost to another, which it names. */
export function assertLosersKnow({ outcomes }: Played): void {
  for (const [run, outcome] of outcomes) {
    if (outcome.kind === "done") continue;
    const { error } = outcome;
    assert.ok(error instanceof AppError, `${run}: ${error}`);
    assert.equal(error.exitCode, 4, `${run}: ${error.message}`);
    assert.match(
      error.message,
      /held by run 10\d, attempt \d of maxime|took the lock over|others keep taking/,
      run,
    );
  }
}

/** One environment, brought up once; the trigger consumed once; a further run has nothing to do. */
async function assertBuiltOnce(played: Played): Promise<void> {
  const { world } = played.stage;
  assertLosersKnow(played);
  assertRests(world, "aaaaaaa");
  assert.equal(deploys(world, "aaaaaaa"), 1);
  assert.equal(world.images.built.length, 1);
  assert.equal(takenOff(world, START), 1);
  assert.equal((await world.count(() => world.sync())).writes, 0);
}

function runs(names: readonly string[], prepare: (world: World) => Promise<void> = () => Promise.resolve()) {
  return async (): Promise<Stage> => {
    const world = asked();
    await prepare(world);
    const stage = stageOf(world);
    names.forEach((name, index) => stage.actors.set(name, syncing(stage, name, inActions(101 + index))));
    return stage;
  };
}

/** Two runs of one pull request that was labelled. */
export const TWO_RUNS: Scenario = { name: "two_runs", make: runs(["a", "b"]), check: assertBuiltOnce };

/** Three of them. */
export const THREE_RUNS: Scenario = {
  name: "three_runs",
  make: runs(["a", "b", "c"]),
  check: assertBuiltOnce,
};

/** Two and three runs that find the lock of one that is gone. */
export const TWO_THIEVES: Scenario = {
  name: "two_thieves",
  make: runs(["a", "b"], plantDeadLock),
  check: assertBuiltOnce,
};
export const THREE_THIEVES: Scenario = {
  name: "three_thieves",
  make: runs(["a", "b", "c"], plantDeadLock),
  check: assertBuiltOnce,
};

/** A run, and a push at any moment with the run that it starts. */
export const RUN_AND_PUSH: Scenario = {
  name: "run_and_push",
  make: () => {
    const world = asked();
    const stage = stageOf(world);
    stage.actors.set("a", syncing(stage, "a", inActions(101)));
    stage.actors.set(
      "p",
      person(stage, "p", {
        does: "ana pushes bbbbbbb",
        act: () => world.simulator.push({ pr: PR, sha: B, pusher: "ana" }),
        then: syncing(stage, "p", inActions(102)),
      }),
    );
    return Promise.resolve(stage);
  },
  check: async (played) => {
    const { world } = played.stage;
    assertLosersKnow(played);
    assertRests(world, "bbbbbbb");
    assert.equal(deploys(world, "bbbbbbb"), 1);
    assert.equal((await world.count(() => world.sync())).writes, 0);
  },
};

/** Two processes of the same attempt of one workflow run. */
export const SAME_RUN: Scenario = {
  name: "same_run",
  make: () => {
    const stage = stageOf(asked());
    for (const name of ["a", "b"]) stage.actors.set(name, syncing(stage, name, inActions(101)));
    return Promise.resolve(stage);
  },
  check: assertBuiltOnce,
};

/** Two runs on a GitHub that makes a second definition of a name that there is. */
export const DUPLICATES: Scenario = {
  name: "duplicates",
  make: async () => {
    const stage = await TWO_RUNS.make();
    stage.world.simulator.faults([{ match: `POST /repos/${REPO}/labels`, duplicate: true, times: 9 }]);
    return stage;
  },
  check: assertBuiltOnce,
};

export const EXCLUSION: readonly Scenario[] = [
  TWO_RUNS,
  THREE_RUNS,
  TWO_THIEVES,
  THREE_THIEVES,
  RUN_AND_PUSH,
  SAME_RUN,
  DUPLICATES,
];
