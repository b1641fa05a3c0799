/** Writes of a context while another writer is faster. */

import assert from "node:assert/strict";
import { writeContext } from "../../../src/contexts/app/write_context.ts";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { makeMemoryStore } from "../../worlds/contexts/memory_store.ts";
import { ID, NEVER, versionOf } from "../../worlds/contexts/store_world.ts";

/** A store in which another writer is faster for the first `times` commits, and a clock that only sleeping moves. */
async function makeContest(times: number) {
  const memory = makeMemoryStore();
  await memory.commit(versionOf(1), NEVER);
  const slept: number[] = [];
  let tried = 0;
  const store: ContextStore = {
    ...memory,
    async commit(next, signal) {
      if (tried++ < times) await memory.commit(versionOf(next.expected + 1), signal);
      return await memory.commit(next, signal);
    },
  };
  const clock = {
    now: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep(ms: number) {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const ports = { store, clock, actor: "bob", random: () => 1 };
  return { memory, ports, slept, tries: () => tried, now: clock.now };
}

const SET = { op: "set", path: ["state", "mine"], value: "kept" } as const;
const REQUEST = { id: ID, change: () => ({ operations: [SET] }), waitMs: 1_000 };

Deno.test("a write that another one overtakes starts over on the newest version, with growing waits", async () => {
  const { ports, slept } = await makeContest(3);
  const { newest, tree } = await writeContext(ports, REQUEST, NEVER);
  assert.equal(newest.version, 5);
  assert.match(formatJson(tree), /"data": 4, "mine": "kept"/);
  assert.deepEqual(slept, [10, 20, 40]);
});

Deno.test("a write that others overtake until its wait ends is exit 4, with nothing written", async () => {
  const { ports, memory, now } = await makeContest(Infinity);
  await assert.rejects(writeContext(ports, REQUEST, NEVER), { code: "context_busy", exitCode: 4 });
  assert.ok(now() <= 1_000);
  const versions = await memory.history(ID, { after: 0 }, NEVER);
  assert.ok(versions.every(({ actor }) => actor !== "bob"));
});

Deno.test("a write with --if-version that another one overtakes is exit 4, and does not start over", async () => {
  const { ports, slept, tries } = await makeContest(1);
  await assert.rejects(writeContext(ports, { ...REQUEST, ifVersion: 1 }, NEVER), {
    code: "version_stale",
    exitCode: 4,
    message: /it is at version 2, and --if-version says 1/,
  });
  assert.deepEqual([tries(), slept], [1, []]);
});
