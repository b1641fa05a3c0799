/** Scenarios of hostile acts: a stranger, bots and people without rights act between any two requests of a run. */

import assert from "node:assert/strict";
import { COMMENT_MARKER, EMPTY_RECORD, formatRecord } from "../../../../src/environments/core/comment/mod.ts";
import { fullSha } from "../../../../src/lib/ids.ts";
import { AppError } from "../../../../src/lib/errors.ts";
import {
  type Actor,
  person,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../../worlds/schedule/mod.ts";
import { A, B, HOUR, MINUTE, NOON } from "../../../worlds/world.ts";
import {
  comment,
  headOf,
  type HostileWorld,
  makeHostileWorld,
  push,
  setLabels,
  takeOff,
  workflowRun,
} from "./hostile_world.ts";
import { START, STOP } from "./rests.ts";

const EARLIER = NOON - HOUR;
const LATER = NOON + HOUR;
/** Begins like {@link A}. */
const TWIN = fullSha("aaaaaaa".padEnd(40, "b"));

/** A comment that looks like one of Showtime's, whose record holds the stranger's commit. */
function forgedComment(): string {
  const record = { ...EMPTY_RECORD, shas: { bbbbbbb: B }, head: { sha: B, since: EARLIER } };
  return `${COMMENT_MARKER}\nRunning\n${formatRecord(record)}`;
}

type Act = (hostile: HostileWorld) => void | Promise<void>;

const SETTERS = { renovate: "renovate[bot]", actions: "github-actions[bot]", tri: "tri" };
const STATUSES = ["building", "deploying", "running", "failed"];

/** What may be done to the world, by name. */
const ACTS: Readonly<Record<string, Act>> = {
  ...Object.fromEntries(
    Object.entries(SETTERS).flatMap(([name, login]) => [
      ...STATUSES.map((status): [string, Act] => [
        `${name}_says_${status}`,
        (hostile) =>
          setLabels(hostile, { add: [`🎪 ${headOf(hostile).slice(0, 7)} 🚦 ${status}`], actor: login }),
      ]),
      [`${name}_asks`, (hostile: HostileWorld) => setLabels(hostile, { add: [START], actor: login })],
    ]),
  ),
  ana_asks: (hostile) => setLabels(hostile, { add: [START], actor: "ana" }),
  tri_takes_off_the_trigger: (hostile) => takeOff(hostile, { remove: [START], actor: "tri" }),
  tri_takes_off_statuses: (hostile) =>
    takeOff(hostile, { remove: hostile.world.labels().filter((name) => name.includes("🚦")), actor: "tri" }),
  tri_stops: (hostile) => setLabels(hostile, { add: [STOP], actor: "tri" }),
  pushes: (hostile) => push(hostile, B),
  pushes_backdated: (hostile) => push(hostile, B, { date: EARLIER }),
  pushes_postdated: (hostile) => push(hostile, B, { date: LATER }),
  pushes_a_twin: (hostile) => push(hostile, TWIN, { date: EARLIER }),
  forces: (hostile) => push(hostile, B, { date: EARLIER, force: true }),
  forces_back: (hostile) => {
    push(hostile, B, { force: true });
    push(hostile, A, { force: true });
    push(hostile, B, { date: EARLIER });
  },
  renovate_comments: (hostile) => comment(hostile, { token: "renovate-token", body: forgedComment() }),
  rando_comments: (hostile) => comment(hostile, { token: "rando-token", body: forgedComment() }),
};

interface Start {
  readonly name: string;
  /** The acts that are played in it every day; all of them unless given. */
  readonly only?: RegExp;
  /** Whether the run at work has the payload of the event that it is about. */
  readonly payload: boolean;
  readonly prepare: Act;
}

/** What the pull request is like when the run begins. */
const STARTS: readonly Start[] = [
  {
    name: "asked",
    only: /^(?!tri_says|.*says_(?:deploying|running))/,
    payload: true,
    prepare: (hostile) => setLabels(hostile, { add: [START], actor: "ana" }),
  },
  {
    name: "asked_unheard",
    only: /^(?:pushes|forces)|_asks$/,
    payload: false,
    prepare: (hostile) => setLabels(hostile, { add: [START], actor: "ana" }),
  },
  { name: "untouched", payload: false, prepare: () => {} },
  {
    name: "pushed_beside",
    payload: true,
    prepare: async (hostile) => {
      setLabels(hostile, { add: [START], actor: "ana" });
      await hostile.world.sync(hostile.world.context(workflowRun(101, hostile.event)));
      push(hostile, B, { date: EARLIER });
    },
  },
  {
    name: "labelled_by_a_workflow",
    payload: true,
    prepare: (hostile) => {
      push(hostile, B, { date: EARLIER });
      setLabels(hostile, { add: ["🎪 bbbbbbb 🚦 building"], actor: "github-actions[bot]" });
    },
  },
  {
    name: "taken_back",
    only: /^(?:pushes|forces|ana)/,
    payload: false,
    prepare: (hostile) => {
      push(hostile, B, { date: EARLIER });
      push(hostile, A, { force: true });
      setLabels(hostile, { add: [START], actor: "ana" });
    },
  },
];

function scenarioOf(start: Start, acts: readonly (readonly [name: string, act: Act])[]): Scenario {
  const hostileOf = new WeakMap<Stage, HostileWorld>();
  return {
    name: `hostile_${start.name}_${acts.map(([name]) => name).join("_then_")}`,
    make: async () => {
      const hostile = makeHostileWorld();
      await start.prepare(hostile);
      const stage: Stage & { readonly actors: Map<string, Actor> } = stageOf(hostile.world);
      hostileOf.set(stage, hostile);
      const event = start.payload ? hostile.event : undefined;
      stage.actors.set("a", syncing(stage, "a", workflowRun(101, event)));
      acts.forEach(([does, act], index) =>
        stage.actors.set(
          "hij".charAt(index),
          person(stage, "hij".charAt(index), { does, act: () => act(hostile) }),
        )
      );
      return stage;
    },
    check: async ({ stage }) => {
      const hostile = hostileOf.get(stage) ?? assert.fail("no such stage");
      await goOn(hostile);
      const wrong = [...hostile.used].filter((sha) => !hostile.approved.has(sha));
      assert.deepEqual(wrong, [], "an unapproved commit was built");
    },
  };
}

/** Plays the runs that come later: of the act itself, of a maintainer's event, and when every lock has expired. */
async function goOn(hostile: HostileWorld): Promise<void> {
  const { world } = hostile;
  const late = { ...workflowRun(103, undefined), actor: "maxime" };
  for (const change of [workflowRun(102, hostile.event), late, late]) {
    const run = world.sync(world.context(change)).catch((error: unknown) => {
      assert.ok(error instanceof AppError, String(error));
    });
    await passPauses(world, run);
    world.clock.advance(11 * MINUTE);
  }
}

/** The longest pause between two reads of a run, in milliseconds. Renewals of locks sleep longer. */
const LONGEST_PAUSE_MS = 15_000;
/** After so many turns without an end a run waits for the clock. */
const TURNS = 50;

/** Waits for a run, and lets time pass while it pauses because GitHub shows an older state than its event. */
async function passPauses({ clock }: HostileWorld["world"], run: Promise<unknown>): Promise<void> {
  let over = false;
  const end = run.finally(() => over = true);
  for (let turns = 0; !over; turns++) {
    await new Promise((resolve) => setImmediate(() => resolve(undefined)));
    const left = (clock.wakesAt ?? Infinity) - clock.now();
    if (over || turns < TURNS || left > LONGEST_PAUSE_MS) continue;
    clock.advance(Math.max(0, left));
    turns = 0;
  }
  await end;
}

const acts = Object.entries(ACTS);

/** How the names of the scenarios begin, by what the pull request is like. */
export const HOSTILE_STARTS: readonly string[] = STARTS.map(({ name }) => `hostile_${name}_`);

/** One act between any two requests of a run. */
export const HOSTILE: readonly Scenario[] = STARTS.flatMap((start) =>
  acts.filter(([name]) => start.only?.test(name) ?? true).map((act) => scenarioOf(start, [act]))
);

/** Two acts. */
export const HOSTILE_PAIRS: readonly Scenario[] = STARTS.flatMap((start) =>
  acts.flatMap((one) => acts.filter((other) => other !== one).map((other) => scenarioOf(start, [one, other])))
);
