/** Which requests the server answers at all, by their origin and by the way they came. */

import assert from "node:assert/strict";
import { type SendOptions, type ServerWorld, startServerWorld } from "../../worlds/builds/server_world.ts";

const TRIGGER = "POST /webhook?pipeline=web";

async function outcome(server: ServerWorld, line: string, options: SendOptions): Promise<string> {
  const response = await server.send(line, options);
  return response.ok ? "answered" : (await response.json()).error.code;
}

const ON_LOOPBACK: readonly (readonly [string, SendOptions["headers"], string])[] = [
  ["a program of this machine", {}, "answered"],
  ["the server's own page", { host: "localhost:8080", origin: "http://localhost:8080" }, "answered"],
  ["a page of another site", { origin: "https://evil.example" }, "origin_refused"],
  ["a page without an origin", { origin: "null" }, "origin_refused"],
  ["a name that was made to lead here", { host: "evil.example" }, "origin_refused"],
  [
    "the page at the public address",
    { host: "ci.example", origin: "https://ci.example", ...proxied("https") },
    "key_missing",
  ],
  ["someone behind a proxy that encrypts", proxied("https"), "key_missing"],
  ["someone behind a proxy that does not", proxied("http"), "plain_http_refused"],
];

function proxied(proto: string): SendOptions["headers"] {
  return { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": proto };
}

for (const [who, headers = {}, expected] of ON_LOOPBACK) {
  Deno.test(`a server on loopback without keys: ${who} triggering a build is ${expected}`, async () => {
    await using server = await startServerWorld();

    assert.equal(await outcome(server, TRIGGER, { headers }), expected);

    const { builds } = await server.json("GET /api/v1/builds");
    assert.equal(builds.length, expected === "answered" ? 1 : 0);
  });
}

Deno.test("a page of another site may not claim a build either, and learns no pipeline through a name of its own", async () => {
  await using server = await startServerWorld();
  const evil = { origin: "https://evil.example" };

  assert.equal(
    await outcome(server, "POST /api/v1/claim", { headers: evil, body: { worker: "w" } }),
    "origin_refused",
  );
  assert.equal(
    await outcome(server, "POST /dequeue", { headers: evil, body: { tags: [] } }),
    "origin_refused",
  );
  assert.equal(
    await outcome(server, "GET /pipelines", { headers: { host: "evil.example" } }),
    "origin_refused",
  );
});

Deno.test("requests of other machines need encryption: every path but the one for health checks", async () => {
  await using server = await startServerWorld({ onLoopback: false });
  const key = await server.addKey("admin");
  const remote = "198.51.100.4";

  for (const line of [TRIGGER, "POST /dequeue", "GET /api/v1/builds", "GET /pipelines", "GET /metrics"]) {
    assert.equal(await outcome(server, line, { key, remote }), "plain_http_refused", line);
  }
  assert.equal(await outcome(server, "GET /healthz", { remote }), "answered");
  const claimed = { key, remote, headers: { "x-forwarded-proto": "https" } };
  assert.equal(
    await outcome(server, TRIGGER, claimed),
    "plain_http_refused",
    "its sender is no trusted proxy",
  );
  assert.equal(await outcome(server, TRIGGER, { ...claimed, remote: "127.0.0.1" }), "answered");
  assert.equal(await outcome(server, TRIGGER, { ...claimed, remote: "::ffff:127.0.0.1" }), "answered");
});
