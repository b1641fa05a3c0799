/** Scenarios and laws by name, so that a line of text plays them again. */

import { startMoto } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";
import type { Scenario } from "../../../worlds/schedule/mod.ts";
import { openDockerLives } from "./docker_lives.ts";
import { ecsLifeScenarios } from "./ecs_lives.ts";
import { EXCLUSION } from "./exclusion.ts";
import { HOSTILE, HOSTILE_PAIRS } from "./hostile.ts";
import { type Law, LAWS } from "./laws.ts";
import { HOOK_LIVES, lifeScenario, LIVES, newsScenario, PLAIN_LIVES } from "./lives.ts";
import { MODELS } from "./models.ts";
import { CLEANUPS, HAPPENINGS, UNHEARD } from "./moments.ts";
import { ONE_HEAD } from "./sharing.ts";
import { ONE_START, TWO_STARTS } from "../options/limits_scenarios.ts";
import { SERVED_HEAD } from "../options/served_head_scenarios.ts";
import { ZOMBIES } from "./zombies.ts";

/** Scenarios with a server of their own behind them. */
export interface Served {
  readonly names: readonly string[];
  /** Starts the server; throws where it is not installed. */
  open(): Promise<{ readonly scenarios: readonly Scenario[]; close(): Promise<void> }>;
}

/** What a line can name. */
export interface Known {
  readonly scenarios: readonly Scenario[];
  /** Further scenarios, too many to list. */
  readonly unlisted?: readonly Scenario[];
  readonly laws: readonly Law[];
  readonly served: readonly Served[];
}

/** Everything that there is. */
export function everything(): Known {
  return { scenarios: allScenarios(), unlisted: HOSTILE_PAIRS, laws: LAWS, served: [ON_ECS, ON_DOCKER] };
}

/** Every scenario that needs no server. */
function allScenarios(): readonly Scenario[] {
  return [
    ...EXCLUSION,
    ...MODELS,
    ...HAPPENINGS,
    UNHEARD,
    ...CLEANUPS,
    ...ZOMBIES,
    ONE_HEAD,
    TWO_STARTS,
    ONE_START,
    SERVED_HEAD,
    ...HOSTILE,
    ...LIVES.map((life) => lifeScenario(life)),
    ...LIVES.map((life) => newsScenario(life)),
  ];
}

const ON_ECS: Served = {
  names: [
    ...PLAIN_LIVES.flatMap(({ name, cleanup }) => [`ecs_${name}`, ...cleanup ? [] : [`ecs_zombie_${name}`]]),
    ...HOOK_LIVES.map(({ name }) => `ecs_hooks_${name}`),
  ],
  async open() {
    const aws = await part("aws");
    if (aws.missing !== undefined) throw new Error(`${aws.missing}; scenarios on ECS are played on it`);
    const moto = await startMoto();
    return { scenarios: ecsLifeScenarios(moto), close: () => moto.stop() };
  },
};

const ON_DOCKER: Served = {
  names: [
    ...PLAIN_LIVES.map(({ name }) => `docker_${name}`),
    ...HOOK_LIVES.map(({ name }) => `docker_hooks_${name}`),
  ],
  async open() {
    for (const name of ["docker", "busybox"] as const) {
      const { missing } = await part(name);
      if (missing !== undefined) throw new Error(`${missing}; scenarios on Docker are played on an engine`);
    }
    return await openDockerLives();
  },
};
