/** The player runs what the workflows of a repository would run, on a pull request in memory. */
import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import type { PullEvent } from "../../../src/simulators/github/mod.ts";
import { BOT, Player } from "../../../src/wiring/face/player.ts";
import { HOUR, makeWorld, never, PR, type World } from "../../worlds/world.ts";

const START = "🎪 ⚡ showtime-trigger-start";

/** A player on a world, which reacts to the events of its simulator as that of a served simulator does. */
function playOn(world: World): { readonly player: Player; until(shown: () => boolean): Promise<void> } {
  const watchers = new Set<() => void>();
  const changed = () => watchers.forEach((each) => each());
  const player = new Player(world.context(), { changed, owner: "maxime" }, never());
  // In this world the changes of Showtime are the owner's; the people are others.
  world.simulator.watch({
    happened: (event) => player.react(event.sender === "maxime" ? { ...event, sender: BOT } : event),
  });
  return {
    player,
    until: (shown) =>
      new Promise((resolve) => {
        const look = () => {
          if (!shown()) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

/** The statuses that the labels name. */
function statuses(world: World): readonly string[] {
  return world.labels().flatMap((name) => / 🚦 (\w+)$/.exec(name)?.[1] ?? []);
}

Deno.test("an event of a person runs sync; events of Showtime and labels of others run nothing", async () => {
  const world = makeWorld();
  const { player, until } = playOn(world);
  const event = (change: Partial<PullEvent>): PullEvent => ({
    action: "labeled",
    number: PR,
    sender: "ana",
    ...change,
  });
  const label = (name: string) => ({ id: 1, name, color: "ededed", description: null });

  player.react(event({ label: label("bug") }));
  player.react(event({ sender: BOT, label: label(START) }));
  assert.deepEqual([player.busy, player.checks(PR)], [false, { busy: false, lines: [] }]);

  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  assert.deepEqual([player.busy, player.checks(PR).busy], [true, true]);
  await until(() => !player.busy);
  assert.deepEqual(statuses(world), ["running"]);
  assert.match(player.checks(PR).lines.join("\n"), /^sync: start_requested; .*has no environment/);
  await player.end();
});

Deno.test("events that come while a run works make one more run, and no two runs at once", async () => {
  const world = makeWorld();
  const { player, until } = playOn(world);
  let building = 0;
  let most = 0;
  const started = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  world.images.hooks.before("build", async () => {
    most = Math.max(most, ++building);
    started.resolve();
    await go.promise;
    building--;
  });
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  await started.promise;
  for (const flag of ["ONE", "TWO", "THREE"]) {
    world.simulator.label({ pr: PR, add: [`🎪 conf-enable-${flag}`], actor: "ana" });
  }
  go.resolve();
  await until(() => !player.busy);

  assert.equal(most, 1);
  assert.deepEqual(world.platform.environments.map(({ settings }) => Object.keys(settings.flags).sort()), [
    ["ONE", "THREE", "TWO"],
  ]);
  await player.end();
});

Deno.test("a run that fails says why, and the next event is served", async () => {
  const world = makeWorld();
  const { player, until } = playOn(world);
  world.images.hooks.before("build", () => {
    throw new AppError("build_failed", "Building the image: it broke");
  });
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  await until(() => !player.busy);
  assert.deepEqual(statuses(world), ["failed"]);
  assert.match(player.checks(PR).lines.at(-1) ?? "", /^sync failed: .*it broke/);
  assert.ok(world.spoken.warned.some((line) => /sync failed: .*it broke/.test(line)));

  world.images.hooks.before("build", undefined);
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  await until(() => !player.busy);
  assert.deepEqual(statuses(world), ["running"]);
  await player.end();
});

Deno.test("the cleanup waits for what runs, and removes what has expired", async () => {
  const world = makeWorld();
  const { player, until } = playOn(world);
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  await until(() => !player.busy);
  await player.extend(PR, { kind: "duration", amount: 3, unit: "d" });
  assert.match(player.checks(PR).lines.at(-1) ?? "", /^extend: .* lives until/);
  world.clock.advance(71 * HOUR);
  player.cleanUp();
  await until(() => !player.busy);
  assert.deepEqual(statuses(world), ["running"]);
  world.clock.advance(2 * HOUR);
  player.cleanUp();
  assert.equal(player.busy, true);
  await until(() => !player.busy);

  assert.deepEqual(world.labels(), []);
  assert.match(player.checks(PR).lines.at(-1) ?? "", /^cleanup: removed /);
  await player.end();
});

Deno.test("the end of a player ends its work, and nothing more is started", async () => {
  const world = makeWorld();
  const { player } = playOn(world);
  const started = Promise.withResolvers<void>();
  world.images.hooks.before("build", () => started.resolve());
  world.simulator.label({ pr: PR, add: [START], actor: "ana" });
  world.simulator.label({ pr: PR, add: ["🎪 conf-enable-ONE"], actor: "ana" });
  await started.promise;
  await player.end();

  assert.equal(player.busy, false);
  assert.deepEqual(statuses(world).includes("running"), false);
  assert.doesNotMatch(player.checks(PR).lines.join("\n"), /failed/);
});
