import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { makeRedisStore, type RedisStoreOptions } from "../../../src/drivers/redis/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { startCuttingProxy } from "../../worlds/contexts/cutting_proxy.ts";
import { freePort, startRedis } from "../../worlds/contexts/redis_server.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

/** Works with a store at a URL. */
async function withStore<T>(
  url: string,
  run: (store: ContextStore) => Promise<T>,
  limits: Pick<RedisStoreOptions, "connectMs" | "commandMs"> = {},
): Promise<T> {
  const store = makeRedisStore({ url, keep: 50, clock: makeClock(), ...limits });
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}

/** Runs work that must fail, and returns its error. */
async function failure(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  throw new Error("It succeeded");
}

for (const moment of ["request", "answer"] as const) {
  redis.test(`a connection that is cut before the ${moment} of a write: the write takes place once`, async () => {
    await using server = await startRedis();
    await using proxy = startCuttingProxy(server.port);
    await withStore(`redis://127.0.0.1:${proxy.port}`, async (store) => {
      assert.equal(await store.commit(versionOf(1), NEVER), true);
      proxy.cutAt("'HSET', KEYS[4]", moment);
      assert.equal(await store.commit(versionOf(2), NEVER), true);
      assert.equal(proxy.cuts, 1);
      const claim = { key: "k", from: undefined, to: { holder: "a", beat: 1 } };
      proxy.cutAt("'again'", moment);
      assert.equal(await store.swapClaim(ID, claim, NEVER), true);
      assert.equal(proxy.cuts, 2);
      assert.deepEqual((await store.history(ID, { after: 0 }, NEVER)).map(({ version }) => version), [1, 2]);
      proxy.cutAt("'DEL', KEYS[1]", moment);
      assert.equal(await store.remove(ID, NEVER), true);
      assert.equal(proxy.cuts, 3);
      assert.equal(await store.read(ID, NEVER), undefined);
    });
  });
}

redis.test("a write that another one overtook while the connection was lost is refused", async () => {
  await using server = await startRedis();
  await using proxy = startCuttingProxy(server.port);
  await withStore(`redis://127.0.0.1:${proxy.port}`, async (store) => {
    await store.commit(versionOf(1), NEVER);
    proxy.cutAt("'HSET', KEYS[4]", "request");
    const slow = store.commit(versionOf(2, { tree: treeWith('"slow"') }), NEVER);
    await withStore(server.url, async (other) => {
      assert.equal(await other.commit(versionOf(2, { tree: treeWith('"fast"') }), NEVER), true);
    });
    assert.equal(await slow, false);
    assert.deepEqual((await store.read(ID, NEVER))?.tree, treeWith('"fast"'));
  });
});

redis.test("a server that comes back within the attempts is used again", async () => {
  await using server = await startRedis();
  await withStore(server.url, async (store) => {
    await store.commit(versionOf(1), NEVER);
    await server.kill();
    const reading = store.read(ID, NEVER);
    await server.start();
    assert.equal((await reading)?.newest.version, 1);
  });
});

redis.test("a server that is gone is an error in the end, with the address and without the login", async () => {
  const url = `redis://ana:s3cr%40t-word@127.0.0.1:${freePort()}/3`;
  const start = Date.now();
  const error = await failure(withStore(url, (store) => store.read(ID, NEVER)));
  assert.deepEqual([error.code, error.exitCode, error.retryable], ["store_unreachable", 1, true]);
  assert.match(error.message, /^Connecting to redis 127\.0\.0\.1:\d+\/3: the connection was refused$/);
  assert.doesNotMatch(`${error.message} ${error.hint} ${error.cause}`, /s3cr/);
  assert.ok(Date.now() - start < 10_000);
});

redis.test("a server that does not answer is an error in the end", async () => {
  await using server = await startRedis();
  server.signal("SIGSTOP");
  try {
    const read = (store: ContextStore) => store.read(ID, NEVER);
    const error = await failure(withStore(server.url, read, { connectMs: 300, commandMs: 300 }));
    assert.deepEqual([error.code, error.retryable], ["store_unreachable", true]);
    assert.match(error.message, /it does not answer$/);
  } finally {
    server.signal("SIGCONT");
  }
});

Deno.test("a server that is no Redis is an error that says so", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("no", { status: 400 }),
  );
  const url = `redis://127.0.0.1:${server.addr.port}`;
  const error = await failure(withStore(url, (store) => store.read(ID, NEVER)));
  await server.shutdown();
  assert.equal(error.code, "store_unreachable");
  assert.match(error.message, /what answers there is no Redis$|the connection was lost$/);
});

