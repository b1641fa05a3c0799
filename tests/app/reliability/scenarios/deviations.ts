/** A life played as it is, then again and again with one request that goes another way. */

import assert from "node:assert/strict";
import {
  breakDown,
  deviate,
  type Fate,
  play,
  type Scenario,
  type Step,
} from "../../../worlds/schedule/mod.ts";

/** What becomes of one request of a recorded run. */
export interface Deviation {
  /** From 0. */
  readonly at: number;
  readonly fate: Fate;
  /** Given: it becomes of every such request from there on. */
  readonly of?: (name: string) => boolean;
}

/** Records a scenario, then plays it with each of the deviations that are chosen; returns how many those were. */
export async function playDeviations(
  scenario: Scenario,
  choose: (steps: readonly Step[]) => readonly Deviation[],
): Promise<number> {
  const { steps } = await play(scenario, () => undefined);
  const chosen = choose(steps);
  for (const { at, fate, of } of chosen) {
    const chooser = of === undefined
      ? deviate("a", { at: at + 1, fate })
      : breakDown("a", { at: at + 1, fate, of: ({ name }) => of(name) });
    const { steps: taken, line } = await play(scenario, chooser);
    const [recorded, now] = [steps[at]?.call.name, taken[at]];
    assert.deepEqual(
      [now?.call.name, now?.move.fate],
      [recorded, fate],
      `${line} goes another way by itself`,
    );
  }
  return chosen.length;
}

/** Before each request, and after each that changes something: what only asks leaves everything as it was before. */
export function everyDeath(steps: readonly Step[]): readonly Deviation[] {
  return steps.flatMap(({ call }, at) =>
    (call.writes ? ["kill", "killed"] as const : ["kill"] as const).map((fate) => ({ at, fate }))
  );
}

/**
 * After each request of a kind that changes something, and before it where what was changed last is of another kind:
 * every state that servers of that kind can be left in.
 */
export function tellingDeaths(
  steps: readonly Step[],
  isOfKind: (name: string) => boolean,
): readonly Deviation[] {
  const writes = [...steps.entries()].filter(([, { call }]) => call.writes);
  return writes.flatMap(([at, { call }], index): readonly Deviation[] => {
    if (!isOfKind(call.name)) return [];
    const before = writes[index - 1]?.[1].call.name;
    const after: Deviation = { at, fate: "killed" };
    return before !== undefined && isOfKind(before) ? [after] : [{ at, fate: "kill" }, after];
  });
}
