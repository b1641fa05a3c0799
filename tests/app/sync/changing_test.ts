import assert from "node:assert/strict";
import { extendPull } from "../../../src/environments/app/sync/extend.ts";
import { nextTtl } from "../../../src/environments/core/environment/expiry.ts";
import { setupLabels } from "../../../src/environments/app/setup/setup_labels.ts";
import { readLock, removeLock } from "../../../src/environments/app/lock/unlock.ts";
import { AppError, EXIT } from "../../../src/lib/errors.ts";
import { FIXED_LABELS, formatLabel, formatTtl, parseTtl } from "../../../src/environments/core/labels/mod.ts";
import type { Ttl } from "../../../src/environments/core/labels/label.ts";
import {
  A,
  environment,
  HOUR,
  makeWorld,
  MINUTE,
  never,
  NOON,
  PR,
  runningLabels,
  type World,
} from "../../worlds/world.ts";

function ttl(text: string): Ttl {
  const parsed = parseTtl(text);
  assert.ok(parsed !== undefined);
  return parsed;
}

function running(extra: readonly string[] = []): World {
  return makeWorld({ pull: { labels: [...runningLabels(A), ...extra] }, platform: [environment(A)] });
}

async function refusal(act: Promise<unknown>): Promise<readonly [string, number, string]> {
  try {
    await act;
  } catch (error) {
    assert.ok(error instanceof AppError);
    return [error.code, error.exitCode, `${error.message}. ${error.hint}`];
  }
  throw new Error("It was not refused");
}

for (
  const [present, asked, expected] of [
    ["48h", "48h", "49h"],
    ["48h", "1h", undefined],
    ["48h", "47h", undefined],
    ["close", "24h", undefined],
    ["48h", "close", "close"],
    ["1h", "30d", "721h"],
    ["1h", "99w", "694d"],
    [undefined, "1h", "2h"],
    [undefined, "30m", "90m"],
    ["1h", "23h", "1d"],
    ["1h", "90m", "3h"],
  ] as const
) {
  Deno.test(`nextTtl() makes of ${present ?? "nothing"}, an hour old, and ${asked} from now ${expected ?? "no change"}`, () => {
    const facts = {
      createdAt: NOON - HOUR,
      present: present === undefined ? undefined : ttl(present),
      asked: ttl(asked),
      now: NOON,
    };
    const next = nextTtl(facts);
    assert.equal(next === undefined ? undefined : formatTtl(next), expected);
  });
}

Deno.test("nextTtl() rounds up: what was asked for is never cut", () => {
  const next = nextTtl({ createdAt: NOON - 90_001, present: undefined, asked: ttl("1m"), now: NOON });
  assert.deepEqual(next, ttl("3m"));
});

Deno.test("extendPull() writes the active environment's time-to-live and nothing else, and lets go of the lock", async () => {
  const world = running(["bug"]);
  const { view, applied } = await extendPull(world.context(), PR, ttl("72h"), never());
  assert.deepEqual([view.ttl, view.expires_at, applied.length], ["73h", "2024-01-18T14:30:00Z", 1]);
  assert.deepEqual(world.labels(), [...runningLabels(A, { ttl: "73h" }), "bug"].sort());
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), []);
  assert.deepEqual(world.platform.changes, []);
  assert.deepEqual(applied, ["aaaaaaa lives until 2024-01-18 14:30 UTC (3d left)"]);
  assert.match(world.comment(), /: `aaaaaaa` lives until 2024-01-18 14:30 UTC/);
});

Deno.test("extendPull() writes nothing where the environment lives that long already", async () => {
  const world = running();
  const { writes } = await world.count(async () => {
    assert.deepEqual((await extendPull(world.context(), PR, ttl("24h"), never())).applied, []);
  });
  assert.equal(writes, 0);
});

Deno.test("extendPull() says that an environment lives until the pull request closes", async () => {
  const { applied } = await extendPull(running().context(), PR, { kind: "close" }, never());

  assert.deepEqual(applied, ["aaaaaaa lives until the pull request closes"]);
});

Deno.test("extendPull() holds against the next sync", async () => {
  const world = running();
  await extendPull(world.context(), PR, ttl("72h"), never());
  assert.equal((await world.sync()).plan.reason, "up_to_date");
});

