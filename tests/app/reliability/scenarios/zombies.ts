/** A run that is taken for dead while it lives: another takes its lock and its work over, and then it goes on. */

import assert from "node:assert/strict";
import { person, type Scenario, type Stage, stageOf, syncing } from "../../../worlds/schedule/mod.ts";
import { makeWorld, MINUTE, type World } from "../../../worlds/world.ts";
import { inActions, RUNS } from "./exclusion.ts";
import { assertRests, START } from "./rests.ts";
import { again, type Life, LIVES, slept } from "./lives.ts";

/** Why it is taken for dead. */
const DEATHS: Readonly<
  Record<string, { readonly act: (world: World) => void; readonly next: readonly [number, number] }>
> = {
  completed: { act: (world) => world.simulator.run({ id: 101, status: "completed" }), next: [102, 1] },
  asleep: { act: (world) => world.clock.advance(11 * MINUTE), next: [102, 1] },
  next_attempt: { act: (world) => world.simulator.run({ id: 101, run_attempt: 2 }), next: [101, 2] },
};

function zombieScenario(life: Life, death: string): Scenario {
  return {
    name: `zombie_${life.name}_${death}`,
    make: async (): Promise<Stage> => {
      const world = makeWorld({
        pull: { labels: life.runs ? [START, "bug"] : ["bug"] },
        seed: { runs: RUNS },
      });
      if (life.runs) await world.sync();
      if (life.sleeps !== undefined) await slept(world, { cause: life.sleeps });
      life.event(world);
      const stage = stageOf(world);
      const { act, next } = DEATHS[death] ?? assert.fail(death);
      stage.actors.set("a", syncing(stage, "a", { ...inActions(101), owns: false }));
      stage.actors.set(
        "t",
        person(stage, "t", {
          does: `a is ${death}`,
          act: () => act(world),
          then: syncing(stage, "t", inActions(...next)),
        }),
      );
      return stage;
    },
    check: async ({ stage: { world } }) => {
      // What it still had on its way may have to be put right by whoever comes next; no more than that.
      await again(life, world);
      const tidy = LIVES.find(({ cleanup }) => cleanup === true) ?? assert.fail("there is no cleanup");
      await again(tidy, world);
      assertRests(world, life.rest, { asleep: life.asleep === true });
      assert.equal((await world.count(() => again(life, world))).writes, 0, "one more run writes");
    },
  };
}

/** Every life of a sync with every death. */
export const ZOMBIES: readonly Scenario[] = LIVES.filter(({ cleanup }) => cleanup === undefined)
  .flatMap((life) => Object.keys(DEATHS).map((death) => zombieScenario(life, death)));

/** Those that are played on every machine: how it died makes a difference only where much is under way. */
export const ZOMBIES_EVERYWHERE: readonly Scenario[] = ZOMBIES.filter(({ name }) =>
  /_asleep$|creating|updating_completed|stopping_completed|waking_completed/.test(name)
);
