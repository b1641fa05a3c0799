/** What a run of the program can be at when something happens to it, from a first start to a cleanup. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../../src/environments/app/cleanup/cleanup.ts";
import { DEFAULT_OPTIONS } from "../../../../src/environments/app/sync/make_policy.ts";
import { syncPull, type SyncResult } from "../../../../src/environments/app/sync/sync_pull.ts";
import type { Hooks } from "../../../../src/environments/core/environment/hooks.ts";
import { parseSleepHours } from "../../../../src/environments/core/sleep/mod.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import {
  type CleanedUp,
  cleaning,
  type Fate,
  type Played,
  runContext,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../../worlds/schedule/mod.ts";
import { B, HOUR, makeWorld, MINUTE, never, PR, type RunChange, type World } from "../../../worlds/world.ts";
import { assertRests, assertToldRight, deploys, SLEEP, START, STOP } from "./rests.ts";

/** Something that a run does, and where it is to end. */
export interface Life {
  readonly name: string;
  /** Lets an environment run first, brought up by Showtime itself. */
  readonly runs: boolean;
  /** What happened that this run is about. */
  readonly event: (world: World) => void;
  /** The commit that runs in the end; undefined: nothing is left. */
  readonly rest: string | undefined;
  /** It is a cleanup, not a sync. */
  readonly cleanup?: true;
  /** The environment sleeps before. */
  readonly sleeps?: "person" | "schedule";
  /** The environment sleeps in the end. */
  readonly asleep?: true;
  /** Environments sleep by hours. */
  readonly hours?: true;
}

const label = (world: World, add: readonly string[]) =>
  world.simulator.label({ pr: world.pr, add: [...add], remove: [], actor: "maxime" });

export const LIVES: readonly Life[] = [
  { name: "creating", runs: false, event: (world) => label(world, [START]), rest: "aaaaaaa" },
  {
    name: "updating",
    runs: true,
    event: (world) => world.simulator.push({ pr: world.pr, sha: B, pusher: "ana" }),
    rest: "bbbbbbb",
  },
  { name: "rebuilding", runs: true, event: (world) => label(world, [START]), rest: "aaaaaaa" },
  {
    name: "changing_a_flag",
    runs: true,
    event: (world) => label(world, ["🎪 conf-enable-X"]),
    rest: "aaaaaaa",
  },
  { name: "stopping", runs: true, event: (world) => label(world, [STOP]), rest: undefined },
  {
    name: "closing",
    runs: true,
    event: (world) => world.simulator.pull({ pr: world.pr, state: "closed" }),
    rest: undefined,
  },
  {
    name: "cleaning_up",
    runs: true,
    event: (world) => world.clock.advance(49 * HOUR),
    rest: undefined,
    cleanup: true,
  },
  {
    name: "falling_asleep",
    runs: true,
    event: (world) => label(world, [SLEEP]),
    rest: "aaaaaaa",
    asleep: true,
  },
  { name: "waking", runs: true, sleeps: "person", event: (world) => label(world, [START]), rest: "aaaaaaa" },
  {
    name: "falling_asleep_by_hours",
    runs: true,
    event: (world) => world.clock.advance(6 * HOUR),
    rest: "aaaaaaa",
    asleep: true,
    cleanup: true,
    hours: true,
  },
  {
    name: "waking_by_hours",
    runs: true,
    sleeps: "schedule",
    event: (world) => world.clock.advance(11 * HOUR),
    rest: "aaaaaaa",
    cleanup: true,
    hours: true,
  },
];

/** The settings of a run where environments sleep by hours. A world begins at 14:30 UTC. */
const HOURS = { sleep: { afterMs: undefined, hours: parseSleepHours("20:00-07:00 UTC") } };

/** Lets the environment of a world fall asleep. */
export async function slept(
  world: World,
  { cause, run = {} }: { readonly cause: "person" | "schedule"; readonly run?: RunChange | undefined },
): Promise<void> {
  if (cause === "person") {
    const options = {
      ...DEFAULT_OPTIONS,
      request: { trigger: "sleep", force: false },
      planOnly: false,
    } as const;
    await syncPull(world.context(run), world.pr, options, never());
  } else {
    world.clock.advance(6 * HOUR);
    const context = world.context({ ...run, settings: { ...run.settings, ...HOURS } });
    await applyCleanup(
      context,
      await planCleanup(context, WHOLE_CLEANUP, never()),
      { approved: [] },
      never(),
    );
  }
  assert.equal(world.platform.environments[0]?.sleep !== undefined, true, "it sleeps");
}

/** The environment was built and deployed once, and stopped once; `woken`: and started again once. */
function assertSleptOnce(world: World, woken: boolean): void {
  const service = `pr-${PR}-aaaaaaa-service`;
  assert.deepEqual(world.platform.changes, [
    `deploy ${service}`,
    `sleep ${service}`,
    ...(woken ? [`wake ${service}`] : []),
  ]);
  assert.equal(world.images.built.length, 1);
  assert.equal(world.simulator.state().deployments.length, 1);
}

/** The lives without settings of their own: they are played on servers too. */
export const PLAIN_LIVES: readonly Life[] = LIVES.filter(({ hours }) => hours === undefined);

/** How a life is played: its runs, and everything further that is to hold once it has come to rest. */
export interface LifePlay {
  readonly name?: string;
  readonly run?: RunChange;
  readonly rests?: (world: World, life: Life, options: { readonly fate: Fate }) => void;
}

