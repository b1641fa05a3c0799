/** Scenarios in which something happens at any moment of a run: the pull request closes, a stop, a push, a cleanup. */

import assert from "node:assert/strict";
import {
  type Actor,
  cleaning,
  person,
  type Played,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../../worlds/schedule/mod.ts";
import { B, HOUR, makeWorld, PR, type World } from "../../../worlds/world.ts";
import { assertLosersKnow, inActions, RUNS } from "./exclusion.ts";
import { LIVES } from "./lives.ts";
import { assertRests, START, STOP } from "./rests.ts";

/** What happens, and at what the pull request rests then. */
interface Moment {
  readonly name: string;
  readonly act: (world: World) => void;
  /** The lives that it makes sense in, each with what runs in the end. */
  readonly lives: readonly (readonly [life: string, rest: string | undefined])[];
}

const MOMENTS: readonly Moment[] = [
  {
    name: "closed",
    act: (world) => world.simulator.pull({ pr: PR, state: "closed" }),
    lives: [
      ["creating", undefined],
      ["updating", undefined],
      ["rebuilding", undefined],
      ["changing_a_flag", undefined],
      ["stopping", undefined],
    ],
  },
  {
    name: "stopped",
    act: (world) => world.simulator.label({ pr: PR, add: [STOP], remove: [], actor: "maxime" }),
    lives: [["creating", undefined], ["updating", undefined], ["rebuilding", undefined]],
  },
  {
    name: "pushed_to",
    act: (world) => world.simulator.push({ pr: PR, sha: B, pusher: "ana" }),
    lives: [["creating", "bbbbbbb"], ["rebuilding", "bbbbbbb"], ["changing_a_flag", "bbbbbbb"]],
  },
];

function stageFor(life: string): Promise<Stage & { readonly actors: Map<string, Actor> }> {
  const found = LIVES.find(({ name }) => name === life) ?? assert.fail(life);
  const make = async () => {
    const world = makeWorld({
      pull: { labels: found.runs ? [START, "bug"] : ["bug"] },
      seed: { runs: RUNS },
    });
    if (found.runs) await world.sync();
    found.event(world);
    return stageOf(world);
  };
  return make();
}

/** It rests where it should, the losers know why, nothing more is to be done. */
async function assertAtRest(played: Played, rest: string | undefined): Promise<void> {
  const { world } = played.stage;
  assertLosersKnow(played);
  assertRests(world, rest);
  assert.equal((await world.count(() => world.sync())).writes, 0, "one more run writes");
}

/** Something happens at any moment of a run, and the event starts another run, as it does in Actions. */
export const HAPPENINGS: readonly Scenario[] = MOMENTS.flatMap(({ name, act, lives }) =>
  lives.map(([life, rest]): Scenario => ({
    name: `${name}_while_${life}`,
    make: async () => {
      const stage = await stageFor(life);
      stage.actors.set("a", syncing(stage, "a", inActions(101)));
      const then = syncing(stage, "p", inActions(102));
      stage.actors.set("p", person(stage, "p", { does: `it is ${name}`, act: () => act(stage.world), then }));
      return stage;
    },
    check: (played) => assertAtRest(played, rest),
  }))
);

/** The same without a run of its own: what happens is seen by the run at work, while it is at work. */
export const UNHEARD: Scenario = {
  name: "pushed_to_unheard",
  make: async () => {
    const stage = await stageFor("creating");
    const act = () => stage.world.simulator.push({ pr: PR, sha: B, pusher: "ana" });
    stage.actors.set("a", syncing(stage, "a", inActions(101)));
    stage.actors.set("p", person(stage, "p", { does: "ana pushes bbbbbbb", act }));
    return stage;
  },
  check: async (played) => {
    // A push after its last look is for the run that the push starts.
    const at = played.steps.findIndex(({ move }) => move.run === "p");
    const looks = played.steps.findLastIndex(({ call }) =>
      call.run === "a" && call.name.startsWith("query owner name locks")
    );
    await assertAtRest(played, at < looks ? "bbbbbbb" : "aaaaaaa").catch(async (error) => {
      if (at < looks) throw error;
      await played.stage.world.sync();
      await assertAtRest(played, "bbbbbbb");
    });
  },
};

/** A cleanup, with everybody's consent, at any moment of a run: it takes nothing that is coming up or being changed. */
export const CLEANUPS: readonly Scenario[] = ["creating", "updating", "rebuilding"].flatMap((life) =>
  [false, true].map((old): Scenario => ({
    name: `cleanup_while_${life}${old ? "_of_the_expired" : ""}`,
    make: async () => {
      const stage = await stageFor(life);
      if (old) stage.world.clock.advance(49 * HOUR);
      stage.actors.set("a", syncing(stage, "a", { ...inActions(101), owns: false }));
      stage.actors.set("c", cleaning(stage, "c", { ...inActions(103), owns: false }));
      return stage;
    },
    check: async (played) => {
      const { world } = played.stage;
      assertLosersKnow(played);
      const rest = LIVES.find(({ name }) => name === life)?.rest;
      await world.sync();
      // What had expired may be gone, all of it: a push brings nothing back, and a rebuild makes nothing younger.
      const gone = old && life !== "creating" && world.platform.environments.length === 0;
      assertRests(world, gone ? undefined : rest);
      assert.equal((await world.count(() => world.sync())).writes, 0, "one more run writes");
    },
  }))
);
