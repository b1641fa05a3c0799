/** Environments that another machine's engine has: this run's engine lacks them, and they are not lost. */

import type { Observation } from "../observation.ts";
import type { ShaView } from "../state.ts";

/** Whether an environment that this run's engine lacks is on the engine of another machine. */
export function isOnOtherMachine(
  { otherEngine }: Pick<Observation, "otherEngine">,
  view: Pick<ShaView, "state" | "deployed"> | undefined,
): boolean {
  return otherEngine !== undefined && view?.state === "drifted" && view.deployed === undefined;
}

/** Says where an environment is, and what a person can do about it from here. */
export function describeOtherMachine(
  { otherEngine = "" }: Pick<Observation, "otherEngine">,
  short: string,
): string {
  return `${short} is on another machine: the Docker engine of ${otherEngine} has it. Run this there, or set ` +
    "DOCKER_HOST to that engine; a start trigger brings it up here";
}
