/** Messages for a run that finds the pull request locked by another run. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { formatInstant } from "../../../lib/instant.ts";
import { describeLockedWork, type LockOwner, type LockSubject, type LockTask } from "../../core/lock.ts";
import type { Asked } from "../../core/plan/mod.ts";
import type { ForgeReader } from "../../ports/forge.ts";
import type { LinkMaker } from "../run.ts";

/**
 * The work of the run that is turned away. `labels`: the labels stay on the pull request; `removes` is true
 * if they ask for a removal, which every holder does before it releases the lock. `command`: no label records
 * the work; if it has a trigger, a label could ask for the same.
 */
export type RefusedWork =
  | { readonly kind: "labels"; readonly removes: boolean }
  | { readonly kind: "command"; readonly trigger: Asked | undefined };

/** The ports and values that describing the holder of a lock uses. */
export interface HolderPorts {
  readonly forge: Pick<ForgeReader, "now">;
  readonly links: Pick<LinkMaker, "run">;
}

/**
 * Makes the error, with message and exit code, for a run that finds the pull request locked by another run.
 */
export function lockHeldError(
  ports: HolderPorts,
  { pr, owner, turned, dead = false }: {
    readonly pr: LockSubject;
    readonly owner: LockOwner | undefined;
    readonly turned: RefusedWork;
    /** The holder is dead, but this run may not take its lock over. */
    readonly dead?: boolean;
  },
): AppError {
  const until = owner === undefined || owner.expiresAt <= ports.forge.now()
    ? ""
    : `, until ${formatInstant(owner.expiresAt)} unless it is renewed`;
  return new AppError(
    "busy",
    `${describeLockedWork(pr)}: ${pr === "limits" ? "their lock" : "it"} is held by ${
      nameHolder(ports, owner)
    }${until}`,
    {
      exitCode: EXIT.busy,
      hint: hintOf(ports, { pr, owner: dead ? undefined : owner, turned }),
      ...(owner === undefined || dead ? {} : { until: owner.expiresAt }),
    },
  );
}

const TASK_WORDS: Readonly<Record<LockTask, string>> = {
  cleanup: "a cleanup",
  extend: "a change of its time-to-live",
  count: "a count of environments",
  comment: "an answer to a comment",
};

/** Describes a holder for people: its work, its run and its owner. */
export function nameHolder(ports: Pick<HolderPorts, "links">, owner: LockOwner | undefined): string {
  if (owner === undefined) return "an owner whose entry cannot be read";
  const { run, login, doing } = owner;
  const work = doing === undefined ? "" : `${TASK_WORDS[doing]}, `;
  if (run === undefined) return `${work}${login ?? "a person"} outside of Actions`;
  const whose = login === undefined ? "" : ` of ${login}`;
  return `${work}run ${run.id}, attempt ${run.attempt}${whose} (${ports.links.run(run.id)})`;
}

function hintOf(
  ports: HolderPorts,
  { pr, owner, turned }: {
    readonly pr: LockSubject;
    readonly owner: LockOwner | undefined;
    readonly turned: RefusedWork;
  },
): string {
  if (pr === "limits") return hintAboutLimits(ports, { owner, turned });
  if (owner === undefined) {
    const lost = turned.kind === "command" ? "Nothing was recorded. " : "";
    return `${lost}If no run works on it, remove the lock with "showtime unlock ${pr}"`;
  }
  const end = describeEnd(ports, owner);
  const removes = turned.kind === "labels" ? turned.removes : turned.trigger === "stop";
  // Only a sync builds what is requested meanwhile before it releases the lock; every holder removes.
  const seen = owner.doing === undefined || removes;
  if (turned.kind === "command") {
    return turned.trigger === undefined || !seen
      ? `Nothing was recorded: run the command again when the other run is done. ${end}`
      : `Nothing was recorded: run the command again, or add the label of the ${turned.trigger} trigger, ` +
        `which the other run sees. ${end}`;
  }
  if (seen) return `The other run checks again before it releases the lock, so nothing is lost. ${end}`;
  return `The other run builds nothing, but the request stays on record. When that run is done, ` +
    `"showtime sync ${pr}", this job run again or the next event does it. ${end}`;
}

/** Describes what a start does that could not count. A lock that cannot be read never expires. */
function hintAboutLimits(
  ports: HolderPorts,
  { owner, turned }: { readonly owner: LockOwner | undefined; readonly turned: RefusedWork },
): string {
  const again = turned.kind === "command"
    ? "Nothing was recorded: run the command again in a minute"
    : "The request stays on record: run this job again in a minute";
  if (owner !== undefined) return `${again}. ${describeEnd(ports, owner)}`;
  return `${again}. If no run counts, remove the lock with "showtime unlock --limits"`;
}

/** Describes where to follow the holder, and when the next run takes over if it is dead. */
function describeEnd({ links }: Pick<HolderPorts, "links">, { run, expiresAt }: LockOwner): string {
  const progress = run === undefined ? "" : `Its progress: ${links.run(run.id)}. `;
  return `${progress}If it is dead, the next run takes over at ${formatInstant(expiresAt)} at the latest`;
}
