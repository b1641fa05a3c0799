/** Ways through a scenario: all of them, those with few changes of turn, random ones, one that is given. */

import type { Call, Fate } from "./border.ts";
import type { Move } from "./moves.ts";
import { type Chooser, play, type Played, type Scenario, type Step } from "./play.ts";

/** How much was looked at. */
export interface Explored {
  readonly played: number;
  /** Whether nothing was left out for the limit. */
  readonly complete: boolean;
}

/** Follows a schedule, then leaves it to whoever was at work. */
export function follow(moves: readonly Move[]): Chooser {
  return (_enabled, steps) => moves[steps.length];
}

/** Goes as it comes, but gives the request number `at` of a run another fate. */
export function deviate(run: string, options: { readonly at: number; readonly fate: Fate }): Chooser {
  const { at, fate } = options;
  return (enabled, steps) => {
    const next = enabled.find((call) => call.run === (steps.at(-1)?.move.run ?? call.run)) ?? enabled[0];
    if (next?.run !== run) return undefined;
    return steps.filter(({ move }) => move.run === run).length + 1 === at ? { run, fate } : undefined;
  };
}

/** Goes as it comes up to the request number `at` of a run; from there on, all of a kind have another fate. */
export function breakDown(
  run: string,
  options: { readonly at: number; readonly fate: Fate; readonly of: (call: Call) => boolean },
): Chooser {
  const { at, fate, of } = options;
  return (enabled, steps) => {
    const next = enabled.find((call) => call.run === (steps.at(-1)?.move.run ?? call.run)) ?? enabled[0];
    return next?.run === run && steps.length + 1 >= at && of(next) ? { run, fate } : undefined;
  };
}

/**
 * Plays every way with at most `switches` changes of turn away from a run that could have gone on. Most mistakes of
 * concurrency need two.
 */
export async function exploreBounded(
  scenario: Scenario,
  options: {
    readonly switches: number;
    readonly limit?: number;
    readonly onPlayed?: (played: Played) => void;
  },
): Promise<Explored> {
  const { switches, limit = Infinity } = options;
  const pending: (readonly Move[])[] = [[]];
  let played = 0;
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    if (played >= limit) return { played, complete: false };
    const { length } = prefix;
    const one = await play(scenario, follow(prefix));
    played += 1;
    options.onPlayed?.(one);
    const { steps } = one;
    for (let at = steps.length - 1; at >= length; at--) {
      const step = steps[at];
      const before = steps.slice(0, at);
      if (step === undefined) continue;
      for (const { run } of step.enabled) {
        if (run === step.move.run) continue;
        const way = [...before.map(({ move }) => move), { run, fate: "go" } as const];
        if (countSwitches(steps, way) <= switches) pending.push(way);
      }
    }
  }
  return { played, complete: true };
}

/** Turns that were taken from a run that waited to go on. */
function countSwitches(steps: readonly Step[], way: readonly Move[]): number {
  return way.filter(({ run }, at) => {
    const previous = way[at - 1]?.run;
    return previous !== undefined && previous !== run &&
      steps[at]?.enabled.some((call) => call.run === previous) === true;
  }).length;
}

/** A way that was begun, and whose turn need not be tried there: an equal way has been played. */
interface Branch {
  readonly way: readonly Move[];
  readonly asleep: readonly Call[];
}

/**
 * Plays every way, except those that differ from another only in the order of requests that do not bear on each other
 * (sleep sets: two that only read may change places).
 */
export async function exploreAll(
  scenario: Scenario,
  options: { readonly limit?: number } = {},
): Promise<Explored> {
  const { limit = Infinity } = options;
  const pending: Branch[] = [{ way: [], asleep: [] }];
  let played = 0;
  for (let branch = pending.pop(); branch !== undefined; branch = pending.pop()) {
    if (played >= limit) return { played, complete: false };
    const { way } = branch;
    let asleep = branch.asleep;
    let redundantFrom = Infinity;
    const asleepAt: (readonly Call[])[] = [];
    const chooser: Chooser = (enabled, steps) => {
      const given = way[steps.length];
      if (steps.length < way.length) return given;
      if (steps.length > way.length) asleep = stillAsleep(asleep, steps.at(-1)?.call);
      asleepAt[steps.length] = asleep;
      const awake = enabled.filter((call) => !isIn(asleep, call));
      // Whatever goes on from here has been played in another order.
      if (awake.length === 0) redundantFrom = Math.min(redundantFrom, steps.length);
      const previous = steps.at(-1)?.move.run;
      return awake.find((call) => call.run === previous) ?? awake[0];
    };
    const one = await play(scenario, chooser);
    played += 1;
    for (let at = Math.min(one.steps.length, redundantFrom) - 1; at >= way.length; at--) {
      const step = one.steps[at];
      if (step === undefined) continue;
      const here = asleepAt[at] ?? [];
      const done = [...here, step.call];
      for (const call of step.enabled) {
        if (isIn(done, call)) continue;
        pending.push({
          way: [...one.steps.slice(0, at).map(({ move }) => move), { run: call.run, fate: "go" }],
          asleep: stillAsleep(done, call),
        });
        done.push(call);
      }
    }
  }
  return { played, complete: true };
}

function isIn(calls: readonly Call[], call: Call): boolean {
  return calls.some((each) => each.run === call.run);
}

/** Those of the sleepers that `taken` does not bear on. */
function stillAsleep(asleep: readonly Call[], taken: Call | undefined): readonly Call[] {
  if (taken === undefined) return asleep;
  return asleep.filter((each) => each.run !== taken.run && !each.writes && !taken.writes);
}

/** Plays so many random ways from a seed. */
export async function exploreRandomly(
  scenario: Scenario,
  options: { readonly seed: number; readonly count: number; readonly fates?: readonly Fate[] },
): Promise<Explored> {
  const next = random(options.seed);
  for (let played = 0; played < options.count; played++) {
    // Some go in long strides, some change places all the time.
    const eager = 0.05 + next() * 0.6;
    await play(scenario, (enabled, steps) => {
      const previous = enabled.find(({ run }) => run === steps.at(-1)?.move.run);
      const stays = previous !== undefined && next() > eager;
      const call = stays ? previous : enabled[Math.floor(next() * enabled.length)];
      if (call === undefined) return undefined;
      const fates = options.fates ?? [];
      const fate = fates.length > 0 && next() < 0.05 ? fates[Math.floor(next() * fates.length)] : undefined;
      return { run: call.run, fate: fate ?? "go" };
    });
  }
  return { played: options.count, complete: true };
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}
