import assert from "node:assert/strict";
import { deviate, type Fate, play, type Step, tally } from "../../../worlds/schedule/mod.ts";
import { DEEP } from "../scenarios/deep.ts";
import { everyDeath, playDeviations, tellingDeaths } from "../scenarios/deviations.ts";
import { LIVES, newsScenario } from "../scenarios/lives.ts";

/** The requests that tell people: a status over REST, and the batch of writes that may hold a comment. */
const TELLS = /statuses|Comment/;
const FATES: readonly Fate[] = ["500", "502", "403", "429", "timeout", "late", "reset", "lost"];

for (const life of LIVES) {
  Deno.test(`C1: a run that tells people and died while ${life.name} is finished by the next, and nothing is told twice`, async () => {
    // Between two requests that tell nobody, what people are told stays as it is.
    const choose = DEEP
      ? everyDeath
      : (steps: readonly Step[]) => tellingDeaths(steps, (name) => TELLS.test(name));
    const crashes = await playDeviations(newsScenario(life), choose);
    assert.ok(crashes > 1, `${crashes} crashes`);
    await tally({ crashes });
  });

  Deno.test(`F1: a fault at any request that tells people while ${life.name}: what is told is true, and told once`, async () => {
    const scenario = newsScenario(life);
    const { steps } = await play(scenario, () => undefined);
    const telling = [...steps.entries()].filter(([, { call }]) => call.writes && TELLS.test(call.name));
    assert.ok(telling.length > 1, steps.map(({ call }) => call.name).join("\n"));
    for (const [at] of telling) {
      for (const fate of FATES) {
        const { steps: taken } = await play(scenario, deviate("a", { at: at + 1, fate }));
        assert.equal(taken[at]?.move.fate, fate);
      }
    }
    await tally({ faults: telling.length * FATES.length });
  });
}
