/** Health checks against servers that fail in every way that a real one does. */

import assert from "node:assert/strict";
import { makeHealthProbe, makeNameProbe } from "../../src/drivers/health/mod.ts";

/** A certificate of `localhost` that no one trusts, and its key; undefined where nothing makes one. */
const SELF_SIGNED = await makeCertificate();

async function makeCertificate(): Promise<{ readonly key: string; readonly cert: string } | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const { code } = await new Deno.Command("openssl", {
      args: "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2"
        .split(" ").concat("-keyout", `${folder}/key`, "-out", `${folder}/cert`),
      stdout: "null",
      stderr: "null",
    }).output();
    if (code !== 0) return undefined;
    return { key: await Deno.readTextFile(`${folder}/key`), cert: await Deno.readTextFile(`${folder}/cert`) };
  } catch {
    return undefined;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function kindOf(address: string): Promise<string> {
  const question = { path: "/health", fallback: "/", timeoutMs: 700 };
  const { ok, outcome } = await makeHealthProbe()(address, question, new AbortController().signal);
  assert.equal(ok, false);
  return outcome.kind;
}

/** Asks a server that treats each connection like that. */
async function kindAt(
  treat: (connection: Deno.Conn) => void | Promise<void>,
  listener: Deno.Listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }),
): Promise<string> {
  const connections: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await Promise.resolve(treat(connection)).catch(() => {});
    }
  })().catch(() => {});
  try {
    return await kindOf(`127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
  } finally {
    listener.close();
    await serving;
    for (const connection of connections) {
      try {
        connection.close();
      } catch {
        // It has ended already.
      }
    }
  }
}

async function says(connection: Deno.Conn, text: string): Promise<void> {
  await connection.write(new TextEncoder().encode(text));
  await connection.read(new Uint8Array(4096));
  connection.close();
}

/** Closes a connection whose request was not read: the system resets or ends it. */
async function resets(connection: Deno.Conn): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  connection.close();
}

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "the probe distinguishes a port that nothing listens on, a reset, an end and silence",
  OPTIONS,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();

    assert.equal(await kindOf(`127.0.0.1:${port}`), "refused");
    assert.equal(await kindAt((connection) => says(connection, "")), "closed");
    assert.match(await kindAt(resets), /^(?:reset|closed)$/);
    assert.equal(await kindAt(() => {}), "silent");
  },
);

Deno.test("the probe knows an answer that is not HTTP, and an unknown name", OPTIONS, async () => {
  assert.equal(await kindAt((connection) => says(connection, "-ERR unknown command\r\n")), "not_http");
  assert.equal(await kindAt((connection) => says(connection, "SSH-2.0-OpenSSH_9.2\r\n")), "not_http");
  assert.equal(await kindOf("no-such-host.invalid:80"), "dns");
});

Deno.test({
  name: "the probe knows a port that speaks TLS, whatever its server answers to plain HTTP",
  ignore: SELF_SIGNED === undefined,
  ...OPTIONS,
  async fn() {
    const listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      ...SELF_SIGNED ?? { key: "", cert: "" },
    });

    const kind = await kindAt(async (connection) => {
      await (connection as Deno.TlsConn).handshake();
    }, listener);

    assert.equal(kind, "tls");
  },
});

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

  assert.deepEqual(await ask(`http://a.localhost:${port}`), {
    status: undefined,
    mark: undefined,
    answer: "no answer in time",
    hangs: true,
  });
  assert.equal((await ask(`https://a.localhost:${port}`)).answer, "no answer in time");
  for (const connection of connections) connection.close();
  listener.close();
  await accepting;
  assert.equal((await ask(`http://a.localhost:${port}`)).answer, "connection refused");
  assert.equal((await ask("http://no-such-name.invalid")).status, undefined);
});

Deno.test("makeNameProbe() recognizes an answer that is not HTTP, and rejects when its signal aborts", async () => {
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

Deno.test({
  name: "makeNameProbe() reads the answer of a server whose certificate is not trusted, and says so",
  ignore: SELF_SIGNED === undefined,
  async fn() {
    const { key, cert } = SELF_SIGNED ?? { key: "", cert: "" };
    const handler = (request: Request) =>
      new Response(null, { status: 204, headers: { "x-showtime-sha": request.headers.get("host") ?? "" } });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, key, cert, onListen: () => {} }, handler);
    try {
      const url = `https://pr-12.localhost:${server.addr.port}`;

      const answer = await makeNameProbe()(url, QUESTION, never());

      const mark = `pr-12.localhost:${server.addr.port}`;
      assert.deepEqual(answer, { status: 204, mark, answer: "204", untrusted: true });
    } finally {
      await server.shutdown();
    }
  },
});
