import assert from "node:assert/strict";
import { formatRedisAddress, parseRedisUrl } from "../../../src/drivers/redis/redis_address.ts";

Deno.test("a URL of Redis has defaults for what it leaves out", () => {
  const plain = { port: 6379, db: 0, username: undefined, password: undefined, isTls: false };
  assert.deepEqual(parseRedisUrl("redis://cache"), { ...plain, host: "cache" });
  assert.deepEqual(parseRedisUrl("redis://cache/"), { ...plain, host: "cache" });
  assert.deepEqual(parseRedisUrl("rediss://[::1]:7000/12"), {
    ...plain,
    host: "::1",
    port: 7000,
    db: 12,
    isTls: true,
  });
});

Deno.test("the login of a URL is decoded, and its parts may be absent", () => {
  const login = (url: string) => {
    const { username, password } = parseRedisUrl(url);
    return [username, password];
  };
  assert.deepEqual(login("redis://ana:p%40s%3As%2F@cache"), ["ana", "p@s:s/"]);
  assert.deepEqual(login("redis://:word@cache"), [undefined, "word"]);
  assert.deepEqual(login("redis://ana:50%@cache"), ["ana", "50%"]);
});

Deno.test("an address in messages has no login", () => {
  assert.equal(formatRedisAddress(parseRedisUrl("redis://ana:word@cache:7000/2")), "cache:7000/2");
  assert.equal(formatRedisAddress(parseRedisUrl("redis://ana:word@[::1]")), "[::1]:6379/0");
});
