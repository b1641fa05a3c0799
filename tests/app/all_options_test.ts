/** The requests to GitHub where every option is on. */

import assert from "node:assert/strict";
import type { AppSettings } from "../../src/environments/app/run.ts";
import { commentRun, obeyIn, writeComment } from "../worlds/comments.ts";
import { withQuickTimers } from "../worlds/schedule/mod.ts";
import { B, HOUR, makeWorld, PR, type World } from "../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";
const BOT = { token: "bot-token", inActions: true, actor: "ana" };

const SETTINGS: Partial<AppSettings> = {
  urlOf: (pr) => `https://pr-${pr}.preview.example.org`,
  status: { required: false },
  mention: "both",
  commands: true,
  warnMs: 4 * HOUR,
  buildPaths: ["src/**"],
  ttlFrom: "deployed",
  cost: {
    perHour: { standard: 0.034 },
    shared: 0,
    source: "prices of us-west-2, 2026-09-20",
    budget: undefined,
  },
};
const LIMITED: Partial<AppSettings> = {
  ...SETTINGS,
  limits: { environments: 20, perUser: 3 },
  cost: { perHour: { standard: 0.034 }, shared: 0, source: "prices of us-west-2, 2026-09-20", budget: 50 },
};

const on = (world: World, settings: Partial<AppSettings>) => world.context({ ...BOT, settings });

/** Counts the requests of the sync that creates the environment of a label. */
async function creating(settings: Partial<AppSettings>): Promise<readonly [World, number]> {
  const world = makeWorld();
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  const { requests } = await world.count(() => world.sync(on(world, settings)));
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
  return [world, requests];
}

Deno.test("every option together costs a creating sync at most six requests more, and limits three", async () => {
  const [, plain] = await creating({});
  const [, all] = await creating(SETTINGS);
  const [, limited] = await creating(LIMITED);
  assert.ok(plain <= 16, `${plain} requests`);
  assert.ok(all - plain <= 6, `${all - plain} more`);
  // Limits and the budget share one count.
  assert.equal(limited - all, 3);
});

Deno.test("every option together costs a command in a comment at most six requests more than a label without them", () =>
  withQuickTimers(async () => {
    const [, plain] = await creating({});
    const world = makeWorld();
    const event = await writeComment(world, { body: "/showtime start", actor: "ana" });
    const run = commentRun(event, { settings: SETTINGS });
    const { requests } = await world.count(() => obeyIn(world.context(run), world));
    assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"));
    assert.ok(requests - plain <= 6, `${requests - plain} more`);
  }));

Deno.test("with every option a sync with nothing to do asks no more than without, and writes nothing", async () => {
  for (const settings of [SETTINGS, LIMITED]) {
    const [world] = await creating(settings);
    const { requests, writes } = await world.count(() => world.sync(on(world, settings)));
    assert.deepEqual([writes, requests <= 3], [0, true], `${requests} requests`);
  }
});

Deno.test("with every option an update keeps within its budget and six requests", async () => {
  const [world] = await creating(LIMITED);
  world.simulator.push({ pr: PR, sha: B, pusher: "ana", changed: ["src/app.ts"] });
  const { requests } = await world.count(() => world.sync(on(world, LIMITED)));
  assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [B]);
  assert.ok(requests <= 26, `${requests} requests`);
});
