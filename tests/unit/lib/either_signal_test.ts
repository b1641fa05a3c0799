import assert from "node:assert/strict";
import { eitherSignal } from "../../../src/lib/either_signal.ts";

Deno.test("eitherSignal() aborts with the first of its signals, and with its reason", () => {
  for (const index of [0, 1]) {
    const both = [new AbortController(), new AbortController()] as const;
    const either = eitherSignal(both[0].signal, both[1].signal);
    assert.equal(either.aborted, false);
    both[index]?.abort("first");
    both[1 - index]?.abort("second");
    assert.equal(either.reason, "first");
  }
});

Deno.test("eitherSignal() is aborted where one of its signals was", () => {
  const either = eitherSignal(new AbortController().signal, AbortSignal.abort("gone"));
  assert.equal(either.reason, "gone");
});

Deno.test("eitherSignal() survives a collection of garbage while somebody listens to it", async () => {
  const script = `
    import { eitherSignal } from ${
    JSON.stringify(new URL("../../../src/lib/either_signal.ts", import.meta.url))
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
