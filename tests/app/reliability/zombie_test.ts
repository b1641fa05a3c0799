import { exploreBounded, exploreRandomly, tally } from "../../worlds/schedule/mod.ts";
import { DEEP } from "./scenarios/deep.ts";
import { ZOMBIES, ZOMBIES_EVERYWHERE } from "./scenarios/zombies.ts";

for (const scenario of DEEP ? ZOMBIES : ZOMBIES_EVERYWHERE) {
  const ids = scenario.name.endsWith("next_attempt") ? "M5, M6" : "M5";
  Deno.test(`${ids}: ${scenario.name}: a run declared dead goes on, and what it still writes is refused or put right`, async () => {
    const count = DEEP ? 400 : 5;
    const { played } = await exploreBounded(scenario, { switches: DEEP ? 2 : 1 });
    await exploreRandomly(scenario, { seed: 5, count });
    await tally({ interleavings: played + count });
  });
}
