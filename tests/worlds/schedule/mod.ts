/**
 * A scheduler at the border of the program: several runs work in one world, every request of theirs (GitHub, platform,
 * images) waits until it is let go, and what becomes of it is decided here: it goes, its answer is lost, the server
 * fails, its process dies. A schedule is a line of text; the same line plays the same way every time.
 *
 * Nothing in here knows what is right: a {@link Scenario} brings the world, the actors and the checks. Read next:
 * `play.ts`, then `explore.ts`.
 */

export { type Backdrop, Bedroom, type Gate } from "./backdrop.ts";
export { Border, type Call, type Fate, GONE } from "./border.ts";
export { type CleanedUp, cleaning, person, runContext, stageOf, syncing } from "./actors.ts";
export { type Move, parseSchedule, renderSchedule } from "./moves.ts";
export {
  type Actor,
  drive,
  type Outcome,
  play,
  type Played,
  type Scenario,
  type Stage,
  type Step,
} from "./play.ts";
export {
  breakDown,
  deviate,
  exploreAll,
  exploreBounded,
  type Explored,
  exploreRandomly,
  follow,
  random,
} from "./explore.ts";
export { withQuickTimers } from "./quick_timers.ts";
export { type Tally, tally } from "./tally.ts";
export { renderPlayed } from "./trace.ts";
