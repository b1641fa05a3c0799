/** Laws of random worlds, by name, so that a line of text makes the same world again. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { applyCleanup } from "../../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../../src/environments/app/cleanup/cleanup.ts";
import { runIn } from "../../../worlds/cli_world.ts";
import { never, type World } from "../../../worlds/world.ts";
import { buildWorld, leftIn, type PullPart, randomWorld, wantedOf } from "./worlds.ts";

/** Something that holds of every world. */
export interface Law {
  readonly name: string;
  /** Throws where it does not hold. */
  readonly holds: (parts: readonly PullPart[]) => Promise<void>;
}

/** Of a random world a cleanup leaves what was wanted and nothing else, and the next one writes nothing. */
export const CLEANUP_LAW: Law = {
  name: "world_cleanup",
  holds: async (parts) => {
    const world = buildWorld(parts);
    await clean(world);
    assert.deepEqual(leftIn(world), wantedOf(parts));
    assert.equal(await written(world, () => clean(world)), 0);
  },
};

/** Syncs of a random world leave each pull request where one more sync writes nothing, and others' environments alone. */
export const SYNC_LAW: Law = {
  name: "world_sync",
  holds: async (parts) => {
    const built = buildWorld(parts);
    const others = built.platform.environments.filter((each) => !each.managed || each.repo === "other/repo");
    for (const [index, part] of parts.entries()) {
      if (!part.exists) continue;
      // A commit that does not come up is tried once more by itself.
      for (let run = 0; run < 3; run++) await runIn(built, ["sync", String(index + 1)]);
      const writes = await written(built, () => runIn(built, ["sync", String(index + 1)]));
      assert.equal(writes, 0, `#${index + 1}: ${built.labels(index + 1).join(", ")}`);
    }
    for (const each of others) assert.ok(built.platform.environments.includes(each), each.service);
  },
};

export const LAWS: readonly Law[] = [CLEANUP_LAW, SYNC_LAW];

/** Where a random world comes from: a seed, and where `path` is given one world of it. */
export interface Chance {
  readonly seed: number;
  readonly count: number;
  /** As fast-check has it: the how manieth world, and how it was made smaller. */
  readonly path?: string;
}

/** Tries a law on random worlds. A failure's message begins with the line that makes its world again. */
export async function tryLaw(law: Law, { seed, count, path }: Chance): Promise<void> {
  const property = fc.asyncProperty(randomWorld, law.holds);
  const tried = await fc.check(property, {
    seed,
    numRuns: count,
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
  if (!tried.failed) return;
  const error = tried.errorInstance;
  const line = `${law.name}/${tried.seed}/${tried.counterexamplePath ?? path ?? ""}`;
  const message = error instanceof Error ? error.message : String(error);
  const world = fc.stringify(tried.counterexample?.[0]);
  throw new Error(`deno task test:replay '${line}'\n${message}\nin the world ${world}`, { cause: error });
}

/** A cleanup with everybody's consent. */
export async function clean(world: World) {
  const context = world.context();
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  return await applyCleanup(context, plan, { approved: plan.candidates.map(({ id }) => id) }, never());
}

/** How many requests of `act` changed something: a claim that another's lock refuses is none. */
export async function written(world: World, act: () => Promise<unknown>): Promise<number> {
  const before = world.simulator.requests().length;
  await act();
  return world.simulator.requests().slice(before).filter(({ write, status }) => write && status !== 422)
    .length;
}
