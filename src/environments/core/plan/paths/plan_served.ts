/** The plans for a head that the environment of an earlier commit serves too. */

import { planIdle } from "../idle.ts";
import type { Plan } from "../plan.ts";
import type { Situation } from "../situation.ts";
import { findRecorded, findUnchanged } from "./unchanged.ts";

/** Plans by rule 17 for a head that counts as running, because a label says so; undefined if none does. */
export function planRecorded(situation: Situation): Plan | undefined {
  const view = findRecorded(situation);
  if (view === undefined) return undefined;
  return planIdle(situation, {
    rule: 17,
    reason: "up_to_date",
    because: [`${view.short} is running and serves ${situation.target} too: no file of build.paths changed`],
  });
}

/** Plans by rule 19: the environment stays as it is, and a label says that it serves the head too. */
export function planUnchanged(situation: Situation): Plan | undefined {
  const view = findUnchanged(situation);
  if (view === undefined) return undefined;
  const count = situation.observation.comparison?.paths?.length ?? 0;
  const files = count === 1 ? "1 file changed" : `${count} files changed`;
  return planIdle(situation, {
    rule: 19,
    reason: "paths_unchanged",
    because: [
      `${view.short} serves ${situation.target} too: ${files} since, and none of build.paths; a start or sync ` +
      "trigger builds it all the same",
    ],
  });
}
