/** `status --watch` on a clock of its own. */

import assert from "node:assert/strict";
import { Interrupted } from "../../../src/cli/interrupted.ts";
import { EXIT } from "../../../src/lib/errors.ts";
import { runIn } from "../../worlds/cli_world.ts";
import { A, environment, makeWorld, PR, runningLabels, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";

/** Lets `act` happen during the nth wait of the command, and remembers how long each wait is. */
function whileWaiting(world: World, acts: readonly (() => void | Promise<void>)[]) {
  const waits: number[] = [];
  const context = world.context();
  const clock = {
    now: () => context.clock.now(),
    async sleep(ms: number, signal: AbortSignal) {
      await acts[waits.length]?.();
      waits.push(ms);
      signal.throwIfAborted();
    },
  };
  const wiring = {
    makeContext: ({ terminal }: { terminal: typeof context.terminal }) =>
      Promise.resolve({ context: { ...context, clock, terminal }, loaded: {} as never }),
  };
  return { waits, wiring };
}

const blocks = (out: string) => out.trimEnd().split("\n\n");

Deno.test("status --watch shows the environment again on each change, and ends when no work is left", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const { waits, wiring } = whileWaiting(world, [() => {}, () => {}, async () => void await world.sync()]);

  const { code, out, err } = await runIn(world, ["status", "1234", "--watch"], { wiring });

  assert.equal(code, EXIT.done);
  assert.equal(blocks(out).length, 2, out);
  assert.match(blocks(out)[0] ?? "", /no environment\nwaiting or in force: 🎪 ⚡ showtime-trigger-start/);
  assert.match(blocks(out)[1] ?? "", /🎯 aaaaaaa running, people are sent here/);
  assert.deepEqual(waits, [15_000, 15_000, 15_000]);
  assert.match(err, /^Next: /m);
  assert.equal(err.split("Next: ").length, 2, "the next step is said once");
});

Deno.test("status --watch of an environment at rest shows it once, and waits for nothing", async () => {
  const world = makeWorld({ pull: { labels: runningLabels(A) }, platform: [environment(A)] });
  const { waits, wiring } = whileWaiting(world, []);

  const { code, out } = await runIn(world, ["status", "1234", "--watch"], { wiring });

  assert.deepEqual([code, waits, blocks(out).length], [EXIT.done, [], 1]);
});

Deno.test("status --watch waits for no trigger that a label holds back", async () => {
  const world = makeWorld({ pull: { labels: [START, "🎪 🔒 showtime-blocked"] } });
  const { waits, wiring } = whileWaiting(world, []);

  const { code } = await runIn(world, ["status", "1234", "--watch"], { wiring });

  assert.deepEqual([code, waits], [EXIT.done, []]);
});

Deno.test("status --watch --json prints one document a line, on each change", async () => {
  const world = makeWorld({ pull: { labels: [START] } });
  const { wiring } = whileWaiting(world, [
    () => world.simulator.label({ pr: PR, add: ["🎪 🧊 showtime-freeze"], actor: "maxime" }),
    () => world.simulator.label({ pr: PR, remove: [START], actor: "maxime" }),
  ]);

  const { out } = await runIn(world, ["status", "1234", "--watch", "--json"], { wiring });

  const documents = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(documents.map(({ frozen, triggers }) => [frozen, triggers.length]), [
    [false, 1],
    [true, 1],
    [true, 0],
  ]);
});

for (const [by, expected] of [["SIGINT", EXIT.interrupted], ["SIGTERM", EXIT.terminated]] as const) {
  Deno.test(`status --watch that is ended by ${by} says nothing of it, and exits ${expected}`, async () => {
    const world = makeWorld({ pull: { labels: [START] } });
    const end = new AbortController();
    const { wiring } = whileWaiting(world, [() => end.abort(new Interrupted(by))]);

    const { code, err } = await runIn(world, ["status", "1234", "--watch"], { wiring, signal: end.signal });

    assert.deepEqual([code, err], [expected, ""]);
  });
}
