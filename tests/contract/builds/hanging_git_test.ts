/** Repositories whose server accepts connections and says nothing. */

import assert from "node:assert/strict";
import { makeCheckouts, makeRemoteRefs } from "../../../src/drivers/git/mod.ts";
import { makeShell } from "../../../src/drivers/shell/mod.ts";
import type { AppError } from "../../../src/lib/errors.ts";
import type { CheckoutRequest } from "../../../src/pipelines/ports/checkouts.ts";
import type { Shell } from "../../../src/ports/shell.ts";

const NEVER = new AbortController().signal;

/** A server that says nothing, and its address for Git. */
function startSilence(): Disposable & { readonly repository: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken: Deno.Conn[] = [];
  const taking = (async () => {
    for await (const connection of listener) taken.push(connection);
  })();
  taking.catch(() => {});
  return {
    repository: `git://127.0.0.1:${listener.addr.port}/web.git`,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of taken) connection.close();
    },
  };
}

/** The real shell, in which the limits of commands that speak to a server are short. It notes the real ones. */
function hastyShell(limits: number[]): Shell {
  const shell = makeShell();
  return {
    ...shell,
    run(command, signal) {
      if (!command.args.includes("fetch") && !command.args.includes("ls-remote")) {
        return shell.run(command, signal);
      }
      limits.push(command.timeoutMs ?? Infinity);
      return shell.run({ ...command, timeoutMs: 200 }, signal);
    },
  };
}

function requestOf(repository: string): CheckoutRequest {
  return {
    repository,
    ref: "main",
    sha: undefined,
    name: "b1",
    reuse: false,
    submodules: false,
    changes: { kind: "all" },
  };
}

Deno.test("a checkout from a server that says nothing ends by its limit of ten minutes, and may be tried again", async () => {
  using silence = startSilence();
  const root = await Deno.makeTempDir({ prefix: "showtime-checkouts-" });
  const limits: number[] = [];
  const checkouts = makeCheckouts({ shell: hastyShell(limits), root });

  await assert.rejects(checkouts.checkout(requestOf(silence.repository), NEVER), (error: AppError) => {
    assert.deepEqual([error.code, error.retryable], ["checkout_failed", true]);
    assert.match(error.message, /git fetch: it took too long$/);
    return true;
  });

  assert.deepEqual(limits, [600_000]);
  await Deno.remove(root, { recursive: true });
});

Deno.test("a poll of a server that says nothing ends by its limit of 30 seconds", async () => {
  using silence = startSilence();
  const limits: number[] = [];

  await assert.rejects(
    makeRemoteRefs({ shell: hastyShell(limits) }).list(silence.repository, NEVER),
    /no answer within 30 s/,
  );

  assert.deepEqual(limits, [30_000]);
});

Deno.test("a cancel ends a checkout from a server that says nothing, and the mirror serves the next one", async () => {
  using silence = startSilence();
  const root = await Deno.makeTempDir({ prefix: "showtime-checkouts-" });
  const checkouts = makeCheckouts({ shell: makeShell(), root });
  const stop = new AbortController();
  const waiting = checkouts.checkout(requestOf(silence.repository), stop.signal);
  const next = checkouts.checkout({ ...requestOf(silence.repository), name: "b2" }, AbortSignal.timeout(500));
  setTimeout(() => stop.abort(new Error("cancelled")), 100);

  const ends = await Promise.allSettled([waiting, next]);

  assert.deepEqual(ends.map(({ status }) => status), ["rejected", "rejected"]);
  await Deno.remove(root, { recursive: true });
});
