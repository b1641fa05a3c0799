import type { Status } from "../../src/environments/core/labels/mod.ts";

/**
 * The statuses that may follow each status, by the status on record; `none` before there is any. A run that died leaves
 * its status behind, and the run that resumes goes on from it or one step back. `running` never becomes `failed`: an
 * environment that ran and is ill is brought back first. An environment that is `stopping` only ever goes.
 */
const NEXT: Readonly<Record<Status | "none", readonly Status[]>> = {
  none: ["building", "deploying", "updating", "running", "failed", "stopping"],
  building: ["building", "built", "deploying", "failed", "stopping"],
  built: ["building", "deploying", "failed", "stopping"],
  deploying: ["building", "deploying", "running", "failed", "stopping"],
  running: ["asleep", "building", "deploying", "updating", "stopping"],
  asleep: ["asleep", "building", "deploying", "updating", "stopping"],
  updating: ["building", "deploying", "updating", "running", "failed", "stopping"],
  failed: ["building", "deploying", "updating", "stopping"],
  stopping: ["stopping"],
};

/** Whether an environment whose record says `from` (undefined: nothing) may become `to`. */
export function mayBecome(from: Status | undefined, to: Status): boolean {
  return NEXT[from ?? "none"].includes(to);
}