/** Both hooks, after each update in place too. */
export const HOOKS: Hooks = {
  afterStart: "echo seeding",
  beforeStop: "echo dropping",
  when: "always",
  timeoutMs: 120_000,
};

/** A new environment, a new instance in its place, a new commit beside it, and an end. */
export const HOOK_LIVES = LIVES.filter(({ name }) =>
  ["creating", "rebuilding", "updating", "stopping"].includes(name)
);

/** The fates after which the client's own repetition makes everything well. */
const REPEATED = ["500", "502", "403", "429", "timeout", "late", "reset", "lost"];

/** One run at work on a life. Whatever becomes of it, one more run later everything is as it should be. */
export function lifeScenario(life: Life, how: LifePlay = {}): Scenario {
  const { run } = how;
  return {
    name: how.name ?? life.name,
    make: async (): Promise<Stage> => {
      const world = makeWorld({ pull: { labels: life.runs ? [START, "bug"] : ["bug"] } });
      if (life.runs) await world.sync(world.context(run));
      if (life.sleeps !== undefined) await slept(world, { cause: life.sleeps, run });
      life.event(world);
      const stage = stageOf(world);
      stage.actors.set(
        "a",
        life.cleanup ? cleaning(stage, "a", cleanupOptions(life, run)) : syncing(stage, "a", run),
      );
      return stage;
    },
    check: (played) => checkLife(life, played, how),
  };
}

/** Everything that tells people is on. */
const TELLING: RunChange = { settings: { status: { required: true }, mention: "both" } };

/** The life of a run that also tells people, by the name `news_<life>`. */
export function newsScenario(life: Life): Scenario {
  return lifeScenario(life, { name: `news_${life.name}`, run: TELLING, rests: assertToldRight });
}

/** Does once more what the life is about, without the border. */
export async function again(life: Life, world: World, options?: RunChange): Promise<unknown> {
  if (!life.cleanup) return await world.sync(world.context(options));
  await cleaning({ ...stageOf(world), border: OPEN }, "z", cleanupOptions(life, options))();
  // A cleanup does not try an environment again that did not wake: the next sync does.
  if (life.sleeps !== undefined) await world.sync(world.context(options));
}

function cleanupOptions(life: Life, run: RunChange = {}) {
  return life.hours === undefined
    ? { ...run, owns: false }
    : { ...run, owns: false, settings: { ...run.settings, ...HOURS } };
}

/** A border at which nobody waits. */
const OPEN = {
  pass: (_call: unknown, { act }: { readonly act: (fate: "go") => Promise<unknown> }) => act("go"),
} as unknown as Stage["border"];

async function checkLife(life: Life, played: Played, { run, rests }: LifePlay): Promise<void> {
  const { world } = played.stage;
  const odd = played.steps.find(({ move }) => move.fate !== "go");
  const outcome = played.outcomes.get("a") ?? assert.fail("there is no run");
  const ofGithub = odd !== undefined && !/^(platform|images)\./.test(odd.call.name);
  const whole = odd === undefined || (ofGithub && REPEATED.includes(odd.move.fate));
  if (whole) {
    assert.equal(outcome.kind, "done", outcome.kind === "failed" ? String(outcome.error) : "");
    if (outcome.kind === "done") assertSucceeded(life, outcome.value);
    assertDoneOnce(life, world);
  } else {
    if (outcome.kind === "failed") assertTold(outcome.error, odd.move.fate);
    // A dead run's lock is believed until it expires.
    world.clock.advance(11 * MINUTE);
    await again(life, world, run);
  }
  assertRests(world, life.rest, { asleep: life.asleep === true });
  rests?.(world, life, { fate: odd?.move.fate ?? "go" });
  const { writes } = await world.count(() => again(life, world, run));
  assert.equal(writes, 0, "one more run writes");
}

export function assertSucceeded(life: Life, value: unknown): void {
  if (life.cleanup) return assert.deepEqual((value as CleanedUp).incomplete, []);
  assert.equal((value as SyncResult).exitCode, 0, (value as SyncResult).failure?.message);
}

/** Nothing was done twice that costs something or that people see. */
function assertDoneOnce(life: Life, world: World): void {
  if (life.asleep === true || life.sleeps !== undefined) {
    return assertSleptOnce(world, life.sleeps !== undefined);
  }
  const { deployments } = world.simulator.state();
  const inPlace = life.name === "rebuilding" || life.name === "changing_a_flag";
  for (const short of ["aaaaaaa", "bbbbbbb"]) {
    const expected = short === "bbbbbbb" ? Number(life.name === "updating") : inPlace ? 2 : 1;
    assert.equal(deploys(world, short), expected, `deployments of ${short} on the platform`);
    const there = deployments.filter(({ sha }) => sha.startsWith(short)).length;
    assert.equal(there, Math.min(expected, 1), `deployments of ${short} on GitHub`);
  }
  assert.equal(world.images.built.length, life.name === "updating" || life.name === "rebuilding" ? 2 : 1);
  for (const { statuses } of deployments) {
    const states = statuses.map(({ state }) => state);
    const doubled = states.filter((state, index) => state === states[index + 1] && state !== "success");
    assert.deepEqual(doubled, [], states.join(", "));
  }
}

/** What the run said says what was tried, what came of it, and what to do. */
export function assertTold(error: unknown, fate: string): void {
  if (fate === "kill" || fate === "killed") return;
  assert.ok(error instanceof AppError, String(error));
  assert.match(error.message, /^[A-Z].+: .+/);
  assert.ok(error.hint !== undefined, error.message);
}

/** A context at the border, for what these scenarios do not play. */
export { runContext };
