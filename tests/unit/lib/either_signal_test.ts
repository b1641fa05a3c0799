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
