import assert from "node:assert/strict";
import { isValueList, isValueMap } from "../../../src/contexts/core/tree/value.ts";
import { ID, makeStoreWorld, NEVER, SHARED_KINDS, versionOf } from "../../worlds/contexts/store_world.ts";
import { startWriter } from "../../worlds/contexts/writer.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

for (const kind of SHARED_KINDS) {
  const test = kind === "redis"
    ? redis.test
    : (title: string, run: () => Promise<void>) => Deno.test(title, run);
  for (const count of [20, 100]) {
    test(`${kind}: of ${count} processes that write at once, each succeeds and no write is lost`, async () => {
      await using world = await makeStoreWorld(kind);
      const store = await world.open();
      await store.commit(versionOf(1), NEVER);
      const names = Array.from({ length: count }, (_, index) => `k${index}`);
      const writers = names.map((name) => startWriter({ settings: world.settings, name, times: 1 }));
      const outputs = await Promise.all(writers.map((each) => each.output()));
      const failed = outputs.filter(({ success }) => !success);
      assert.equal(failed.length, 0, new TextDecoder().decode(failed[0]?.stderr));
      const read = await store.read(ID, NEVER);
      assert.equal(read?.newest.version, count + 1);
      const state = read.tree.get("state");
      assert.ok(isValueMap(state));
      const list = state.get("list");
      assert.ok(isValueList(list));
      assert.deepEqual([...list].sort(), names.map((name) => `${name}-1`).sort());
      assert.deepEqual(names.filter((name) => state.get(name) !== 1), []);
    });
  }
}
