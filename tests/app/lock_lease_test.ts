/** The lease of a lock: counted from when its request was sent, renewed in time, and released with patience. */

import assert from "node:assert/strict";
import { takeLock } from "../../src/environments/app/lock/held_lock.ts";
import type { HeldLock } from "../../src/environments/app/lock/lock_lease.ts";
import { parseLockOwner } from "../../src/environments/core/lock.ts";
import { AppError } from "../../src/lib/errors.ts";
import { makeWorld, MINUTE, never, PR, type RunChange, type World } from "../worlds/world.ts";

type Wire = NonNullable<RunChange["wire"]>;

const LOCK = `🎪 lock pr-${PR}`;
const turned = { kind: "labels", removes: false } as const;

const take = (
  world: World,
  { wire, signal = never() }: { readonly wire: Wire; readonly signal?: AbortSignal },
): Promise<HeldLock> => takeLock(world.context({ wire }), { pr: PR, doing: undefined, turned }, signal);
/** The end of the lease that GitHub has on record. */
const recorded = (world: World): number =>
  parseLockOwner(world.simulator.state().labels.find(({ name }) => name === LOCK)?.description ?? "")
    ?.expiresAt ?? 0;
const isLost = (error: unknown) =>
  error instanceof AppError && error.code === "lock_lost" && error.exitCode === 4;
/** Lets requests that contain `text` take that long on their way to GitHub. */
const slow =
  (world: World, { text, ms }: { readonly text: string; readonly ms: number }): Wire =>
  async (request, send) => {
    if ((await request.clone().text()).includes(text)) world.clock.advance(ms);
    return await send(request);
  };
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

Deno.test("a lock whose request waited twelve minutes for GitHub is not believed: its recorded lease has ended", async () => {
  const world = makeWorld();
  const before = world.clock.now();

  const held = await take(world, { wire: slow(world, { text: LOCK, ms: 12 * MINUTE }) });

  assert.equal(recorded(world), before + 10 * MINUTE);
  assert.throws(() => held.assertMine(), isLost);
  assert.throws(() => held.assertMine(), /this run's lock expired before it could be renewed/);
  await held.release();
});

for (const [minutes, mine] of [[5, true], [9, true], [9.6, false], [10, false]] as const) {
  Deno.test(`a lock whose request waited ${minutes} minutes is ${mine ? "held" : "not believed"}`, async () => {
    const world = makeWorld();

    const held = await take(world, { wire: slow(world, { text: LOCK, ms: minutes * MINUTE }) });

    if (mine) held.assertMine();
    else assert.throws(() => held.assertMine(), isLost);
    // The writes of this run end before another run may take the lock over.
    world.clock.advance(Math.max(0, recorded(world) - world.clock.now() - MINUTE / 2));
    assert.throws(() => held.assertMine(), isLost);
    await held.release();
  });
}

Deno.test("a renewal that waited twelve minutes does not prolong the lease beyond what it wrote", async () => {
  const world = makeWorld();
  const held = await take(world, { wire: slow(world, { text: "updateLabel", ms: 12 * MINUTE }) });
  held.assertMine();

  world.clock.advance(3 * MINUTE);
  await settled();

  assert.ok(recorded(world) < world.clock.now());
  assert.throws(() => held.assertMine(), isLost);
  await held.release();
});

Deno.test("a renewal that waited four minutes is followed by the next at once", async () => {
  const world = makeWorld();
  let renewals = 0;
  const held = await take(world, {
    wire: async (request, send) => {
      if ((await request.clone().text()).includes("updateLabel") && renewals++ === 0) {
        world.clock.advance(4 * MINUTE);
      }
      return await send(request);
    },
  });

  world.clock.advance(3 * MINUTE);
  await settled();
  world.clock.advance(0);
  await settled();

  assert.equal(renewals, 2);
  assert.equal(recorded(world), world.clock.now() + 10 * MINUTE);
  await held.release();
});

Deno.test("the release of a lock may wait for GitHub longer than five seconds", async () => {
  const world = makeWorld();
  const held = await take(world, { wire: slow(world, { text: "deleteLabel", ms: MINUTE }) });

  await held.release();

  assert.equal(recorded(world), 0, "the lock is gone");
  assert.deepEqual(world.spoken.warned, []);
});

/** Answers no deletion of a lock until the request is aborted. */
const deaf: Wire = async (request, send) => {
  if (!(await request.clone().text()).includes("deleteLabel")) return await send(request);
  return await new Promise((_, reject) =>
    request.signal.addEventListener("abort", () => reject(request.signal.reason))
  );
};

Deno.test("the release of a lock ends with the lease, when the lock needs no release any more", async () => {
  const world = makeWorld();
  const held = await take(world, { wire: deaf });
  const releasing = held.release();
  await settled();

  world.clock.advance(9 * MINUTE);
  await settled();
  assert.deepEqual(world.spoken.warned, []);
  world.clock.advance(MINUTE);

  await releasing;
  assert.match(
    world.spoken.warned[0] ?? "",
    /^The lock of #1234 could not be released .*it expires by itself$/,
  );
});

for (const when of ["before", "during"] as const) {
  Deno.test(`the release of a lock takes five seconds at most where the run is interrupted ${when} it`, async () => {
    const world = makeWorld();
    const interrupt = new AbortController();
    const held = await take(world, { wire: deaf, signal: interrupt.signal });
    if (when === "before") interrupt.abort();
    const releasing = held.release();
    await settled();
    interrupt.abort();

    world.clock.advance(5_000);

    await releasing;
    assert.match(world.spoken.warned[0] ?? "", /could not be released/);
  });
}

Deno.test("a question about a permission that failed is asked again in the next round", async () => {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: ["🎪 ⚡ showtime-trigger-start"], remove: [], actor: "ana" });
  let asked = 0;
  const wire: Wire = async (request, send) => {
    const text = await request.clone().text();
    const first = text.includes("collaborators(") && asked++ === 0;
    return first ? Response.json({ message: "Bad gateway" }, { status: 403 }) : await send(request);
  };
  const context = world.context({ wire });

  const { plan } = await world.sync(context);

  assert.ok(asked >= 2, `asked ${asked} times`);
  assert.equal(plan.reason, "start_requested");
});
