import assert from "node:assert/strict";
import { makeClock } from "../../src/drivers/system/mod.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

Deno.test("a sleep of many days does not end at once, and ends with its signal", async () => {
  const clock = makeClock();
  const stop = new AbortController();
  let ended = "no";
  const long = clock.sleep(60 * DAY_MS, stop.signal).then(
    () => ended = "by itself",
    () => ended = "by its signal",
  );
  // Timers that would go off at once have gone off after these.
  await clock.sleep(1, new AbortController().signal);
  await clock.sleep(1, new AbortController().signal);
  assert.equal(ended, "no");
  stop.abort();
  await long;
  assert.equal(ended, "by its signal");
});

Deno.test("a sleep is rejected with the reason of its signal, before and during it", async () => {
  const clock = makeClock();
  await assert.rejects(clock.sleep(1, AbortSignal.abort(new Error("before"))), /before/);
  const stop = new AbortController();
  const sleep = clock.sleep(DAY_MS, stop.signal);
  stop.abort(new Error("during"));
  await assert.rejects(sleep, /during/);
});
