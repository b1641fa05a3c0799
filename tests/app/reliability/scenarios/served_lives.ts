/** The same lives on platforms that are servers: the real drivers, and what they ask passes the border. */

import assert from "node:assert/strict";
import type { SyncResult } from "../../../../src/environments/app/sync/sync_pull.ts";
import type { PrNumber } from "../../../../src/lib/ids.ts";
import {
  type Actor,
  type Backdrop,
  type CleanedUp,
  cleaning,
  drive,
  type Outcome,
  person,
  type Played,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../../worlds/schedule/mod.ts";
import { makeWorld, MINUTE, type World } from "../../../worlds/world.ts";
import { assertSucceeded, assertTold, type Life } from "./lives.ts";
import { inActions, RUNS } from "./exclusion.ts";
import { SLEEP, START } from "./rests.ts";

/** Longer than anything takes that a platform does by itself. */
const SETTLING_MS = 2 * MINUTE;
/** More moves than any run makes by itself. */
const MOST_MOVES = 20_000;

/** A stage with servers behind it. */
export interface ServedStage<Servers extends Backdrop> extends Stage {
  readonly backdrop: Servers;
  readonly actors: Map<string, Actor>;
}

/** A platform to live on. */
export interface Ground<Servers extends Backdrop> {
  /** Before the names of its scenarios. */
  readonly prefix: string;
  /** The number of the next pull request; the same for all where nothing is shared. */
  readonly nextPr: () => PrNumber;
  readonly make: (world: World) => Promise<Servers>;
  /** Requests of which the driver repeats what fails: nobody has to know. */
  readonly isRepeated: (name: string) => boolean;
  /** Throws unless the platform and GitHub are at rest as the life is to end. */
  readonly assertRests: (stage: ServedStage<Servers>, life: Pick<Life, "rest" | "asleep">) => Promise<void>;
  /** Throws where something was done twice. */
  readonly assertDoneOnce: (stage: ServedStage<Servers>, life: Life) => void;
}

/** One run at work on a life. Whatever becomes of it, one more run later everything is as it should be. */
export function servedLife<Servers extends Backdrop>(ground: Ground<Servers>, life: Life): Scenario {
  return {
    name: `${ground.prefix}${life.name}`,
    make: async () => {
      const stage = await begin(ground, life);
      stage.actors.set("a", actorOf(life)(stage, "a", { owns: !life.cleanup }));
      return stage;
    },
    check: (played) => checkLife(ground, { life, played: played as PlayedOn<Servers> }),
  };
}

/**
 * A run that is taken for dead while it lives: another takes its lock and its work over, and then it goes on. What it still
 * had on its way the next runs put right.
 */
export function servedZombie<Servers extends Backdrop>(ground: Ground<Servers>, life: Life): Scenario {
  return {
    name: `${ground.prefix}zombie_${life.name}`,
    make: async () => {
      const stage = await begin(ground, life);
      stage.actors.set("a", syncing(stage, "a", { ...inActions(101), owns: false }));
      const act = () => stage.world.simulator.run({ id: 101, status: "completed" });
      const then = syncing(stage, "t", inActions(102));
      stage.actors.set("t", person(stage, "t", { does: "a is taken for dead", act, then }));
      return stage;
    },
    check: async (played) => {
      const { stage } = played as PlayedOn<Servers>;
      await passTime(stage);
      assertDone(await runAlone(stage, actorOf(life)));
      await passTime(stage);
      await assertStays(ground, { life, stage });
    },
  };
}

/** A stage where the life is about to begin. */
async function begin<Servers extends Backdrop>(
  ground: Ground<Servers>,
  life: Life,
): Promise<ServedStage<Servers>> {
  const pull = { labels: life.runs ? [START, "bug"] : ["bug"] };
  const world = makeWorld({ pr: ground.nextPr(), pull, seed: { runs: RUNS } });
  const backdrop = await ground.make(world);
  const stage = { ...stageOf(world, { backdrop }), backdrop };
  try {
    if (life.runs) assertDone(await runAlone(stage, syncing));
    await passTime(stage);
    if (life.sleeps !== undefined) {
      world.simulator.label({ pr: world.pr, add: [SLEEP], remove: [], actor: "maxime" });
      assertDone(await runAlone(stage, syncing));
      await passTime(stage);
    }
  } catch (error) {
    await backdrop.dispose();
    throw error;
  }
  life.event(world);
  return stage;
}

type PlayedOn<Servers extends Backdrop> = Played & { readonly stage: ServedStage<Servers> };

type MakeActor = typeof syncing;

function actorOf(life: Life): MakeActor {
  return life.cleanup ? cleaning : syncing;
}

/** A run that nobody disturbs, on the same servers. */
export async function runAlone(stage: ServedStage<Backdrop>, make: MakeActor): Promise<Outcome> {
  const { world, backdrop } = stage;
  const alone = stageOf(world, { backdrop });
  const nonce = `nonce${crypto.randomUUID().slice(0, 6)}`;
  alone.actors.set("z", make(alone, "z", { nonce, owns: false }));
  const outcomes = await drive(alone, { most: MOST_MOVES });
  return outcomes.get("z") ?? assert.fail("there is no run");
}

/** How much `act` writes: the number of requests to GitHub, and what was asked of the platform. */
export async function writesOf({ world, backdrop }: ServedStage<Backdrop>, act: () => Promise<unknown>) {
  const before = backdrop.written().length;
  const { writes } = await world.count(act);
  return { github: writes, platform: backdrop.written().slice(before) };
}

/** The platform does what is left for it to do. */
async function passTime({ world, backdrop }: ServedStage<Backdrop>): Promise<void> {
  world.clock.advance(SETTLING_MS);
  await backdrop.rest();
}

/** Throws unless the run came to its end. */
export function assertDone(outcome: Outcome): void {
  assert.equal(outcome.kind, "done", outcome.kind === "failed" ? String(outcome.error) : "");
}

async function checkLife<Servers extends Backdrop>(
  ground: Ground<Servers>,
  { life, played }: { readonly life: Life; readonly played: PlayedOn<Servers> },
): Promise<void> {
  const { stage } = played;
  const [odd, ...more] = played.steps.filter(({ move }) => move.fate !== "go");
  const outcome = played.outcomes.get("a") ?? assert.fail("there is no run");
  const repeated = odd !== undefined && more.length === 0 && ground.isRepeated(odd.call.name);
  const whole = odd === undefined || (repeated && !odd.move.fate.startsWith("kill"));
  if (whole) {
    assertDone(outcome);
    if (outcome.kind === "done") assertSucceeded(life, outcome.value);
    ground.assertDoneOnce(stage, life);
  } else {
    if (outcome.kind === "failed") assertTold(outcome.error, odd.move.fate);
    else if (more.length > 0) assertAdmits(life, outcome.value);
    // A dead run's lock is believed until it expires.
    stage.world.clock.advance(11 * MINUTE);
    assertDone(await runAlone(stage, actorOf(life)));
  }
  await passTime(stage);
  await assertStays(ground, { life, stage });
}

/** It is at rest where it should be, and stays there. */
async function assertStays<Servers extends Backdrop>(
  ground: Ground<Servers>,
  { life, stage }: { readonly life: Life; readonly stage: ServedStage<Servers> },
): Promise<void> {
  await ground.assertRests(stage, life);
  const writes = await writesOf(stage, () => runAlone(stage, actorOf(life)));
  assert.deepEqual(writes, { github: 0, platform: [] }, "one more run writes");
}

/** A run that could not do its work, and ended nevertheless, does not say that it is done. */
function assertAdmits(life: Life, value: unknown): void {
  if (life.cleanup) return assert.notDeepEqual((value as CleanedUp).incomplete, []);
  const { failure, exitCode } = value as SyncResult;
  assert.notEqual(exitCode, 0);
  assertTold(failure, "go");
}

/** The address that the labels send people to, and that it answers. An environment that is asleep, or gone, has none. */
export async function serving(
  world: World,
  { rest, asleep }: Pick<Life, "rest" | "asleep">,
): Promise<string | undefined> {
  if (rest === undefined || asleep === true) return undefined;
  const found = world.labels().map((name) => / 🌐 (\S+)$/u.exec(name)?.[1]).find((each) =>
    each !== undefined
  );
  if (found === undefined) assert.fail(`no address among ${world.labels().join(", ")}`);
  const response = await fetch(`http://${found}/health`);
  await response.body?.cancel();
  assert.equal(response.status, 200, `${found} does not answer`);
  return found;
}
