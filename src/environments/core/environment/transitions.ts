/**
 * Which status of an environment may follow which. A row is the status on record, `none` before there is any.
 *
 *     none       → building, deploying, updating, running, failed, stopping
 *     building   → building, built, deploying, failed, stopping
 *     built      → building, deploying, failed, stopping
 *     deploying  → building, deploying, running, failed, stopping
 *     running    → building, deploying, updating, stopping
 *     updating   → building, deploying, updating, running, failed, stopping
 *     failed     → building, deploying, updating, stopping
 *     stopping   → stopping
 *
 * A run that died leaves its status behind; the run that resumes goes on from it or one step back. `running` to
 * `failed` is no step: what ran and is ill is brought back first. What is `stopping` only ever goes.
 */

import type { Status } from "../labels/label.ts";

const NEXT: Readonly<Record<Status | "none", readonly Status[]>> = {
  none: ["building", "deploying", "updating", "running", "failed", "stopping"],
  building: ["building", "built", "deploying", "failed", "stopping"],
  built: ["building", "deploying", "failed", "stopping"],
  deploying: ["building", "deploying", "running", "failed", "stopping"],
  running: ["building", "deploying", "updating", "stopping"],
  updating: ["building", "deploying", "updating", "running", "failed", "stopping"],
  failed: ["building", "deploying", "updating", "stopping"],
  stopping: ["stopping"],
};

/** Whether an environment whose record says `from` (undefined: nothing) may come to be `to`. */
export function mayBecome(from: Status | undefined, to: Status): boolean {
  return NEXT[from ?? "none"].includes(to);
}
