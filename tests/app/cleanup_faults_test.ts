import assert from "node:assert/strict";
import fc from "fast-check";
import { applyCleanup } from "../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../src/environments/app/cleanup/cleanup.ts";
import { prNumber } from "../../src/lib/ids.ts";
import type { PlatformEnvironment } from "../../src/environments/core/environment/environment.ts";
import {
  A,
  environment,
  HOUR,
  makeWorld,
  MINUTE,
  never,
  NOON,
  type RunChange,
  runningLabels,
  seedPull,
  type World,
} from "../worlds/world.ts";
import { withQuickTimers } from "../worlds/schedule/mod.ts";

async function clean(world: World, run: RunChange = {}) {
  const context = world.context(run);
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  const approved = plan.candidates.map((each) => each.id);
  return await applyCleanup(context, plan, { approved }, never());
}

Deno.test("applyCleanup() leaves a lock alone whose owner has renewed it meanwhile", async () => {
  const claim = (minutes: number) => `v1 n=abcdefgh1 x=${(NOON + minutes * MINUTE) / 1000} u=ana`;
  const world = makeWorld({
    seed: { labels: [{ name: "🎪 lock pr-5", color: "6a737d", description: claim(-1) }] },
  });
  const context = world.context();
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  const [lock] = await context.forge.readLock("🎪 lock pr-5", never());
  assert.ok(lock !== undefined);
  assert.equal(await context.forge.renewLock(lock.nodeId, claim(9), never()), true);
  const done = await applyCleanup(context, plan, { approved: [] }, never());
  assert.deepEqual([done.removed, done.kept.map((each) => each.what)], [[], ["the lock of #5"]]);
  assert.deepEqual(world.definitions(), ["🎪 lock pr-5"]);
});

/** One pull request of a random world, and what the platform has of it. */
const piece = fc.record({
  open: fc.boolean(),
  exists: fc.boolean(),
  labeled: fc.boolean(),
  deployed: fc.boolean(),
  ttl: fc.constantFrom("30m", "48h", "close"),
  managed: fc.boolean(),
  young: fc.boolean(),
  repo: fc.constantFrom(undefined, "other/repo"),
});
type Piece = typeof piece extends fc.Arbitrary<infer Value> ? Value : never;

function deploymentOf(index: number, part: Piece): readonly PlatformEnvironment[] {
  if (!part.deployed) return [];
  const age = part.young ? 10 * MINUTE : HOUR;
  const change = { pr: prNumber(index + 1), managed: part.managed, createdAt: NOON - age };
  return [environment(A, part.repo === undefined ? change : { ...change, repo: part.repo })];
}

/** What nobody may touch: no tag of ours, another repository's, or alive by its labels. */
function mustStay(part: Piece): boolean {
  if (!part.managed || part.repo !== undefined) return true;
  const alive = part.exists && part.open && part.labeled && part.ttl !== "30m";
  return alive || (part.young && !(part.exists && part.labeled));
}

Deno.test("R6: applyCleanup() leaves what was wanted of any world, and the next one has nothing to write", async () => {
  await withQuickTimers(() =>
    fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), async (pieces) => {
        const pulls = pieces.flatMap((part, index) =>
          part.exists
            ? [seedPull(index + 1, {
              state: part.open ? "open" : "closed",
              labels: part.labeled ? runningLabels(A, { ttl: part.ttl }) : [],
            })]
            : []
        );
        const platform = pieces.flatMap((part, index) => deploymentOf(index, part));
        const world = makeWorld({ seed: { pulls }, platform });
        await clean(world);
        const left = new Set(world.platform.environments.map((each) => each.pr));
        for (const [index, part] of pieces.entries()) {
          if (!part.deployed) continue;
          assert.equal(left.has(prNumber(index + 1)), mustStay(part), `#${index + 1}`);
        }
        assert.deepEqual((await world.count(() => clean(world))).writes, 0);
      }),
      { numRuns: 25 },
    )
  );
});
