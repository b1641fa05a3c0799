import assert from "node:assert/strict";
import { exploreBounded, exploreRandomly, tally } from "../../worlds/schedule/mod.ts";
import { DEEP } from "./scenarios/deep.ts";
import { HOSTILE, HOSTILE_PAIRS, HOSTILE_STARTS } from "./scenarios/hostile.ts";

/** The scenarios of a start. A longer name that begins alike is another start. */
const of = (start: string) =>
  HOSTILE.filter(({ name }) => {
    const best = HOSTILE_STARTS.filter((each) =>
      name.startsWith(each)
    ).sort((a, b) => b.length - a.length)[0];
    return best === start;
  });

for (const start of HOSTILE_STARTS) {
  Deno.test(`X1: ${start}…: no hostile act between any two requests of a run gets an unapproved commit built`, async () => {
    let interleavings = 0;
    for (const scenario of of(start)) {
      const { played, complete } = await exploreBounded(scenario, { switches: 1 });
      assert.ok(complete && played > 1, `${scenario.name}: ${played} ways`);
      interleavings += played;
    }
    assert.ok(interleavings > 10, `${interleavings} ways`);
    await tally({ interleavings });
  });
}

// Too long for every day: what does not run then is not registered.
if (DEEP) {
  Deno.test("X1: no two hostile acts get an unapproved commit built", async () => {
    for (const scenario of HOSTILE_PAIRS) await exploreRandomly(scenario, { seed: 11, count: 5 });
    await tally({ interleavings: HOSTILE_PAIRS.length * 5 });
  });
}
