/** What commands say about whoever holds a pull request. */

import assert from "node:assert/strict";
import { EXIT } from "../../src/lib/errors.ts";
import { runIn } from "../worlds/cli_world.ts";
import { A, environment, HOUR, makeWorld, NOON, PR, runningLabels } from "../worlds/world.ts";

/** A lock with ten minutes left. */
function lock(holder: string): Readonly<Record<string, string>> {
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

Deno.test("unlock --limits shows and removes the lock of the limits as that of a pull request", async () => {
  const name = "🎪 lock limits";
  const world = makeWorld({ seed: { labels: [{ ...lock("r=101/1 "), name }] } });

  const refused = await runIn(world, ["unlock", "--limits"]);
  assert.equal(refused.code, EXIT.busy);
  assert.match(
    refused.err,
    /Removing the lock of the limits: ana, run 101, .*"showtime unlock --limits --force"/s,
  );
  const both = await runIn(world, ["unlock", "1234", "--limits"]);
  assert.deepEqual([both.code, /Leave one of them out/.test(both.err)], [EXIT.usage, true]);

  const neither = await runIn(world, ["unlock"]);
  assert.deepEqual([neither.code, /"showtime unlock --limits"/.test(neither.err)], [EXIT.usage, true]);

  const forced = await runIn(world, ["unlock", "--limits", "--force", "--json"]);
  const { pr, held, removed } = JSON.parse(forced.out);
  assert.deepEqual([forced.code, pr, held, removed], [EXIT.done, null, true, true]);
  assert.deepEqual(world.definitions().filter((each) => each === name), []);
  assert.match((await runIn(world, ["unlock", "--limits"])).out, /The limits are not locked/);

  const unreadable = makeWorld({ seed: { labels: [{ ...lock(""), name, description: "by hand" }] } });
  assert.equal((await runIn(unreadable, ["unlock", "--limits"])).code, EXIT.done);
  assert.deepEqual(unreadable.definitions().filter((each) => each === name), []);
});

Deno.test("unlock --limits says of a repository that is not there that it is not", async () => {
  const world = makeWorld({ seed: { repository: "apache/other" } });

  const { code, out, err } = await runIn(world, ["unlock", "--limits"]);

  assert.equal(code, EXIT.failed, err);
  assert.match(err, /GitHub shows no repository "apache\/superset"/);
  assert.doesNotMatch(out, /not locked/);
});

const RUNNING = runningLabels(A);
const BUILDING = RUNNING.map((name) => name.replace("running", "building"));
const FREE = { labels: [] };
const HELD = { labels: [lock("")] };
const RUN = { labels: [lock("r=101/1 ")], runs: [{ id: 101, run_attempt: 1, status: "in_progress" }] };
const DEAD = { labels: [lock("r=101/1 ")], runs: [{ id: 101, run_attempt: 1, status: "completed" }] };
const UNREADABLE = { labels: [{ ...lock(""), description: "by hand" }] };

const HOLDER = { owner: "ana", run_url: null, expires_at: "2024-01-15T14:40:00Z", live: true };
const OF_RUN = { ...HOLDER, run_url: "https://github.example/apache/superset/actions/runs/101" };

for (
  const [what, labels, seed, words, idle, json] of [
    ["being built, which nobody works on", BUILDING, FREE, undefined, true, null],
    [
      "being built by somebody outside of Actions",
      BUILDING,
      HELD,
      "held by ana outside of Actions, until 2024-01-15 14:40 UTC",
      false,
      HOLDER,
    ],
    [
      "being built by a run",
      BUILDING,
      RUN,
      "held by run 101, attempt 1 of ana (https://github.example/apache/superset/actions/runs/101), " +
      "until 2024-01-15 14:40 UTC",
      false,
      OF_RUN,
    ],
    ["being built by a run that is gone", BUILDING, DEAD, undefined, true, { ...OF_RUN, live: false }],
    [
      "being built, with a lock made by hand",
      BUILDING,
      UNREADABLE,
      "held by an owner whose entry cannot be read",
      false,
      { owner: null, run_url: null, expires_at: null, live: false },
    ],
    ["running, which nobody works on", RUNNING, FREE, undefined, false, null],
    [
      "running, which somebody works on",
      RUNNING,
      HELD,
      "held by ana outside of Actions, until 2024-01-15 14:40 UTC",
      false,
      HOLDER,
    ],
  ] as const
) {
  Deno.test(`status tells who works on an environment ${what}`, async () => {
    const world = makeWorld({ pull: { labels }, seed, platform: [environment(A)] });

    const { out } = await runIn(world, ["status", "1234"]);
    const told = JSON.parse((await runIn(world, ["status", "1234", "--json"])).out).lock;

    assert.equal(out.split("\n").find((line) => line.startsWith("held by")), words);
    assert.equal(out.includes('   no run works on it: "showtime sync 1234" continues\n'), idle, out);
    assert.deepEqual(told, json);
  });
}
