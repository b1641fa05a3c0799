import assert from "node:assert/strict";
import { deviate, exploreBounded, type Fate, play, tally } from "../../../worlds/schedule/mod.ts";
import { COMMENT_LIVES, commentScenario, TWO_WARNERS } from "./comment_lives.ts";

/** What can go wrong with a request to GitHub, and with one to the platform or the image store. */
const OF_GITHUB: readonly Fate[] = ["500", "502", "403", "429", "timeout", "late", "reset", "lost", "stale"];
const OF_PLATFORM: readonly Fate[] = ["403", "500", "502"];

Deno.test("M1: two cleanups at once warn of the same end once, whatever the order of their requests", async () => {
  const { played, complete } = await exploreBounded(TWO_WARNERS, { switches: 2 });
  assert.ok(complete && played > 20, `${played} interleavings`);
  await tally({ interleavings: played });
});

for (const life of COMMENT_LIVES) {
  Deno.test(`C1: a run that died while ${life.name}, before or after any of its requests, is finished by the next`, async () => {
    const scenario = commentScenario(life);
    const { steps } = await play(scenario, () => undefined);
    assert.ok(steps.length > 4, `${steps.length} requests`);
    for (const at of steps.keys()) {
      for (const fate of ["kill", "killed"] as const) {
        const { steps: taken } = await play(scenario, deviate("a", { at: at + 1, fate }));
        assert.equal(taken[at]?.move.fate, fate);
      }
    }
    await tally({ crashes: steps.length * 2 });
  });

  Deno.test(`F1, F2: a fault at any request while ${life.name}: nothing is lost, nothing is done twice`, async () => {
    const scenario = commentScenario(life);
    const { steps } = await play(scenario, () => undefined);
    let faults = 0;
    for (const [at, { call }] of steps.entries()) {
      const ofPlatform = /^(platform|images)\./.test(call.name);
      for (const fate of ofPlatform ? OF_PLATFORM : OF_GITHUB) {
        if (fate === "stale" && call.writes) continue;
        const { steps: taken } = await play(scenario, deviate("a", { at: at + 1, fate }));
        assert.equal(taken[at]?.move.fate, fate);
        faults += 1;
      }
    }
    await tally({ faults });
  });
}
