/** Runs at work on what people ask for in comments, and on warnings. */

import assert from "node:assert/strict";
import { applyCleanup } from "../../../../src/environments/app/cleanup/apply_cleanup.ts";
import { planCleanup, WHOLE_CLEANUP } from "../../../../src/environments/app/cleanup/cleanup.ts";
import type { CommentEvent } from "../../../../src/environments/core/commands/mod.ts";
import { parseWarning } from "../../../../src/environments/core/warning/mod.ts";
import { commentRun, commentsOf, obeyIn, writeComment } from "../../../worlds/comments.ts";
import { type Played, runContext, type Scenario, type Stage, stageOf } from "../../../worlds/schedule/mod.ts";
import { A, HOUR, makeWorld, MINUTE, never, type RunChange, type World } from "../../../worlds/world.ts";
import { assertTold } from "../scenarios/lives.ts";
import { deploys, FREEZE, START } from "../scenarios/rests.ts";

/** What a run does for a comment or before an end, and how everything is afterwards. */
export interface CommentLife {
  readonly name: string;
  /** Prepares the pull request, and returns the event that the run is about; undefined for a cleanup. */
  readonly prepare: (world: World) => Promise<CommentEvent | undefined>;
  readonly rests: (world: World) => void;
  /** Further settings of the run. */
  readonly settings?: RunChange["settings"];
}

const SETTINGS = { warnMs: 4 * HOUR };
const CLEANUP: RunChange = { token: "bot-token", inActions: true, actor: "maxime", settings: SETTINGS };

async function brought(world: World): Promise<void> {
  world.simulator.label({ pr: world.pr, add: [START], actor: "maxime" });
  await world.sync();
}

const command = (body: string, { runs }: { readonly runs: boolean }) => async (world: World) => {
  if (runs) await brought(world);
  world.clock.advance(MINUTE);
  return await writeComment(world, { body, actor: "ana" });
};

async function clean(context: ReturnType<World["context"]>): Promise<readonly string[]> {
  const plan = await planCleanup(context, WHOLE_CLEANUP, never());
  return (await applyCleanup(context, plan, { approved: [] }, never())).warned;
}

/** Asserts that the newest comment of a person is done. */
function assertDone(world: World): void {
  const told = commentsOf(world).find(({ body }) => body.startsWith("/showtime"));
  assert.ok(told?.reactions.some(({ content }) => content === "rocket"), JSON.stringify(told?.reactions));
}

function assertRuns(world: World): void {
  assert.deepEqual(world.platform.environments.map(({ sha }) => sha), [A]);
  assert.ok(world.labels().includes("🎪 aaaaaaa 🚦 running"), world.labels().join());
}

const lifetimes = (world: World) => world.labels().filter((name) => name.includes("⌛"));
const warningsOf = (world: World) => commentsOf(world).flatMap(({ body }) => parseWarning(body) ?? []);

export const COMMENT_LIVES: readonly CommentLife[] = [
  {
    name: "starting_by_comment",
    prepare: command("/showtime start", { runs: false }),
    rests(world) {
      assertRuns(world);
      assertDone(world);
    },
  },
  {
    name: "stopping_by_comment",
    prepare: command("/showtime stop", { runs: true }),
    rests(world) {
      assert.deepEqual([world.platform.environments, world.labels(), world.images.stored], [[], ["bug"], []]);
      assertDone(world);
    },
  },
  {
    name: "extending_by_comment",
    prepare: command("/showtime extend 3d", { runs: true }),
    rests(world) {
      assertRuns(world);
      assert.match(lifetimes(world).join(), /^🎪 aaaaaaa ⌛ 7[345]h$/u);
      assertDone(world);
    },
  },
  {
    name: "freezing_by_comment",
    prepare: command("/showtime freeze", { runs: true }),
    rests(world) {
      assertRuns(world);
      assert.ok(world.labels().includes(FREEZE));
      assertDone(world);
    },
  },
  {
    name: "refusing_a_comment",
    prepare: command("/showtime strat", { runs: true }),
    rests(world) {
      assertRuns(world);
      assert.equal(deploys(world, "aaaaaaa"), 1);
      const told = commentsOf(world).find(({ body }) => body.startsWith("/showtime"));
      assert.deepEqual(told?.reactions.map(({ content }) => content), ["confused"]);
      assert.match(world.comment(), /did you mean/);
    },
  },
  {
    name: "warning",
    async prepare(world) {
      await brought(world);
      world.clock.advance(45 * HOUR);
      return undefined;
    },
    rests(world) {
      assertRuns(world);
      assert.equal(warningsOf(world).length, 1, "one warning");
    },
  },
  ...[
    { name: "extending_what_is_visited", ageMs: 47 * HOUR, warned: true },
    { name: "extending_what_was_visited", ageMs: 50 * HOUR, warned: false },
  ].map(({ name, ageMs, warned }): CommentLife => ({
    name,
    settings: { ttlFrom: "traffic" },
    async prepare(world) {
      await brought(world);
      world.clock.advance(45 * HOUR);
      if (warned) await clean(world.context(CLEANUP));
      world.clock.advance(ageMs - 45 * HOUR);
      world.platform.traffic.set("pr-1234-aaaaaaa-service", world.clock.now() - 10 * HOUR);
      return undefined;
    },
    rests(world) {
      assertRuns(world);
      assert.deepEqual(lifetimes(world), [`🎪 aaaaaaa ⌛ ${(ageMs / HOUR) + 38}h`]);
      assert.match(world.comment(), /lives until .*: its newest request was at/);
      const ends = commentsOf(world).filter(({ body }) => parseWarning(body) !== undefined);
      assert.deepEqual(ends.map(({ body }) => body.includes("2024-01-19")), warned ? [true] : []);
    },
  })),
  {
    name: "ticking",
    async prepare(world) {
      await brought(world);
      world.clock.advance(45 * HOUR);
      await clean(world.context(CLEANUP));
      const warning = commentsOf(world).find(({ body }) => parseWarning(body) !== undefined);
      assert.ok(warning !== undefined);
      return await writeComment(world, {
        body: warning.body.replace("- [ ]", "- [x]"),
        edit: warning.id,
        actor: "ana",
      });
    },
    rests(world) {
      assertRuns(world);
      assert.match(lifetimes(world).join(), /^🎪 aaaaaaa ⌛ 9[345]h$/u);
      assert.equal(warningsOf(world).length, 1);
      assert.ok(!world.comment().includes("[x]"), "the box is empty again");
    },
  },
];

