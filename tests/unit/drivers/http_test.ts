import assert from "node:assert/strict";
import { makeHttp } from "../../../src/drivers/http/mod.ts";
import type { HttpRequest } from "../../../src/ports/http.ts";
import { AppError } from "../../../src/lib/errors.ts";

const REQUEST: HttpRequest = {
  method: "POST",
  url: "https://chat.example.com/hook",
  headers: {},
  body: "{}",
  timeoutMs: 50,
};
const NEVER = new AbortController().signal;

/** A driver whose server answers 200 with the body that `pull` makes. */
function answering(pull: (body: ReadableStreamDefaultController<Uint8Array>) => unknown) {
  return makeHttp({
    fetch: () => Promise.resolve(new Response(new ReadableStream({ pull: (body) => void pull(body) }))),
  });
}

Deno.test("an answer whose body breaks off, stalls or never ends keeps its status", async () => {
  let began = 0;
  const bodies = [
    (body: ReadableStreamDefaultController<Uint8Array>) => {
      if (began++ === 0) body.enqueue(new TextEncoder().encode('{"ok"'));
      else body.error(new TypeError("error decoding response body"));
    },
    () => new Promise(() => {}),
    (body: ReadableStreamDefaultController<Uint8Array>) => body.enqueue(new Uint8Array(64 * 1024)),
  ];
  for (const body of bodies) {
    const answer = await answering(body).send(REQUEST, NEVER);
    assert.deepEqual([answer.status, answer.text], [200, undefined]);
  }
});

Deno.test("an interruption while the body is read is thrown", async () => {
  const stop = new AbortController();
  const sent = answering(() => stop.abort(new Error("interrupted"))).send(REQUEST, stop.signal);
  await assert.rejects(sent, /interrupted/);
});

Deno.test("a server that gives no status in time may have the request", async () => {
  const http = makeHttp({
    fetch: (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      }),
  });
  await assert.rejects(
    http.send(REQUEST, NEVER),
    (error) => error instanceof AppError && error.code === "http_unanswered" && error.retryable,
  );
});
