import assert from "node:assert/strict";
import { deviate, type Fate, play, tally } from "../../../worlds/schedule/mod.ts";
import { SERVED_HEAD } from "./served_head_scenarios.ts";

Deno.test("C1, I1: a run that died while it recorded that a push needs no build is finished by the next, and nothing is built", async () => {
  const { steps } = await play(SERVED_HEAD, () => undefined);
  assert.ok(steps.some(({ call }) => call.name.includes("/compare/")));
  for (const at of steps.keys()) {
    for (const fate of ["kill", "killed"] as const) {
      const { steps: taken } = await play(SERVED_HEAD, deviate("a", { at: at + 1, fate }));
      assert.equal(taken[at]?.move.fate, fate);
    }
  }
  await tally({ crashes: steps.length * 2 });
});

const FATES: readonly Fate[] = ["500", "502", "429", "timeout", "late", "reset", "lost", "stale"];

Deno.test("F1: a fault at any request of a run that records that a push needs no build: nothing is built", async () => {
  const { steps } = await play(SERVED_HEAD, () => undefined);
  let faults = 0;
  for (const [at, { call }] of steps.entries()) {
    if (/^(platform|images)\./.test(call.name)) continue;
    for (const fate of FATES) {
      if (fate === "stale" && call.writes) continue;
      const { steps: taken } = await play(SERVED_HEAD, deviate("a", { at: at + 1, fate }));
      assert.equal(taken[at]?.move.fate, fate);
      faults += 1;
    }
  }
  await tally({ faults });
});
