import { exploreBounded, exploreRandomly, tally } from "../../worlds/schedule/mod.ts";
import { DEEP } from "./scenarios/deep.ts";
import { CLEANUPS, HAPPENINGS, UNHEARD } from "./scenarios/moments.ts";

const IDS = [["closed", "L1"], ["stopped", "L1"], ["pushed_to", "M1"]] as const;

for (const scenario of HAPPENINGS) {
  const id = IDS.find(([start]) => scenario.name.startsWith(start))?.[1] ?? "M1";
  Deno.test(`${id}: ${scenario.name}, at any moment: nothing is left that should not be, and the comment says so`, async () => {
    const { played } = await exploreBounded(scenario, { switches: DEEP ? 2 : 1 });
    await exploreRandomly(scenario, { seed: 8, count: DEEP ? 400 : 15 });
    await tally({ interleavings: played + (DEEP ? 400 : 15) });
  });
}

Deno.test("M8: a push between any two requests of a run, its last look and its release included, is built", async () => {
  const { played } = await exploreBounded(UNHEARD, { switches: 2 });
  await tally({ interleavings: played });
});

for (const scenario of CLEANUPS) {
  Deno.test(`R1: ${scenario.name}: what comes up or changes while a cleanup runs is not touched`, async () => {
    const { played } = await exploreBounded(scenario, { switches: DEEP ? 2 : 1 });
    await exploreRandomly(scenario, { seed: 9, count: DEEP ? 400 : 25 });
    await tally({ interleavings: played + (DEEP ? 400 : 25) });
  });
}
