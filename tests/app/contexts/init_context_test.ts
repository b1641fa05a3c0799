import assert from "node:assert/strict";
import { initContext } from "../../../src/contexts/app/init_context.ts";
import type { ContextStore, NextVersion } from "../../../src/contexts/ports/context_store.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeScaledClock } from "../../worlds/aws/scaled_clock.ts";
import { makeMemoryStore } from "../../worlds/contexts/memory_store.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";

function portsWith(store: ContextStore) {
  return { store, clock: makeScaledClock({ speed: 100 }), actor: "ana", random: () => 0.5 };
}

const request = { id: ID, tree: treeWith('"anew"'), waitMs: 1_000 } as const;

Deno.test("a context that is replaced keeps the keys of its events, so that none is sent twice", async () => {
  const store = makeMemoryStore();
  const handlers = {
    notify: { idempotencyKey: "u", state: "done", time: "2026-01-15T00:00:00.000Z" } as const,
  };
  const keys = { "build.success.k": { pipeline: "build", event: "success", handlers } };
  await store.commit(versionOf(1, { keys }), NEVER);
  const { stored } = await initContext(portsWith(store), { ...request, existing: "replace" }, NEVER);
  assert.deepEqual([stored.newest.version, stored.tree], [2, request.tree]);
  assert.deepEqual((await store.read(ID, NEVER))?.keys, keys);
});

Deno.test("a replacement gives up after its time while other writers are faster", async () => {
  const store = makeMemoryStore();
  await store.commit(versionOf(1), NEVER);
  const commits: NextVersion[] = [];
  const losing: ContextStore = {
    ...store,
    commit(next) {
      commits.push(next);
      return Promise.resolve(false);
    },
  };
  await assert.rejects(
    initContext(portsWith(losing), { ...request, existing: "replace" }, NEVER),
    (error) => error instanceof AppError && error.code === "context_busy" && error.exitCode === 4,
  );
  assert.ok(commits.length > 3, `${commits.length} attempts`);
});
