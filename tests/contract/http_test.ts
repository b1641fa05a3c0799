/** Requests to servers of others, against servers that behave well and badly. */

import assert from "node:assert/strict";
import { makeHttp } from "../../src/drivers/http/mod.ts";
import { AppError } from "../../src/lib/errors.ts";
import type { HttpAnswer } from "../../src/ports/http.ts";

const NEVER = new AbortController().signal;

/** Serves connections by writing some text and then staying open, or closing. */
async function withServer<T>(
  { text, closes }: { readonly text: string; readonly closes: boolean },
  work: (url: string, seen: () => string) => Promise<T>,
): Promise<T> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  let seen = "";
  const serving = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      const chunk = new Uint8Array(65_536);
      const count = await connection.read(chunk) ?? 0;
      seen += new TextDecoder().decode(chunk.subarray(0, count));
      const bytes = new TextEncoder().encode(text);
      for (let sent = 0; sent < bytes.length;) {
        // A client that has had enough closes the connection.
        const written = await connection.write(bytes.subarray(sent)).catch(() => bytes.length);
        sent += written;
      }
      if (closes) connections.pop()?.close();
    }
  })();
  try {
    return await work(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`, () => seen);
  } finally {
    listener.close();
    connections.forEach((connection) => connection.close());
    await serving;
  }
}

function post(
  url: string,
  { timeoutMs = 5_000, signal = NEVER, body = "" }: {
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal;
    readonly body?: string;
  } = {},
): Promise<HttpAnswer> {
  const headers = { "Content-Type": "application/json", "X-Key": "secret-key" };
  return makeHttp().send({ method: "POST", url: `${url}/secret-path`, headers, body, timeoutMs }, signal);
}

const OK = "HTTP/1.1 200 OK\r\nX-Answer: a\r\nContent-Length: 5\r\n\r\n";

Deno.test("a request is sent as it is, and its answer is read whole", async () => {
  await withServer({ text: `${OK}h\u00e9llo`.replace("5", "6"), closes: false }, async (url, seen) => {
    const answer = await post(url, { body: '{"a": "é ✓"}' });
    assert.deepEqual([answer.status, answer.text, answer.headers["x-answer"]], [200, "héllo", "a"]);
    assert.match(seen(), /^POST \/secret-path HTTP\/1\.1\r\n/);
    assert.match(seen(), /\r\nx-key: secret-key\r\n/i);
    assert.ok(seen().endsWith('\r\n\r\n{"a": "é ✓"}'));
  });
});

Deno.test("a redirect is an answer", async () => {
  const text = "HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
  await withServer({ text, closes: false }, async (url) => {
    assert.equal((await post(url)).status, 307);
  });
});

Deno.test("an answer of more than 1 MiB has no text", async () => {
  for (const [size, kept] of [[1024 * 1024, true], [1024 * 1024 + 1, false]] as const) {
    const text = `${OK.replace("5", String(size))}${"x".repeat(size)}`;
    await withServer({ text, closes: false }, async (url) => {
      const answer = await post(url);
      assert.deepEqual([answer.status, answer.text?.length], [200, kept ? size : undefined]);
    });
  }
});

Deno.test("a time limit and a signal work until the last byte of an answer", async () => {
  for (const text of ["", "HTTP/1.1 200 OK\r\n", OK, `${OK}hel`]) {
    await withServer({ text, closes: false }, async (url) => {
      const answer = post(url, { timeoutMs: 150 });
      // A status that arrived stands, whatever becomes of the body.
      if (text.startsWith(OK)) {
        const { status, text: body } = await answer;
        assert.deepEqual([status, body], [200, undefined]);
      } else {
        await assert.rejects(
          answer,
          (error) =>
            error instanceof AppError && error.code === "http_unanswered" && error.retryable &&
            error.message === `Sending to ${url}: no answer within 0.15 s`,
        );
      }
      const stop = new AbortController();
      const sending = post(url, { signal: stop.signal });
      setTimeout(() => stop.abort(new Error("interrupted")), 50);
      await assert.rejects(sending, /interrupted/);
    });
  }
  await assert.rejects(
    post("http://127.0.0.1:1", { signal: AbortSignal.abort(new Error("before")) }),
    /before/,
  );
});

Deno.test("a connection that ends before the answer leaves the request in doubt", async () => {
  for (const text of ["", "HTTP/1.1 200 OK\r\n", "not HTTP at all\r\n\r\n"]) {
    await withServer({ text, closes: true }, async (url) => {
      await assert.rejects(
        post(url),
        (error) =>
          error instanceof AppError && error.code === "http_unanswered" && error.retryable &&
          error.message === `Sending to ${url}: the connection ended before the answer`,
      );
    });
  }
});

Deno.test("a connection that ends within the body leaves the status, and no text", async () => {
  await withServer({ text: `${OK}hel`, closes: true }, async (url) => {
    const { status, text } = await post(url);
    assert.deepEqual([status, text], [200, undefined]);
  });
});

Deno.test("a server without a connection has nothing of the request", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  for (
    const [url, reason] of [
      [`http://127.0.0.1:${port}`, "connection refused"],
      ["http://nothing.invalid", "unknown host name"],
    ] as const
  ) {
    await assert.rejects(
      post(url),
      (error) =>
        error instanceof AppError && error.code === "http_unreachable" && error.retryable &&
        error.message === `Sending to ${url}: ${reason}`,
    );
  }
});
