import assert from "node:assert/strict";
import { isValueList, isValueMap } from "../../../src/contexts/core/tree/value.ts";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { type DyingOrder, startDyingWriter } from "../../worlds/contexts/dying_writer.ts";
import { startRedis } from "../../worlds/contexts/redis_server.ts";
import { ID, makeStoreWorld, NEVER, versionOf } from "../../worlds/contexts/store_world.ts";
import { startWriter, write } from "../../worlds/contexts/writer.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

/** Reads the version, and checks that the tree is the one of that version: each version appended one element. */
async function wholeVersion(store: ContextStore): Promise<number> {
  const read = await store.read(ID, NEVER);
  const state = read?.tree.get("state");
  assert.ok(read !== undefined && isValueMap(state));
  const list = state.get("list") ?? [];
  assert.ok(isValueList(list));
  assert.equal(list.length, read.newest.version - 1);
  return read.newest.version;
}

/** Runs tasks, so many at a time. */
async function inLanes<T>(
  tasks: readonly T[],
  lanes: number,
  run: (task: T) => Promise<void>,
): Promise<void> {
  const open = [...tasks];
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (let task = open.shift(); task !== undefined; task = open.shift()) await run(task);
  }));
}

for (const kind of ["yamlfile", "jsonfile"] as const) {
  Deno.test(`${kind}: a writer that is killed at any operation on files leaves the old version or the new one`, async () => {
    async function play({ dieAt, moment }: Pick<DyingOrder, "dieAt" | "moment">): Promise<string> {
      await using world = await makeStoreWorld(kind);
      const store = await world.open();
      await store.commit(versionOf(1), NEVER);
      const order = { settings: world.settings, name: "k", times: 2, dieAt, moment };
      const { stdout, signal } = await startDyingWriter(order).output();
      assert.equal(signal, dieAt === 0 ? null : "SIGKILL", `operation ${dieAt}`);
      const printed = new TextDecoder().decode(stdout).trim().split("\n");
      const acknowledged = printed.filter((line) => /^\d+$/.test(line)).length;
      const version = await wholeVersion(store);
      assert.ok(
        version === 1 + acknowledged || version === 2 + acknowledged,
        `${version} after ${acknowledged} (operation ${dieAt}, ${moment})`,
      );
      // Nothing is in the way of the next writer, and the version is the next one.
      await write({ settings: world.settings, name: "next", times: 1 }, () => {});
      assert.equal(await wholeVersion(store), version + 1);
      return printed.at(-1) ?? "";
    }
    const [, count = "0"] = /^operations (\d+)$/.exec(await play({ dieAt: 0, moment: "after" })) ?? [];
    assert.ok(Number(count) > 30, `only ${count} operations`);
    const deaths = Array.from({ length: Number(count) }, (_, index) => index + 1).flatMap((dieAt) =>
      (["before", "half", "after"] as const).map((moment) => ({ dieAt, moment }))
    );
    await inLanes(deaths, 3, async (death) => void await play(death));
  });
}

for (const kind of ["sqlite", "redis"] as const) {
  const test = kind === "redis"
    ? redis.test
    : (title: string, run: () => Promise<void>) => Deno.test(title, run);
  test(`${kind}: writers that are killed 100 times lose no version that they reported`, async () => {
    await using world = await makeStoreWorld(kind);
    const store = await world.open();
    await store.commit(versionOf(1), NEVER);
    let seen = 1;
    await inLanes(Array.from({ length: 100 }, (_, index) => index), 2, async (index) => {
      const writer = startWriter({ settings: world.settings, name: `k${index}`, times: 1_000_000 });
      const reader = writer.stdout.getReader();
      let printed = new TextDecoder().decode((await reader.read()).value);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      writer.kill("SIGKILL");
      for (let each = await reader.read(); each.value !== undefined; each = await reader.read()) {
        printed += new TextDecoder().decode(each.value);
      }
      await writer.stderr.cancel();
      await writer.status;
      const last = Number(printed.trim().split("\n").findLast((line) => /^\d+$/.test(line)));
      const version = await wholeVersion(store);
      assert.ok(last > 1 && version >= last, `${version} is read after ${last} was reported`);
      seen = Math.max(seen, version);
    });
    assert.equal(await wholeVersion(store), seen);
    const kept = await store.history(ID, { after: 0 }, NEVER);
    assert.deepEqual(
      kept.map(({ version }) => version),
      kept.map((_, index) => seen - kept.length + 1 + index),
    );
  });
}

redis.test("redis: a server that is killed keeps what was reported, and the store goes on when it is back", async () => {
  await using server = await startRedis();
  const settings = { kind: "redis", url: server.url } as const;
  const { makeContextStore } = await import("../../../src/wiring/contexts/context_stores.ts");
  const { makeClock } = await import("../../../src/drivers/system/mod.ts");
  const store = await makeContextStore(settings, { clock: makeClock(), keep: 50 });
  await store.commit(versionOf(1), NEVER);
  for (let round = 0; round < 10; round++) {
    const writer = startWriter({ settings, name: `k${round}`, times: 1_000_000 });
    const reader = writer.stdout.getReader();
    let printed = new TextDecoder().decode((await reader.read()).value);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    await server.kill();
    await server.start();
    writer.kill("SIGKILL");
    for (let each = await reader.read(); each.value !== undefined; each = await reader.read()) {
      printed += new TextDecoder().decode(each.value);
    }
    await writer.stderr.cancel();
    await writer.status;
    const last = Number(printed.trim().split("\n").findLast((line) => /^\d+$/.test(line)));
    const version = await wholeVersion(store);
    assert.ok(last > 1 && version >= last, `${version} is read after ${last} was reported`);
  }
  await store.close();
});