redis.test("Ctrl-C ends the wait for a server that does not answer", async () => {
  await using server = await startRedis();
  server.signal("SIGSTOP");
  try {
    await withStore(server.url, async (store) => {
      const controller = new AbortController();
      const reading = store.read(ID, controller.signal);
      setTimeout(() => controller.abort(new Error("interrupted")), 100);
      await assert.rejects(reading, /interrupted/);
    });
  } finally {
    server.signal("SIGCONT");
  }
});

redis.test("a password that is wrong or missing is an error that says so", async () => {
  await using server = await startRedis(["requirepass right-word"]);
  for (const login of [":wrong-word@", ""]) {
    const error = await failure(
      withStore(`redis://${login}127.0.0.1:${server.port}`, (store) => store.read(ID, NEVER)),
    );
    assert.equal(error.code, "store_refused");
    assert.match(error.message, /WRONGPASS|NOAUTH/);
    assert.doesNotMatch(`${error.message} ${error.hint}`, /wrong-word/);
    assert.match(error.hint ?? "", /password/);
  }
  const url = `redis://:right-word@127.0.0.1:${server.port}`;
  assert.equal(await withStore(url, (store) => store.commit(versionOf(1), NEVER)), true);
});

redis.test("a user of an ACL works with the rights that the hint names, and not without", async () => {
  const rights = "~* +eval +scan +hmget +exists +hget +get +set +hset +hdel +del";
  await using server = await startRedis([
    "user default off",
    `user ana on >p%40ss:/ ${rights}`,
    "user bob on >b-word ~* +get",
  ]);
  await withStore(`redis://ana:${encodeURIComponent("p%40ss:/")}@127.0.0.1:${server.port}`, async (store) => {
    assert.equal(await store.commit(versionOf(1), NEVER), true);
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
    assert.equal((await store.list(NEVER)).length, 1);
    assert.equal(await store.claim(ID, "k", NEVER), undefined);
    assert.equal(await store.remove(ID, NEVER), true);
  });
  const url = `redis://bob:b-word@127.0.0.1:${server.port}`;
  const error = await failure(withStore(url, (store) => store.read(ID, NEVER)));
  assert.equal(error.code, "store_refused");
  assert.match(error.hint ?? "", /EVAL/);
});

redis.test("databases are apart, and one that the server lacks is an error", async () => {
  await using server = await startRedis(["databases 2"]);
  assert.equal(await withStore(`${server.url}/1`, (store) => store.commit(versionOf(1), NEVER)), true);
  assert.equal(await withStore(`${server.url}/0`, (store) => store.read(ID, NEVER)), undefined);
  assert.equal((await withStore(`${server.url}/1`, (store) => store.read(ID, NEVER)))?.newest.version, 1);
  const error = await failure(withStore(`${server.url}/2`, (store) => store.commit(versionOf(1), NEVER)));
  assert.deepEqual([error.code, error.hint], ["store_refused", "Name a database that the server has"]);
  assert.equal(await server.command("EXISTS", ID), ":0");
});

redis.test("a replica is read, and a write to it is an error that says why", async () => {
  await using server = await startRedis();
  await withStore(server.url, async (store) => {
    await store.commit(versionOf(1), NEVER);
    await server.command("REPLICAOF", "127.0.0.1", String(freePort()));
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
    const error = await failure(store.commit(versionOf(2), NEVER));
    assert.equal(error.code, "store_refused");
    assert.match(error.hint ?? "", /replica/);
    await server.command("REPLICAOF", "NO", "ONE");
    assert.equal(await store.commit(versionOf(2), NEVER), true);
  });
});

redis.test("a server without memory takes no version, and the old one stays whole", async () => {
  await using server = await startRedis();
  await withStore(server.url, async (store) => {
    await store.commit(versionOf(1), NEVER);
    await server.command("CONFIG", "SET", "maxmemory", "1");
    const error = await failure(store.commit(versionOf(2), NEVER));
    assert.equal(error.code, "store_full");
    const read = await store.read(ID, NEVER);
    assert.deepEqual([read?.newest.version, read?.tree], [1, treeWith("1")]);
    assert.equal(await store.treeOf(ID, 2, NEVER), undefined);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    assert.equal(await store.commit(versionOf(2), NEVER), true);
  });
});

for (const url of ["http://127.0.0.1", "redis://", "redis://127.0.0.1/db", "127.0.0.1:6379"]) {
  Deno.test(`${url} is no URL of Redis`, async () => {
    const error = await failure(withStore(url, () => Promise.resolve()));
    assert.deepEqual([error.code, error.exitCode], ["redis_url_invalid", 2]);
  });
}
