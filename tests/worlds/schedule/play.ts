/** Plays a scenario once, move by move. */

import { setImmediate } from "node:timers";
import type { World } from "../world.ts";
import type { Backdrop, Bedroom } from "./backdrop.ts";
import type { Border, Call, Fate } from "./border.ts";
import { type Move, renderSchedule } from "./moves.ts";
import { withQuickTimers } from "./quick_timers.ts";
import { tally } from "./tally.ts";

/** Somebody who acts: a run of the program, a person, a model of a protocol. All of it goes through the border. */
export type Actor = () => Promise<unknown>;

/** A world with its actors, by one letter each, at their beginning. */
export interface Stage {
  readonly world: World;
  readonly border: Border;
  readonly actors: ReadonlyMap<string, Actor>;
  /** What was seen to go wrong on the way. */
  readonly wrongs: string[];
  /** Told of each request of a run that takes effect now. */
  readonly watchers: ((call: Call) => void)[];
  /** Where the drivers of platforms sleep. */
  readonly bedroom: Bedroom;
  /** The platform of the runs; the world's own, in memory, unless given. */
  readonly backdrop?: Backdrop;
}

/** How an actor ended. */
export type Outcome =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly error: unknown };

/** What is played, and what must hold at its end. */
export interface Scenario {
  /** As it stands in a schedule's line. */
  readonly name: string;
  make(): Promise<Stage>;
  /** Throws where something does not hold. Requests made here pass no border. */
  check(played: Played): Promise<void>;
}

/** One move, and what else could have been done. */
export interface Step {
  readonly move: Move;
  readonly call: Call;
  readonly enabled: readonly Call[];
}

/** A scenario, played to its end. */
export interface Played {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly steps: readonly Step[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** The line that plays it again. */
  readonly line: string;
}

/** Decides on the next move; undefined leaves it to whoever was at work. */
export type Chooser = (
  enabled: readonly Call[],
  steps: readonly Step[],
) => { readonly run: string; readonly fate?: Fate } | undefined;

/** More moves than any scenario has. */
const MOST_MOVES = 2_000;
/** How long, in milliseconds of this machine, a run may be at work between two requests. */
const PATIENCE_MS = 20_000;

/** Plays a scenario to its end and checks it. A failure's message begins with the line that plays it again. */
export async function play(scenario: Scenario, chooser: Chooser): Promise<Played> {
  return await withQuickTimers(async () => {
    const stage = await scenario.make();
    const steps: Step[] = [];
    const lineNow = () => `${scenario.name}/${renderSchedule(steps.map(({ move }) => move))}`;
    try {
      const outcomes = await drive(stage, { chooser, steps });
      const played = { scenario, stage, steps, outcomes, line: lineNow() };
      if (stage.wrongs.length > 0) throw new Error(stage.wrongs.join("; "));
      await scenario.check(played).catch(async (error) => {
        await tally({ leaks: 1 });
        throw error;
      });
      return played;
    } catch (error) {
      throw retold(error, lineNow());
    } finally {
      await stage.backdrop?.dispose();
    }
  });
}

/** The same failure with the line that plays it again before it. */
function retold(error: unknown, line: string): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`deno task test:replay '${line}'\n${message}`, { cause: error });
}

/** Plays the actors of a stage to their end, whoever is at work first, and notes their moves in `steps`. */
export async function drive(
  stage: Stage,
  options: { readonly chooser?: Chooser; readonly steps?: Step[]; readonly most?: number } = {},
): Promise<ReadonlyMap<string, Outcome>> {
  const { chooser = () => undefined, steps = [], most = MOST_MOVES } = options;
  const { border, actors } = stage;
  const outcomes = new Map<string, Outcome>();
  for (const [name, actor] of actors) {
    actor().then(
      (value) => outcomes.set(name, { kind: "done", value }),
      (error) => outcomes.set(name, { kind: "failed", error }),
    );
    await settle(stage, outcomes);
  }
  while (outcomes.size < actors.size || border.waiting.length > 0) {
    if (border.waiting.length === 0 && stage.backdrop !== undefined) {
      await passTime(stage, outcomes);
      continue;
    }
    const { clock } = stage.world;
    if (border.waiting.length === 0 && clock.wakesAt !== undefined) {
      // Every run that has not ended sleeps, such as one that waits for the lock of a cleanup.
      clock.advance(Math.max(0, clock.wakesAt - clock.now()));
      await settle(stage, outcomes);
      continue;
    }
    const { enabled } = border;
    const call = pick(enabled, { chosen: chooser(enabled, steps), steps });
    if (call === undefined) {
      throw new Error(`Nobody can go on: ${[...outcomes.keys()].join()} ended, the rest sleeps`);
    }
    if (steps.length > most) throw new Error("It does not end");
    steps.push({ move: { run: call.call.run, fate: call.fate }, call: call.call, enabled });
    // What is due by now has happened when the request arrives.
    await stage.backdrop?.rest();
    await border.release(call.call.run, call.fate);
    await settle(stage, outcomes);
  }
  return outcomes;
}

function pick(
  enabled: readonly Call[],
  { chosen, steps }: { readonly chosen: ReturnType<Chooser>; readonly steps: readonly Step[] },
): { readonly call: Call; readonly fate: Fate } | undefined {
  if (chosen !== undefined) {
    const call = enabled.find(({ run }) => run === chosen.run);
    if (call === undefined) throw new Error(`The schedule does not fit: ${chosen.run} does not wait`);
    return { call, fate: chosen.fate ?? "go" };
  }
  const call = enabled.find(({ run }) => run === steps.at(-1)?.move.run) ?? enabled[0];
  return call === undefined ? undefined : { call, fate: "go" };
}

/** Nobody asks for anything: those who sleep are let sleep until the first of them wakes. */
async function passTime(stage: Stage, outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
  const { bedroom, border, world: { clock }, backdrop } = stage;
  const until = performance.now() + PATIENCE_MS;
  while (bedroom.asleep === 0 && border.waiting.length === 0 && outcomes.size < stage.actors.size) {
    if (performance.now() > until) throw new Error("A run neither goes on, nor sleeps, nor ends");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (bedroom.asleep > 0 && border.waiting.length === 0) {
    await backdrop?.rest();
    await backdrop?.breathe?.();
    clock.advance(Math.max(0, (clock.wakesAt ?? 0) - clock.now()));
  }
  await settle(stage, outcomes);
}

/** Waits until everybody has either ended or waits at the border (or for a clock that stands still). */
async function settle(stage: Stage, outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
  const look = () => `${stage.border.activity} ${outcomes.size}`;
  let seen = look();
  // What a run does between two requests are microtasks; a few turns more than one see to what is not.
  for (let quiet = 0; quiet < 3;) {
    await new Promise((resolve) => setImmediate(() => resolve(undefined)));
    const now = look();
    quiet = now === seen ? quiet + 1 : 0;
    seen = now;
  }
}
