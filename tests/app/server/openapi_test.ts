/** The OpenAPI description. The other tests of this folder compare every answer that they get with it. */

import assert from "node:assert/strict";
import { assertDescribed, describedLines, isPage } from "../../worlds/builds/described_answers.ts";
import { startServerWorld } from "../../worlds/builds/server_world.ts";

Deno.test("GET /api/v1/openapi.json describes every route and no other, to everyone", async () => {
  await using server = await startServerWorld({ onLoopback: false });

  const document = await server.json("GET /api/v1/openapi.json", {
    headers: { "x-forwarded-proto": "https" },
  });

  assert.equal(document.openapi, "3.1.0");
  const routes = server.routes.filter((line) => !isPage(line.split(" ")[1] ?? ""));
  assert.deepEqual([...describedLines()].sort(), [...new Set(routes)].sort());
});

Deno.test("an answer that is not as described is noticed", async () => {
  const request = new Request("http://127.0.0.1/api/v1/queue");
  const answer = (body: unknown) => Response.json(body);

  await assertDescribed(request, answer({ builds: [], next: null }));
  await assert.rejects(
    assertDescribed(request, answer({ builds: [{ id: 1 }], next: null })),
    /GET \/api\/v1\/queue 200/,
  );
  await assert.rejects(
    assertDescribed(request, answer({ builds: [], next: null, secret: "x" })),
    /additional/,
  );
  await assert.rejects(assertDescribed(request, new Response("<p>")), /text\/plain/);
});

Deno.test("GET /metrics counts builds by state, the queue, workers, and how long claims let builds wait", async () => {
  await using server = await startServerWorld();
  for (let at = 0; at < 3; at++) await server.json("POST /webhook?pipeline=web");
  server.pass(400);
  await server.json("POST /api/v1/claim", { body: { worker: "a", tags: [] } });
  server.pass(40_000);
  await server.json("POST /api/v1/claim", { body: { worker: "b", tags: [] } });

  const text = await (await server.send("GET /metrics")).text();

  const values = new Map(
    text.split("\n").filter((line) => !line.startsWith("#")).map((line) => {
      const [name = "", value] = line.split(" ");
      return [name, value] as const;
    }),
  );
  const latency = "showtime_claim_latency_seconds";
  const of = (...names: string[]) => names.map((name) => values.get(name));
  assert.deepEqual(of("showtime_queue_length", 'showtime_builds{state="running"}'), ["1", "2"]);
  assert.deepEqual(of('showtime_workers{state="busy"}', 'showtime_workers{state="idle"}'), ["2", "0"]);
  assert.deepEqual(of(`${latency}_bucket{le="0.1"}`, `${latency}_bucket{le="0.5"}`), ["0", "1"]);
  assert.deepEqual(of(`${latency}_bucket{le="60"}`, `${latency}_bucket{le="+Inf"}`), ["2", "2"]);
  assert.deepEqual(of(`${latency}_sum`, `${latency}_count`), ["40.8", "2"]);
});
