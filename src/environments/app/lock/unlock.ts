/** Reads the lock of a pull request, or of the limits, and removes it, for a person who knows that its owner is gone. */

import { formatLabel } from "../../core/labels/mod.ts";
import { describeSubject, type LockOwner, type LockSubject } from "../../core/lock.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { LinkMaker } from "../run.ts";
import { lockLabel, type LockReadingPorts, viewLock } from "./held_lock.ts";

/** The ports and values that reading and removing a lock uses. */
export interface UnlockPorts extends LockReadingPorts {
  readonly forge: Forge;
  readonly terminal: Pick<Terminal, "say">;
  readonly links: Pick<LinkMaker, "run">;
}

/** A lock, as a person sees it. */
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
export async function readLock(
  ports: UnlockPorts,
  subject: LockSubject,
  signal: AbortSignal,
): Promise<FoundLock> {
  const locks = await ports.forge.readLock(formatLabel(lockLabel(subject)), signal);
  // An unknown pull request or repository has no lock definition either.
  if (locks.length === 0) await assertThere(ports.forge, subject, signal);
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

async function assertThere(
  forge: Pick<Forge, "readPull" | "defaultBranch">,
  subject: LockSubject,
  signal: AbortSignal,
): Promise<void> {
  if (subject === "limits") await forge.defaultBranch(signal);
  else await forge.readPull(subject, { actor: undefined }, signal);
}

/** Removes exactly the definition that was read. A lock that another run has created since then stays. */
export async function removeLock(
  ports: UnlockPorts,
  subject: LockSubject,
  { nodeId }: Pick<FoundLock, "nodeId">,
  signal: AbortSignal,
): Promise<void> {
  if (nodeId === undefined) return;
  const deleted = await ports.forge.deleteDefinition(nodeId, signal);
  if (!deleted) ports.terminal.say(`The lock of ${describeSubject(subject)} was already gone`);
}