/** One run at work on a life. Whatever becomes of it, the same run again later makes everything as it should be. */
export function commentScenario(life: CommentLife): Scenario {
  const events = new WeakMap<Stage, CommentEvent | undefined>();
  return {
    name: life.name,
    async make() {
      const world = makeWorld({ pull: { labels: ["bug"] } });
      const event = await life.prepare(world);
      const stage = stageOf(world);
      events.set(stage, event);
      // Reactions and the label that freezes are people's: no lock guards them.
      const run = { ...runOf(life, event), owns: false };
      stage.actors.set("a", () => act(runContext(stage, "a", run), { world, event }));
      return stage;
    },
    check: (played) => checkLife(life, { played, event: events.get(played.stage) }),
  };
}

/** Two cleanups at once, when an environment is about to end. */
export const TWO_WARNERS: Scenario = {
  name: "two_warners",
  async make() {
    const world = makeWorld({ pull: { labels: ["bug"] } });
    await brought(world);
    world.clock.advance(45 * HOUR);
    const stage = stageOf(world);
    for (const run of ["a", "b"]) {
      stage.actors.set(run, () => clean(runContext(stage, run, { ...CLEANUP, owns: false })));
    }
    return stage;
  },
  check({ stage: { world }, outcomes }) {
    for (const [run, outcome] of outcomes) {
      assert.equal(outcome.kind, "done", `${run}: ${outcome.kind === "failed" ? outcome.error : ""}`);
    }
    assert.equal(warningsOf(world).length, 1, "one warning");
    assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), [], "locks");
    return Promise.resolve();
  },
};

function runOf({ settings }: CommentLife, event: CommentEvent | undefined): RunChange {
  return event === undefined
    ? { ...CLEANUP, settings: { ...SETTINGS, ...settings } }
    : commentRun(event, { settings: SETTINGS });
}

async function act(
  context: ReturnType<World["context"]>,
  { world, event }: { readonly world: World; readonly event: CommentEvent | undefined },
): Promise<unknown> {
  return event === undefined ? await clean(context) : await obeyIn(context, world);
}

async function checkLife(
  life: CommentLife,
  { played, event }: { readonly played: Played; readonly event: CommentEvent | undefined },
): Promise<void> {
  const { world } = played.stage;
  const odd = played.steps.find(({ move }) => move.fate !== "go");
  const outcome = played.outcomes.get("a") ?? assert.fail("there is no run");
  const refuses = life.name === "refusing_a_comment";
  const again = async () => {
    try {
      await act(world.context(runOf(life, event)), { world, event });
    } catch (error) {
      if (!refuses) throw error;
      assertTold(error, "go");
    }
  };
  if (outcome.kind === "failed" && !refuses) assertTold(outcome.error, odd?.move.fate ?? "go");
  if (odd === undefined) assert.equal(outcome.kind, refuses ? "failed" : "done");
  if (outcome.kind !== "done" || odd !== undefined) {
    // A dead run's lock is believed until it expires.
    world.clock.advance(11 * MINUTE);
    await again();
    // What lives long enough already takes no lock, so the dead run's lock is left to the next sync.
    if (world.definitions().some((name) => name.includes("lock"))) await world.sync();
  }
  life.rests(world);
  assert.deepEqual(world.definitions().filter((name) => name.includes("lock")), [], "locks");
  const state = () => JSON.stringify({ ...world.simulator.state(), clock: undefined });
  const before = state();
  await again();
  if (life.name !== "ticking") assert.equal(state(), before, "the same run again changes something");
  life.rests(world);
}
