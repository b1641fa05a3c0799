import assert from "node:assert/strict";
import {
  deviate,
  exploreBounded,
  exploreRandomly,
  type Fate,
  play,
  tally,
} from "../../../worlds/schedule/mod.ts";
import { DEEP } from "../scenarios/deep.ts";
import { ONE_START, TWO_STARTS } from "./limits_scenarios.ts";

const SEED = 19;

Deno.test("M1: two starts at once and one place: one environment in every order, and the other is told why", async () => {
  const bounded = await exploreBounded(TWO_STARTS, { switches: 1 });
  const seeded = await exploreRandomly(TWO_STARTS, { seed: SEED, count: DEEP ? 2_000 : 60 });
  assert.ok(bounded.complete);
  assert.ok(bounded.played > 20, `${bounded.played} ways`);
  await tally({ interleavings: bounded.played + seeded.played });
});

Deno.test("M1, F1: two starts at once, one of which is given an older list of environments: still one environment", async () => {
  // The other start ends first, so that everything it wrote is as new as can be.
  const { steps } = await play(TWO_STARTS, () => undefined);
  let faults = 0;
  for (const [at, { call }] of steps.entries()) {
    if (call.run !== "b" || call.writes || !call.name.startsWith("query")) continue;
    const nth = steps.slice(0, at + 1).filter((step) => step.call.run === "b").length;
    const { steps: taken } = await play(TWO_STARTS, deviate("b", { at: nth, fate: "stale" }));
    assert.equal(taken[at]?.move.fate, "stale");
    faults += 1;
  }
  assert.ok(faults > 2, `${faults} faults`);
  const seeded = await exploreRandomly(TWO_STARTS, {
    seed: SEED,
    count: DEEP ? 2_000 : 60,
    fates: ["stale"],
  });
  await tally({ faults, interleavings: seeded.played });
});

Deno.test("C1: a counted start that died, before or after any of its requests, neither keeps the place nor lets a second one in", async () => {
  const { steps } = await play(ONE_START, () => undefined);
  assert.ok(steps.some(({ call }) => call.name === "POST /labels"));
  for (const at of steps.keys()) {
    for (const fate of ["kill", "killed"] as const) {
      const { steps: taken } = await play(ONE_START, deviate("a", { at: at + 1, fate }));
      assert.equal(taken[at]?.move.fate, fate);
    }
  }
  await tally({ crashes: steps.length * 2 });
});

const OF_GITHUB: readonly Fate[] = ["500", "502", "403", "429", "timeout", "late", "reset", "lost", "stale"];

Deno.test("F1: a fault at any request to GitHub of a counted start: one environment, and no lock is left", async () => {
  const { steps } = await play(ONE_START, () => undefined);
  let faults = 0;
  for (const [at, { call }] of steps.entries()) {
    if (/^(platform|images)\./.test(call.name)) continue;
    for (const fate of OF_GITHUB) {
      if (fate === "stale" && call.writes) continue;
      const { steps: taken } = await play(ONE_START, deviate("a", { at: at + 1, fate }));
      assert.equal(taken[at]?.move.fate, fate);
      faults += 1;
    }
  }
  await tally({ faults });
});
