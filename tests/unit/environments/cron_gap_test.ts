import assert from "node:assert/strict";
import { findCrons, longestGapMs } from "../../../src/environments/core/setup/mod.ts";

for (
  const [crons, minutes] of [
    [["17 * * * *"], 60],
    [["*/15 * * * *"], 15],
    [["0 */6 * * *"], 360],
    [["0 0 * * *"], 1440],
    [["0 8-18 * * *"], 14 * 60],
    [["0 12 * * MON-FRI"], 3 * 1440],
    [["0 12 * * 1-5", "0 12 * * 0"], 2 * 1440],
    [["0 0 1 * *"], 31 * 1440],
    [["5 0 13 * FRI"], 7 * 1440],
  ] as const
) {
  Deno.test(`longestGapMs() of ${crons.join(" and ")} is ${minutes} minutes`, () => {
    assert.equal(longestGapMs(crons), minutes * 60_000);
  });
}

Deno.test("longestGapMs() understands no other text, and findCrons() finds the schedules of a workflow", () => {
  for (const cron of ["", "* * * *", "60 * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *", "@hourly"]) {
    assert.equal(longestGapMs([cron]), undefined, cron);
  }
  assert.equal(longestGapMs([]), undefined);
  const workflow =
    `on:\n  schedule:\n    - cron: 17 * * * * # hourly\n    - cron: "0 8 * * *"\n    -   cron: '5 5 * * 1'\n`;
  assert.deepEqual(findCrons(workflow), ["17 * * * *", "0 8 * * *", "5 5 * * 1"]);
});
