/** Answers of GitHub that stall after their headers, or that have no end: a real server on this machine. */
import assert from "node:assert/strict";
import { makeGithubForge } from "../../../src/drivers/github/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { prNumber } from "../../../src/lib/ids.ts";

const PR = prNumber(9);

async function withGithub(
  body: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  run: (forge: ReturnType<typeof makeGithubForge>) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: stop.signal },
    () =>
      new Response(new ReadableStream({ pull: body }), { headers: { "content-type": "application/json" } }),
  );
  const at = `http://127.0.0.1:${server.addr.port}`;
  try {
    await run(makeGithubForge({
      token: "token",
      repo: "o/r",
      restUrl: at,
      graphqlUrl: `${at}/graphql`,
      userAgent: "showtime/0.0.0",
      clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
      delays: { answerMs: 300, retries: 1 },
    }));
  } finally {
    stop.abort();
    await server.finished.catch(() => {});
  }
}

/** Sends the first byte, and nothing after it. */
function stall(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | void {
  controller.enqueue(new TextEncoder().encode("{"));
  return new Promise(() => {});
}

Deno.test("GitHub that stalls after its headers is asked again and then given up, by REST and by GraphQL", async () => {
  await withGithub(stall, async (forge) => {
    const { signal } = new AbortController();
    const calls = [
      () => forge.readPull(PR, { actor: undefined }, signal),
      () => forge.readLock("🎪 lock pr-9", signal),
    ];
    for (const call of calls) {
      const before = forge.requestCount();
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof AppError, String(error));
        assert.equal(error.code, "forge_unreachable");
        assert.match(error.message, /no answer within 1 s/);
        return true;
      });
      assert.equal(forge.requestCount() - before, 2);
    }
  });
});

Deno.test("a caller that stops does not wait for GitHub that stalls", async () => {
  await withGithub(stall, async (forge) => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const reading = forge.readPull(PR, { actor: undefined }, stop.signal);
    setTimeout(() => stop.abort(reason), 50);

    await assert.rejects(reading, reason);
  });
});
