import assert from "node:assert/strict";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { makeRedisStore } from "../../../src/drivers/redis/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { type RedisServer, startRedis } from "../../worlds/contexts/redis_server.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";
import { hasCode } from "./context_store_contract.ts";

const redis = await part("redis");

/** Plays with a store and a plain connection to its server. */
function play(title: string, run: (store: ContextStore, server: RedisServer) => Promise<void>): void {
  redis.test(title, async () => {
    await using server = await startRedis();
    const store = makeRedisStore({ url: server.url, keep: 50, clock: makeClock() });
    try {
      await run(store, server);
    } finally {
      await store.close();
    }
  });
}

/** The text of the original tool for a tree of a test. */
function yamlWith(data: string): string {
  return `state:\n  cicdContextDataId: ctx-1\n  cicdContextName: stage\n  data: ${data}\n`;
}

play("the value under the ID is the text that a client of the original reads", async (store, server) => {
  await store.commit(versionOf(1, { tree: treeWith('{"9": [1, "on"], "é": 1.0}') }), NEVER);
  assert.equal(
    await server.command("GET", ID),
    "state:\n  cicdContextDataId: ctx-1\n  cicdContextName: stage\n  data:\n    '9':\n    - 1\n    - 'on'\n    \"\\xE9\": 1.0\n",
  );
  assert.equal(await server.command("TTL", ID), ":-1");
  const keys = await server.command("EVAL", "return table.concat(redis.call('KEYS', '*'), ' ')", "0");
  assert.deepEqual(
    keys.split(" ").filter((key) => key !== ID && !key.startsWith(`showtime:context:${ID}:`)),
    [],
  );
});

play(
  "a client of the original overwrites a version: reading keeps its text as the next one",
  async (store, server) => {
    const keys = { k: { pipeline: "p", event: "e", handlers: {} } };
    for (const version of [1, 2]) await store.commit(versionOf(version, { keys }), NEVER);
    await server.command("SET", ID, yamlWith("old"));
    const read = await store.read(ID, NEVER);
    const { newest } = read ?? {};
    assert.deepEqual([newest?.version, newest?.actor, newest?.operations], [3, "unknown", [{
      op: "replace",
    }]]);
    assert.deepEqual([read?.tree, read?.keys], [treeWith('"old"'), keys]);
    assert.equal((await store.read(ID, NEVER))?.newest.version, 3, "it is noticed once");
    assert.deepEqual(await store.treeOf(ID, 2, NEVER), treeWith("2"));
    assert.equal(await server.command("GET", ID), yamlWith("old"), "the text stays as it was written");
    assert.equal(await store.commit(versionOf(4), NEVER), true);
  },
);

play(
  "a client of the original overwrites a version: a commit upon the old one is refused",
  async (store, server) => {
    await store.commit(versionOf(1), NEVER);
    await server.command("SET", ID, yamlWith("old"));
    assert.equal(await store.commit(versionOf(2), NEVER), false);
    assert.equal(await server.command("GET", ID), yamlWith("old"));
    assert.deepEqual((await store.history(ID, { after: 0 }, NEVER)).map(({ actor }) => actor), [
      "ana",
      "unknown",
    ]);
  },
);

play(
  "a client of the original writes while a history is watched: the version appears",
  async (store, server) => {
    await store.commit(versionOf(1), NEVER);
    assert.deepEqual(await store.history(ID, { after: 1 }, NEVER), []);
    await server.command("SET", ID, yamlWith("old"));
    assert.deepEqual((await store.history(ID, { after: 1 }, NEVER)).map(({ version }) => version), [2]);
    await server.command("SET", ID, yamlWith("older"));
    assert.equal((await store.newestVersion(ID, NEVER))?.version, 3);
  },
);

play(
  "a client of the original makes a context: it is read as version 1 and not made again",
  async (store, server) => {
    await server.command("SET", ID, yamlWith("old"));
    assert.equal(await store.commit(versionOf(1), NEVER), false);
    const read = await store.read(ID, NEVER);
    assert.deepEqual([read?.newest.version, read?.tree], [1, treeWith('"old"')]);
    assert.deepEqual((await store.list(NEVER)).map(({ id }) => id), [ID]);
  },
);

play(
  "a client of the original deletes a context: it is gone, and can be made again",
  async (store, server) => {
    for (const version of [1, 2]) await store.commit(versionOf(version), NEVER);
    await store.swapClaim(ID, { key: "k", from: undefined, to: { holder: "a", beat: 1 } }, NEVER);
    await server.command("DEL", ID);
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.deepEqual(await store.list(NEVER), []);
    assert.deepEqual(await store.history(ID, { after: 0 }, NEVER), []);
    assert.equal(await store.treeOf(ID, 2, NEVER), undefined);
    assert.equal(await store.claim(ID, "k", NEVER), undefined);
    assert.equal(await store.commit(versionOf(3), NEVER), false);
    assert.equal(await store.remove(ID, NEVER), false);
    assert.equal(await store.commit(versionOf(1), NEVER), true);
    assert.deepEqual((await store.history(ID, { after: 0 }, NEVER)).map(({ version }) => version), [1]);
  },
);

play("trees that the server evicted are read from the text again", async (store, server) => {
  await store.commit(versionOf(1), NEVER);
  await server.command("DEL", `showtime:context:${ID}:trees`);
  const read = await store.read(ID, NEVER);
  assert.deepEqual([read?.newest.version, read?.tree], [2, treeWith("1")]);
});

for (
  const [value, words] of [
    ["hello", /line 1: it holds no map|it is no context/],
    ["a: [1, 2\nb: 3", /line 2/],
    ["state: {cicdContextDataId: other}", /another ID/],
  ] as const
) {
  play(
    `a key that holds ${JSON.stringify(value)} is an error that says so, and stays`,
    async (store, server) => {
      await server.command("SET", ID, value);
      const isIt = (error: unknown) => hasCode("store_damaged")(error) && words.test(String(error));
      await assert.rejects(store.read(ID, NEVER), isIt);
      await assert.rejects(store.commit(versionOf(1), NEVER), isIt);
      assert.equal(await server.command("GET", ID), value);
    },
  );
}

play("a key of another type is an error that says so", async (store, server) => {
  await server.command("LPUSH", ID, "a");
  await assert.rejects(store.read(ID, NEVER), hasCode("store_damaged"));
  await assert.rejects(store.commit(versionOf(1), NEVER), hasCode("store_damaged"));
});