Deno.test("extendPull() is refused to those who may not, without a write", async () => {
  const world = running();
  for (const actor of ["tri", "rando", "stranger"]) {
    const { writes } = await world.count(async () => {
      const [code, exit, text] = await refusal(extendPull(world.context({ actor }), PR, ttl("72h"), never()));
      assert.deepEqual([code, exit], ["not_authorized", EXIT.refused]);
      assert.match(text, new RegExp(actor));
    });
    assert.equal(writes, 0);
  }
});

Deno.test("extendPull() names the label that decides for the whole pull request", async () => {
  const world = running(["🎪 ⌛ 7d"]);
  const [code, exit, text] = await refusal(extendPull(world.context(), PR, ttl("72h"), never()));
  assert.deepEqual([code, exit], ["ttl_of_pull", EXIT.refused]);
  assert.match(text, /"🎪 ⌛ 7d".*take it off/);
});

Deno.test("extendPull() fails where there is no environment", async () => {
  const [code, exit] = await refusal(extendPull(makeWorld().context(), PR, ttl("72h"), never()));
  assert.deepEqual([code, exit], ["no_environment", EXIT.failed]);
});

Deno.test("readLock() tells a free lock, a living owner and a dead one", async () => {
  const world = makeWorld();
  const context = world.context();
  assert.deepEqual((await readLock(context, PR, never())).held, false);
  const claim = (minutes: number) => `v1 n=abcdefgh1 r=101/1 x=${(NOON + minutes * MINUTE) / 1000} u=ana`;
  await context.forge.createLock(
    { name: `🎪 lock pr-${PR}`, color: "6a737d", description: claim(5) },
    never(),
  );
  const living = await readLock(context, PR, never());
  assert.deepEqual([living.held, living.live, living.owner?.login], [true, true, "ana"]);
  assert.match(living.runUrl ?? "", /runs\/101$/);
  world.simulator.run({ id: 101, status: "completed" });
  assert.equal((await readLock(context, PR, never())).live, false);
});

Deno.test("removeLock() removes the lock that was read and not one that was taken since", async () => {
  const world = makeWorld();
  const context = world.context();
  const definition = { name: `🎪 lock pr-${PR}`, color: "6a737d", description: "by hand" };
  await context.forge.createLock(definition, never());
  const read = await readLock(context, PR, never());
  assert.deepEqual([read.held, read.live, read.owner], [true, false, undefined]);
  await removeLock(context, PR, read, never());
  assert.deepEqual(world.definitions(), []);
  await context.forge.createLock(definition, never());
  await removeLock(context, PR, read, never());
  assert.deepEqual(world.definitions(), [definition.name]);
});

Deno.test("setupLabels() creates what is missing, repairs what differs, and then writes nothing", async () => {
  const world = makeWorld({
    seed: { labels: [{ name: "🎪 🧊 showtime-freeze", color: "000000", description: "?" }] },
  });
  const dry = await world.count(() => setupLabels(world.context(), { dryRun: true }, never()));
  assert.deepEqual(dry, { requests: 1, writes: 0 });
  const first = await setupLabels(world.context(), { dryRun: false }, never());
  assert.deepEqual(first.filter((each) => each.change !== "created"), [{
    name: "🎪 🧊 showtime-freeze",
    change: "repaired",
  }]);
  assert.deepEqual(world.definitions(), FIXED_LABELS.map((label) => formatLabel(label)).sort());
  const again = await world.count(async () => {
    const second = await setupLabels(world.context(), { dryRun: false }, never());
    assert.deepEqual(new Set(second.map((each) => each.change)), new Set(["unchanged"]));
  });
  assert.deepEqual(again, { requests: 1, writes: 0 });
});

Deno.test("extendPull() says that the first build is to be waited for", async () => {
  const world = makeWorld({ pull: { labels: [`🎪 ${A.slice(0, 7)} 🚦 building`] } });
  const [code, exit, text] = await refusal(extendPull(world.context(), PR, ttl("72h"), never()));
  assert.deepEqual([code, exit], ["no_environment", EXIT.failed]);
  assert.match(text, /still being built.*Wait for it/);
});
