/** What commands say about whoever holds a pull request. */

import assert from "node:assert/strict";
import { EXIT } from "../../src/core/errors.ts";
import { runIn } from "../support/cli_world.ts";
import { HOUR, makeWorld, NOON, PR } from "../support/world.ts";

/** A lock with ten minutes left. */
function lock(holder: string) {
  return {
    name: `🎪 lock pr-${PR}`,
    color: "6a737d",
    description: `v1 n=0123456789abcdef ${holder}x=${(NOON + HOUR / 6) / 1000} u=ana`,
  };
}

Deno.test("unlock says of a lock from outside of Actions what is known, and no more", async () => {
  const world = makeWorld({ seed: { labels: [lock("")] } });

  const { code, err } = await runIn(world, ["unlock", "1234"]);

  assert.equal(code, EXIT.busy);
  assert.match(
    err,
    /ana, outside of Actions, until 2024-01-15 14:40 UTC holds it and its time has not run out\n/,
  );
});

Deno.test("unlock says of a lock of a run that is at work that it is alive", async () => {
  const runs = [{ id: 101, run_attempt: 1, status: "in_progress" }];
  const world = makeWorld({ seed: { labels: [lock("r=101/1 ")], runs } });

  assert.match((await runIn(world, ["unlock", "1234"])).err, /holds it and is alive\n/);
});
