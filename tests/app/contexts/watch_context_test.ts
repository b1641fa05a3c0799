import assert from "node:assert/strict";
import { watchContext } from "../../../src/contexts/app/watch_context.ts";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { makeScaledClock } from "../../worlds/aws/scaled_clock.ts";
import { makeMemoryStore } from "../../worlds/contexts/memory_store.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";

/** Watches a context; `write` runs when the first version was seen. Returns the versions with the trees. */
async function watch(
  write: (store: ReturnType<typeof makeMemoryStore>) => Promise<unknown>,
  { begins, ends }: { readonly begins: number; readonly ends: number },
): Promise<readonly (readonly [version: number, tree: string])[]> {
  const store = makeMemoryStore();
  for (let version = 1; version <= begins; version++) await store.commit(versionOf(version), NEVER);
  const seen: (readonly [number, string])[] = [];
  const ports = { store, clock: makeScaledClock({ speed: 100 }) };
  for await (const { version, tree } of watchContext(ports, { id: ID, timeoutMs: 60_000 }, NEVER)) {
    seen.push([version.version, formatJson(await tree())]);
    if (seen.length === 1) await write(store);
    if (seen.length === ends) break;
  }
  return seen;
}

const ANEW = treeWith('"anew"');

async function makeAnew(store: ReturnType<typeof makeMemoryStore>, { versions }: { versions: number }) {
  await store.remove(ID, NEVER);
  for (let version = 1; version <= versions; version++) {
    const next = versionOf(version, { tree: ANEW });
    const time = new Date(Date.parse(next.newest.time) + 3_600_000).toISOString();
    assert.equal(await store.commit({ ...next, newest: { ...next.newest, time } }, NEVER), true);
  }
}

for (const versions of [1, 2, 3]) {
  Deno.test(`a context at version 2 that is made anew with ${versions} versions between two looks is seen`, async () => {
    const seen = await watch((store) => makeAnew(store, { versions }), { begins: 2, ends: 1 + versions });
    const anew = Array.from({ length: versions }, (_, index) => [index + 1, formatJson(ANEW)]);
    assert.deepEqual(seen, [[2, formatJson(treeWith("2"))], ...anew]);
  });
}

Deno.test("each version that is written between two looks is seen once", async () => {
  const seen = await watch(async (store) => {
    for (const version of [3, 4, 5]) await store.commit(versionOf(version), NEVER);
  }, { begins: 2, ends: 4 });
  // A value that was there for a moment only is seen too.
  assert.deepEqual(seen, [2, 3, 4, 5].map((version) => [version, formatJson(treeWith(String(version)))]));
});
