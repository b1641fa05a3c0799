/** Requests to names, against servers that answer in every way that a router does. */

import assert from "node:assert/strict";
import { makeNameProbe } from "../../src/drivers/health/mod.ts";

const QUESTION = { path: "/health", header: "x-showtime-sha", timeoutMs: 2000 };

function never(): AbortSignal {
  return new AbortController().signal;
}

async function served(
  handler: (request: Request) => Response | Promise<Response>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await use(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

Deno.test("makeNameProbe() asks names under .localhost on loopback, by their own name", async () => {
  const seen: (string | null)[] = [];
  const handler = (request: Request) => {
    seen.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("host")}`);
    return new Response("hello", { headers: { "X-Showtime-Sha": "abc-7" } });
  };
  await served(handler, async (port) => {
    const url = `http://pr-12.localhost:${port}`;

    const answer = await makeNameProbe()(url, QUESTION, never());

    assert.deepEqual(answer, { status: 200, mark: "abc-7", answer: "200" });
    assert.deepEqual(seen, [`GET /health pr-12.localhost:${port}`]);
  });
});

Deno.test("makeNameProbe() gives any status, without a mark if the answer has none, and follows no redirect", async () => {
  const handler = () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } });
  await served(handler, async (port) => {
    const answer = await makeNameProbe()(`http://localhost:${port}`, QUESTION, never());
    assert.deepEqual(answer, { status: 302, mark: undefined, answer: "302" });
  });
});

Deno.test("makeNameProbe() gives a failure to connect, to encrypt or to answer in time as an answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })().catch(() => {});
  const ask = (url: string) => makeNameProbe()(url, { ...QUESTION, timeoutMs: 300 }, never());

  assert.equal((await ask(`http://a.localhost:${port}`)).answer, "no answer in time");
  assert.equal((await ask(`https://a.localhost:${port}`)).answer, "no answer in time");
  for (const connection of connections) connection.close();
  listener.close();
  await accepting;
  assert.equal((await ask(`http://a.localhost:${port}`)).answer, "connection refused");
  assert.equal((await ask("http://no-such-name.invalid")).status, undefined);
});

Deno.test("makeNameProbe() tells an answer that is not HTTP, and rejects when its signal aborts", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const accepting = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("SSH-2.0-x\r\n\r\n"));
      connection.close();
    }
  })().catch(() => {});
  try {
    const { status, answer } = await makeNameProbe()(`http://a.localhost:${port}`, QUESTION, never());
    assert.deepEqual([status, answer], [undefined, "an answer that is not HTTP"]);
    await assert.rejects(
      makeNameProbe()(`http://a.localhost:${port}`, QUESTION, AbortSignal.abort(new Error("over"))),
      /over/,
    );
  } finally {
    listener.close();
    await accepting;
  }
});
