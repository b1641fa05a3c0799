/** Shows in a process of its own that a combined signal is not collected. Deno 2.7 collects what AbortSignal.any returns. */

import assert from "node:assert/strict";

Deno.test("eitherSignal() survives a collection of garbage while somebody listens to it", async () => {
  const script = `
    import { eitherSignal } from ${
    JSON.stringify(new URL("../../src/lib/either_signal.ts", import.meta.url))
  };
    const [one, other] = [new AbortController(), new AbortController()];
    (() => eitherSignal(one.signal, other.signal).addEventListener("abort", () => console.log("heard")))();
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
    one.abort();
  `;
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  await Deno.writeTextFile(file, script);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", "--v8-flags=--expose-gc", "-A", file],
  }).output();
  await Deno.remove(file);
  assert.equal(new TextDecoder().decode(stdout), "heard\n");
});
