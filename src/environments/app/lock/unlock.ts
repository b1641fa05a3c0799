/** Looks at the lock of a pull request and removes it: for a person who knows that its owner is gone. */

import type { PrNumber } from "../../../lib/ids.ts";
import { formatLabel } from "../../core/labels/mod.ts";
import type { LockOwner } from "../../core/lock.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { LinkMaker } from "../run.ts";
import { type LockReadingPorts, viewLock } from "./held_lock.ts";

/** The ports and values that a lock is looked at and removed with. */
export interface UnlockPorts extends LockReadingPorts {
  readonly forge: Forge;
  readonly terminal: Pick<Terminal, "say">;
  readonly links: Pick<LinkMaker, "run">;
}

/** The lock of a pull request, as a person is shown it. */
export interface FoundLock {
  readonly held: boolean;
  /** Its owner still counts: not expired, and its workflow run not known to be over. */
  readonly live: boolean;
  /** Undefined where there is none, or where its entry cannot be read. */
  readonly owner: LockOwner | undefined;
  readonly runUrl: string | undefined;
  /** What {@link removeLock} deletes. */
  readonly nodeId: string | undefined;
}

/**
 * Reads who holds the lock. Throws AppError `pull_not_found` or `repository_not_found` where there is nothing
 * that could be locked.
 */
export async function readLock(ports: UnlockPorts, pr: PrNumber, signal: AbortSignal): Promise<FoundLock> {
  const locks = await ports.forge.readLock(formatLabel({ kind: "lock", pr }), signal);
  // No definition is also what an unknown pull request or repository looks like.
  if (locks.length === 0) await ports.forge.readPull(pr, { actor: undefined }, signal);
  const lock = await viewLock(ports, { locks, nodeId: undefined }, signal);
  if (lock.kind !== "held") {
    return { held: false, live: false, owner: undefined, runUrl: undefined, nodeId: undefined };
  }
  const { owner } = lock;
  return {
    held: true,
    // An entry that cannot be read names nobody who could be asked: only a person removes it.
    live: lock.alive && owner !== undefined,
    owner,
    runUrl: owner?.run === undefined ? undefined : ports.links.run(owner.run.id),
    nodeId: locks[0]?.nodeId,
  };
}

/** Removes the very definition that was read; a lock that another run has made since then stays. */
export async function removeLock(
  ports: UnlockPorts,
  pr: PrNumber,
  { nodeId }: Pick<FoundLock, "nodeId">,
  signal: AbortSignal,
): Promise<void> {
  if (nodeId === undefined) return;
  const deleted = await ports.forge.deleteDefinition(nodeId, signal);
  if (!deleted) ports.terminal.say(`The lock of #${pr} was gone already`);
}
