/** Scenarios by name, so that a line of text plays them again. */

import type { Scenario } from "../../support/schedule/mod.ts";
import { lifeScenario, LIVES } from "./lives.ts";
import { EXCLUSION } from "./exclusion.ts";
import { MODELS } from "./models.ts";
import { CLEANUPS, HAPPENINGS, UNHEARD } from "./moments.ts";
import { ONE_HEAD } from "./sharing.ts";
import { ZOMBIES } from "./zombies.ts";

/** Every scenario. */
export function allScenarios(): readonly Scenario[] {
  return [
    ...EXCLUSION,
    ...MODELS,
    ...HAPPENINGS,
    UNHEARD,
    ...CLEANUPS,
    ...ZOMBIES,
    ONE_HEAD,
    ...LIVES.map((life) => lifeScenario(life)),
  ];
}
