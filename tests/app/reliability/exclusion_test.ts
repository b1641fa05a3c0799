import assert from "node:assert/strict";
import { exploreAll, exploreBounded, exploreRandomly, play, tally } from "../../worlds/schedule/mod.ts";
import {
  DUPLICATES,
  RUN_AND_PUSH,
  SAME_RUN,
  THREE_RUNS,
  THREE_THIEVES,
  TWO_RUNS,
  TWO_THIEVES,
} from "./scenarios/exclusion.ts";
import { DEEP } from "./scenarios/deep.ts";
import { BROKEN, SOUND } from "./scenarios/models.ts";

const SEED = 4;

for (
  const [scenario, switches, count] of [
    [TWO_RUNS, 2, 40],
    [RUN_AND_PUSH, 1, 60],
    [THREE_RUNS, 0, 60],
  ] as const
) {
  Deno.test(`M1: ${scenario.name}: one inside, one environment of the newest commit, the trigger consumed once, losers name the owner`, async () => {
    const bounded = await exploreBounded(scenario, { switches: switches + (DEEP ? 1 : 0) });
    const seeded = await exploreRandomly(scenario, { seed: SEED, count: DEEP ? count * 20 : count });
    assert.ok(bounded.complete);
    assert.ok(bounded.played > 5, `${bounded.played} ways`);
    await tally({ interleavings: bounded.played + seeded.played });
  });
}

// Too long for every day: what does not run then is not registered.
if (DEEP) {
  Deno.test("M1: two_runs in every order of requests that bear on each other, or the first 20,000 of them", async () => {
    const limit = 20_000;
    const { played, complete } = await exploreAll(TWO_RUNS, { limit });
    assert.ok(complete || played === limit);
    await tally({ interleavings: played });
  });
}

for (const scenario of BROKEN) {
  Deno.test(`M2: ${scenario.name}: the scheduler catches a protocol that is known to be broken`, async () => {
    await assert.rejects(exploreBounded(scenario, { switches: 2 }), /inside at once/);
    await assert.rejects(exploreRandomly(scenario, { seed: SEED, count: 500 }), /inside at once/);
  });
}

Deno.test(`M2: ${SOUND.name}: the scheduler does not accuse a protocol that holds`, async () => {
  const { played, complete } = await exploreAll(SOUND);
  assert.ok(complete);
  await tally({ interleavings: played });
});

for (const [scenario, switches, count] of [[TWO_THIEVES, 1, 80], [THREE_THIEVES, 0, 60]] as const) {
  Deno.test(`M2: ${scenario.name}: runs that find a dead owner's lock, where stealing by name would let two inside`, async () => {
    const { played } = await exploreBounded(scenario, { switches: switches + (DEEP ? 1 : 0) });
    await exploreRandomly(scenario, { seed: SEED, count: DEEP ? count * 20 : count });
    await tally({ interleavings: played + count });
  });
}

Deno.test("M4: the server makes two definitions of one name: one owner remains, one environment, no litter", async () => {
  const { played } = await exploreBounded(DUPLICATES, { switches: DEEP ? 2 : 1 });
  await exploreRandomly(DUPLICATES, { seed: SEED, count: 40 });
  await tally({ interleavings: played + 40 });
});

Deno.test("M6: two processes of one attempt are two: one works, the other loses to it", async () => {
  const { played } = await exploreBounded(SAME_RUN, { switches: DEEP ? 2 : 1 });
  await tally({ interleavings: played });
});

Deno.test("play() tells the line that plays a failure again, and the line does", async () => {
  const [broken] = BROKEN;
  assert.ok(broken !== undefined);
  const failure = await exploreBounded(broken, { switches: 2 }).then(() => undefined, (error) => error);
  const [, line = ""] = /test:replay '(\S+)'/.exec(String(failure)) ?? [];
  assert.match(line, /^model_read_then_write\/[ab0-9.]+$/);
  const { parseSchedule, follow } = await import("../../worlds/schedule/mod.ts");
  const moves = parseSchedule(line.split("/")[1] ?? "");
  await assert.rejects(play(broken, follow(moves)), (error: Error) => error.message.includes(line));
});
