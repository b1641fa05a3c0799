import assert from "node:assert/strict";
import { initContext } from "../../../src/contexts/app/init_context.ts";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { makeMemoryStore } from "../../worlds/contexts/memory_store.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";

/** A clock that only sleeping moves. */
function makeClock(): { now: () => number; sleep: (ms: number) => Promise<void>; readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep(ms) {
      slept.push(ms);
      return Promise.resolve();
    },
  };
}

/** A store in which another writer is faster for the first `times` commits. */
async function makeContested(times: number): Promise<ContextStore> {
  const store = makeMemoryStore();
  await store.commit(versionOf(1), NEVER);
  let left = times;
  return {
    ...store,
    async commit(next, signal) {
      if (left-- > 0) await store.commit(versionOf(next.expected + 1), signal);
      return await store.commit(next, signal);
    },
  };
}

Deno.test("replacing a context waits longer from conflict to conflict, and becomes the version after the others", async () => {
  const clock = makeClock();
  const { stored, written } = await initContext(
    { store: await makeContested(3), clock, actor: "bob", random: () => 1 },
    { id: ID, tree: treeWith("0"), existing: "replace", waitMs: 1_000 },
    NEVER,
  );
  assert.deepEqual([stored.newest.version, written], [5, true]);
  assert.deepEqual(clock.slept, [10, 20, 40]);
});

Deno.test("replacing a context while others always are faster ends after the wait: exit 4, nothing written", async () => {
  const clock = makeClock();
  const store = await makeContested(Infinity);
  await assert.rejects(
    initContext(
      { store, clock, actor: "bob", random: () => 1 },
      { id: ID, tree: treeWith("0"), existing: "replace", waitMs: 1_000 },
      NEVER,
    ),
    { code: "context_busy", exitCode: 4 },
  );
  assert.ok(clock.now() <= 1_000);
  const versions = await store.history(ID, { after: 0 }, NEVER);
  assert.ok(versions.every(({ actor }) => actor !== "bob"));
});
