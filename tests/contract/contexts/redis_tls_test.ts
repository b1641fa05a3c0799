import assert from "node:assert/strict";
import { makeRedisStore } from "../../../src/drivers/redis/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { type RedisServer, startRedis } from "../../worlds/contexts/redis_server.ts";
import { ID, NEVER } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");
const openssl = await part("openssl");
const test = redis.missing === undefined ? openssl.test : redis.test;

/** Starts a server that speaks TLS only, with a certificate of an authority that is in a file. */
async function withTls(run: (server: RedisServer, authority: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-tls-" });
  const make = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd: folder }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  try {
    await make("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority");
    await make(
      "req",
      "-new",
      ...key,
      "-keyout",
      "server.key",
      "-out",
      "server.csr",
      "-subj",
      "/CN=localhost",
    );
    await Deno.writeTextFile(`${folder}/names`, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    await make("x509", "-req", "-in", "server.csr", ...signing, "-out", "server.pem");
    await using server = await startRedis([
      "tls-port {port}",
      `tls-cert-file ${folder}/server.pem`,
      `tls-key-file ${folder}/server.key`,
      `tls-ca-cert-file ${folder}/ca.pem`,
      "tls-auth-clients no",
    ]);
    await run(server, `${folder}/ca.pem`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

test("rediss:// refuses a certificate of an unknown authority, and says what to do", async () => {
  await withTls(async (server) => {
    for (const host of ["localhost", "127.0.0.1"]) {
      const store = makeRedisStore({ url: `rediss://${host}:${server.port}`, keep: 50, clock: makeClock() });
      await assert.rejects(store.read(ID, NEVER), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, "store_unreachable");
        assert.match(error.message, /its certificate is not trusted$/);
        assert.match(error.hint ?? "", /DENO_CERT/);
        return true;
      });
      await store.close();
    }
  });
});

test("rediss:// works with an authority that is known, by name and by address", async () => {
  await withTls(async (server, authority) => {
    const root = new URL("../../../", import.meta.url).pathname;
    const orders = ["localhost", "127.0.0.1"].map((host, db) => ({
      kind: "redis",
      url: `rediss://${host}:${server.port}/${db}`,
    }));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--allow-all",
        `--config=${root}deno.json`,
        `${root}tests/worlds/contexts/use_stores.ts`,
        JSON.stringify(orders),
      ],
      env: { DENO_CERT: authority },
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), "redis true 1 1\nredis true 1 1\n");
  });
});

redis.test("a server that does not speak TLS is an error in the end", async () => {
  await using server = await startRedis();
  const url = `rediss://127.0.0.1:${server.port}`;
  const store = makeRedisStore({ url, keep: 50, clock: makeClock(), connectMs: 1_000, commandMs: 1_000 });
  await assert.rejects(store.read(ID, NEVER), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "store_unreachable");
    return true;
  });
  await store.close();
});
