import assert from "node:assert/strict";
import { formatJson } from "../../../src/contexts/core/tree/format_json.ts";
import { isValueList, isValueMap } from "../../../src/contexts/core/tree/value.ts";
import { ID, makeStoreWorld, NEVER, SHARED_KINDS, versionOf } from "../../worlds/contexts/store_world.ts";
import { startWriter } from "../../worlds/contexts/writer.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

Deno.test("20 processes that write at once leave a copy of the newest version", async () => {
  const folder = await Deno.makeTempDir({ prefix: "showtime-copies-" });
  await using world = await makeStoreWorld("sqlite");
  const store = await world.open();
  await store.commit(versionOf(1), NEVER);
  const copies = [{ kind: "jsonfile", path: `${folder}/copy.json` } as const];
  const writers = Array.from(
    { length: 20 },
    (_, index) => startWriter({ settings: world.settings, name: `k${index}`, times: 2, copies }),
  );
  for (const { success, stderr } of await Promise.all(writers.map((each) => each.output()))) {
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  const newest = formatJson((await store.read(ID, NEVER))?.tree ?? null, { indent: 2, ascii: true });
  assert.equal(await Deno.readTextFile(`${folder}/copy.json`), newest);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  assert.deepEqual(names, ["copy.json"]);
  await Deno.remove(folder, { recursive: true });
});

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
