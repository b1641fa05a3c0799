/** Health checks against servers that fail in every way that a real one does. */

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { makeHealthProbe } from "../../src/drivers/health/mod.ts";

/** Certificate of `localhost` that no one trusts, and its key. */
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
async function kindAt(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await kindOf(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
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
    assert.equal(await kindAt((socket) => socket.end()), "closed");
    assert.equal(await kindAt((socket) => socket.once("data", () => socket.end())), "closed");
    assert.equal(await kindAt((socket) => socket.once("data", () => socket.resetAndDestroy())), "reset");
    assert.equal(await kindAt(() => {}), "silent");
  },
);

Deno.test("the probe knows an answer that is not HTTP, and an unknown name", OPTIONS, async () => {
  assert.equal(await kindAt((socket) => socket.end("-ERR unknown command\r\n")), "not_http");
  assert.equal(await kindAt((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")), "not_http");
  assert.equal(await kindOf("no-such-host.invalid:80"), "dns");
});

Deno.test({
  name: "the probe knows a port that speaks TLS, whatever its server answers to plain HTTP",
  ignore: SELF_SIGNED === undefined,
  ...OPTIONS,
  async fn() {
    const server = createTlsServer(SELF_SIGNED ?? {}, (socket) => socket.end());
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      assert.equal(await kindOf(`127.0.0.1:${(server.address() as AddressInfo).port}`), "tls");
    } finally {
      server.close();
    }
  },
});
