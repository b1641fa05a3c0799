/** What a run says when another one holds the pull request. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import type { Trigger } from "../../core/labels/label.ts";
import type { LockOwner } from "../../core/lock.ts";
import type { ForgeReader } from "../../ports/forge.ts";
import type { LinkMaker } from "../run.ts";

/**
 * What the run that is turned away was about. `labels`: they stay, and `removes` tells that they ask for a removal, which
 * every holder sees to before it lets go. `command`: something that no label remembers; a trigger could be a label.
 */
export type RefusedWork =
  | { readonly kind: "labels"; readonly removes: boolean }
  | { readonly kind: "command"; readonly trigger: Trigger | undefined };

/** The ports and values that a lock's holder is described with. */
export interface HolderPorts {
  readonly forge: Pick<ForgeReader, "now">;
  readonly links: Pick<LinkMaker, "run">;
}

/** What a run says and exits with when another one holds the pull request. */
export function lockHeldError(
  ports: HolderPorts,
  { pr, owner, turned }: {
    readonly pr: PrNumber;
    readonly owner: LockOwner | undefined;
    readonly turned: RefusedWork;
  },
): AppError {
  const until = owner === undefined || owner.expiresAt <= ports.forge.now()
    ? ""
    : `, until ${formatInstant(owner.expiresAt)} unless it is renewed`;
  return new AppError(
    "busy",
    `Working on pull request #${pr}: it is held by ${nameHolder(ports, owner)}${until}`,
    { exitCode: EXIT.busy, hint: hintOf(pr, { owner, turned }) },
  );
}

/** A holder for people: what it does, its run and whose it is. */
export function nameHolder(ports: Pick<HolderPorts, "links">, owner: LockOwner | undefined): string {
  if (owner === undefined) return "somebody whose entry cannot be read";
  const { run, login, doing } = owner;
  const work = doing === undefined ? "" : `a ${doing === "extend" ? "change of its time-to-live" : doing}, `;
  if (run === undefined) return `${work}${login ?? "somebody"} outside of Actions`;
  const whose = login === undefined ? "" : ` of ${login}`;
  return `${work}run ${run.id}, attempt ${run.attempt}${whose} (${ports.links.run(run.id)})`;
}

function hintOf(
  pr: PrNumber,
  { owner, turned }: { readonly owner: LockOwner | undefined; readonly turned: RefusedWork },
): string {
  const stuck = `if it is stuck, "showtime unlock ${pr}"`;
  const removes = turned.kind === "labels" ? turned.removes : turned.trigger === "stop";
  // Only a sync builds before it lets go, whatever has come meanwhile; every holder removes.
  const seen = owner?.doing === undefined || removes;
  if (turned.kind === "command") {
    return turned.trigger === undefined || !seen
      ? `Nothing of this was recorded: run it again when the other run is done; ${stuck}`
      : `Nothing of this was recorded: run it again, or add the label of the ${turned.trigger} trigger, which the other run sees; ${stuck}`;
  }
  if (owner === undefined) {
    return `Remove the lock with "showtime unlock ${pr}" once nobody works on it`;
  }
  if (seen) return `It looks again before it lets go, so nothing is lost; ${stuck}`;
  return `That run builds nothing, though what is asked for stays on record: "showtime sync ${pr}", or this job run ` +
    `again, does it once that run is done, else the next event; ${stuck}`;
}
