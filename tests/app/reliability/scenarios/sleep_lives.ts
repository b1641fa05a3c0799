/** How the lives begin in which an environment sleeps, and what holds after them. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../../src/environments/app/cleanup/cleanup.ts";
import { DEFAULT_OPTIONS } from "../../../../src/environments/app/sync/make_policy.ts";
import { syncPull } from "../../../../src/environments/app/sync/sync_pull.ts";
import { parseSleepHours } from "../../../../src/environments/core/sleep/mod.ts";
import { HOUR, never, PR, type World } from "../../../worlds/world.ts";

/** The settings of a run where environments sleep by hours. A world begins at 14:30 UTC. */
export const HOURS = { sleep: { afterMs: undefined, hours: parseSleepHours("20:00-07:00 UTC") } };

/** Lets the environment of a world fall asleep. */
export async function slept(world: World, cause: "person" | "schedule"): Promise<void> {
  if (cause === "person") {
    const options = {
      ...DEFAULT_OPTIONS,
      request: { trigger: "sleep", force: false },
      planOnly: false,
    } as const;
    await syncPull(world.context(), world.pr, options, never());
  } else {
    world.clock.advance(6 * HOUR);
    const context = world.context({ settings: HOURS });
    await applyCleanup(
      context,
      await planCleanup(context, WHOLE_CLEANUP, never()),
      { approved: [] },
      never(),
    );
  }
  assert.equal(world.platform.environments[0]?.sleep !== undefined, true, "it sleeps");
}

/** The environment was built and deployed once, and stopped once; `woken`: and started again once. */
export function assertSleptOnce(world: World, woken: boolean): void {
  const service = `pr-${PR}-aaaaaaa-service`;
  assert.deepEqual(world.platform.changes, [
    `deploy ${service}`,
    `sleep ${service}`,
    ...(woken ? [`wake ${service}`] : []),
  ]);
  assert.equal(world.images.built.length, 1);
  assert.equal(world.simulator.state().deployments.length, 1);
}
