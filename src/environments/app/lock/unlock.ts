/** Reads the lock of a pull request and removes it, for a person who knows that its owner is gone. */

import type { PrNumber } from "../../../lib/ids.ts";
import { formatLabel } from "../../core/labels/mod.ts";
import type { LockOwner } from "../../core/lock.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { LinkMaker } from "../run.ts";
import { type LockReadingPorts, viewLock } from "./held_lock.ts";

/** The ports and values that reading and removing a lock uses. */
export interface UnlockPorts extends LockReadingPorts {
  readonly forge: Forge;
  readonly terminal: Pick<Terminal, "say">;
  readonly links: Pick<LinkMaker, "run">;
}

/** The lock of a pull request, as a person sees it. */
export interface FoundLock {
  readonly held: boolean;
  /** The owner still counts: the lease has not expired, and its workflow run is not known to be over. */
  readonly live: boolean;
  /** Undefined if there is no lock, or if its description cannot be read. */
  readonly owner: LockOwner | undefined;
  readonly runUrl: string | undefined;
  /** The node id that {@link removeLock} deletes. */
  readonly nodeId: string | undefined;
}

/**
 * Reads who holds the lock. Throws AppError `pull_not_found` or `repository_not_found` if there is nothing to
 * lock.
 */
export async function readLock(ports: UnlockPorts, pr: PrNumber, signal: AbortSignal): Promise<FoundLock> {
  const locks = await ports.forge.readLock(formatLabel({ kind: "lock", pr }), signal);
  // An unknown pull request or repository has no lock definition either.
  if (locks.length === 0) await ports.forge.readPull(pr, { actor: undefined }, signal);
  const lock = await viewLock(ports, { locks, nodeId: undefined }, signal);
  if (lock.kind !== "held") {
    return { held: false, live: false, owner: undefined, runUrl: undefined, nodeId: undefined };
  }
  const { owner } = lock;
  return {
    held: true,
    // A description that cannot be read names no owner to ask, so only a person removes the lock.
    live: lock.alive && owner !== undefined,
    owner,
    runUrl: owner?.run === undefined ? undefined : ports.links.run(owner.run.id),
    nodeId: locks[0]?.nodeId,
  };
}

/** Removes exactly the definition that was read. A lock that another run has created since then stays. */
export async function removeLock(
  ports: UnlockPorts,
  pr: PrNumber,
  { nodeId }: Pick<FoundLock, "nodeId">,
  signal: AbortSignal,
): Promise<void> {
  if (nodeId === undefined) return;
  const deleted = await ports.forge.deleteDefinition(nodeId, signal);
  if (!deleted) ports.terminal.say(`The lock of #${pr} was already gone`);
}
