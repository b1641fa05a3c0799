/** The comment is written anew by many runs. None of them may lose the failure that it shows. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../src/environments/app/cleanup/cleanup.ts";
import { DEFAULT_OPTIONS } from "../../../src/environments/app/sync/make_policy.ts";
import { extendPull } from "../../../src/environments/app/sync/extend.ts";
import { syncPull } from "../../../src/environments/app/sync/sync_pull.ts";
import { AppError } from "../../../src/lib/errors.ts";
import {
  A,
  B,
  environment,
  HOUR,
  makeWorld,
  never,
  PR,
  type RunChange,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const FAILURE = /bbbbbbb.*did not come up/;

/** A pull request whose environment runs, and whose newer commit could not be built. */
async function failedBeside(): Promise<World> {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building: no such file");
  });
  world.simulator.push({ pr: PR, sha: B, pusher: "maxime" });
  await world.sync();
  await world.sync();
  assert.match(world.comment(), FAILURE);
  return world;
}

async function clean(world: World, settings: NonNullable<RunChange["settings"]>): Promise<void> {
  const context = world.context({ settings });
  await applyCleanup(
    context,
    await planCleanup(context, WHOLE_CLEANUP, never()),
    { approved: [] },
    never(),
  );
}

const WRITES: readonly (readonly [string, (world: World) => Promise<unknown>])[] = [
  [
    "an extension",
    (world) => extendPull(world.context(), PR, { kind: "duration", amount: 9, unit: "d" }, never()),
  ],
  ["a visit", (world) => {
    world.clock.advance(47 * HOUR);
    world.platform.traffic.set("pr-1234-aaaaaaa-service", world.clock.now() - HOUR);
    return clean(world, { ttlFrom: "traffic" });
  }],
  ["an address that is mended", (world) => {
    world.platform.lose("pr-1234-aaaaaaa-service");
    world.platform.plant({ ...environment(A), address: "10.9.9.9:1" });
    return clean(world, {});
  }],
  ["a notice", (world) => {
    world.simulator.label({ pr: PR, add: [START], remove: [], actor: "tri" });
    return world.sync();
  }],
  ["sleep", (world) => {
    const options = {
      ...DEFAULT_OPTIONS,
      request: { trigger: "sleep" as const, force: false },
      planOnly: false,
    };
    return syncPull(world.context(), PR, options, never());
  }],
];

for (const [what, write] of WRITES) {
  Deno.test(`the comment keeps the failure of a newer commit over ${what}`, async () => {
    const world = await failedBeside();
    const before = world.comment();

    await write(world);

    assert.notEqual(world.comment(), before, "the comment was written");
    assert.match(world.comment(), FAILURE);
    assert.match(world.comment(), /no such file/);
  });
}
