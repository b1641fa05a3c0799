/** The lock of a pull request: taken by compare-and-set, renewed while it is held, released by node id. */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { formatLabel, type Label, labelStyle } from "../../core/labels/mod.ts";
import {
  describeSubject,
  judgeLock,
  type LockJudgement,
  type LockOwner,
  type LockRecord,
  type LockSubject,
  type LockTask,
  type LockView,
  parseLockOwner,
} from "../../core/lock.ts";
import { type HeldLock, holdLock, type LeasePorts, writeLease } from "./lock_lease.ts";
import { type HolderPorts, lockHeldError, nameHolder, type RefusedWork } from "./lock_refusal.ts";
import type { Forge, ForgeReader } from "../../ports/forge.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { RunIdentity } from "../run.ts";

/** The number of attempts to take a lock that changes hands meanwhile. */
const TRIES = 4;
/** The same for the lock of the limits, which all starts take one after another. */
const TRIES_OF_LIMITS = 20;

/**
 * How long a sync waits for a holder that finishes soon and does not do the sync's work, and the pause
 * between two reads; in milliseconds.
 */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 3_000;

/** The ports and values that finding the holder of a lock uses. */
export interface LockReadingPorts {
  readonly forge: Pick<ForgeReader, "now" | "readRun">;
  readonly identity: Pick<RunIdentity, "nonce">;
}

/** The ports and values that taking and holding a lock uses. */
export interface LockPorts extends HolderPorts, LeasePorts {
  readonly forge: Pick<
    Forge,
    | "now"
    | "knownViewer"
    | "readRun"
    | "readLock"
    | "lockNumbers"
    | "createLock"
    | "renewLock"
    | "deleteDefinition"
  >;
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly identity: RunIdentity;
}

/** Finds the holder of the lock among the definitions that were read. */
export async function viewLock(
  ports: LockReadingPorts,
  options: { readonly locks: readonly LockRecord[]; readonly nodeId: string | undefined },
  signal: AbortSignal,
): Promise<LockView> {
  const { locks, nodeId } = options;
  if (nodeId !== undefined) {
    // This run holds the lock only while the definition that it created exists and names it.
    const mine = locks.find((each) => each.nodeId === nodeId);
    if (mine !== undefined && parseLockOwner(mine.description)?.nonce === ports.identity.nonce) {
      return { kind: "mine" };
    }
  }
  // A lock of this run that it does not hold is one that it has released, in an older answer of GitHub.
  const record = locks.find((each) => parseLockOwner(each.description)?.nonce !== ports.identity.nonce);
  if (record === undefined) return { kind: "free" };
  const judgement = await judge(ports, record, signal);
  return { kind: "held", owner: ownerOf(record, judgement), alive: judgement !== "dead" };
}

/** The owner of a lock; undefined if the description is not one that Showtime writes. */
function ownerOf(record: LockRecord, judgement: LockJudgement): LockOwner | undefined {
  return judgement === "unreadable" ? undefined : parseLockOwner(record.description);
}

async function judge(
  ports: LockReadingPorts,
  record: LockRecord,
  signal: AbortSignal,
): Promise<LockJudgement> {
  const owner = parseLockOwner(record.description);
  const now = ports.forge.now();
  const early = judgeLock(record, { now, run: undefined });
  if (early !== "alive" || owner?.run === undefined) return early;
  return judgeLock(record, { now, run: await ports.forge.readRun(owner.run.id, signal) });
}

/** Returns the label whose definition is the lock of a subject. */
export function lockLabel(subject: LockSubject): Label {
  return subject === "limits" ? { kind: "limits_lock" } : { kind: "lock", pr: subject };
}

/** A request for the lock of a pull request. */
export interface LockClaim {
  readonly pr: LockSubject;
  /** Undefined for a sync. */
  readonly doing: LockTask | undefined;
  /** The work that does not happen if another run holds the lock. */
  readonly turned: RefusedWork;
}

/**
 * Takes the lock, from a dead owner if need be. Throws AppError `busy` (exit code 4), which names a live
 * owner. A sync does newly requested work before it releases the lock, so no run waits for a sync. A cleanup
 * does not, so a sync waits for a cleanup to end.
 */
export async function takeLock(
  ports: LockPorts,
  { pr, doing, turned }: LockClaim,
  signal: AbortSignal,
): Promise<HeldLock> {
  const label = lockLabel(pr);
  const name = formatLabel(label);
  const { color } = labelStyle(label);
  for (let attempt = 0; attempt < (pr === "limits" ? TRIES_OF_LIMITS : TRIES); attempt++) {
    const { description, until } = writeLease(ports, doing);
    const made = await ports.forge.createLock({ name, color, description }, signal);
    if (made.kind === "created") {
      return holdLock(ports, { pr, doing, nodeId: made.nodeId, epoch: made.epoch, until }, signal);
    }
    const records = await ports.forge.readLock(name, signal);
    const record = records[0];
    if (record === undefined) continue;
    const mine = records.find((each) => parseLockOwner(each.description)?.nonce === ports.identity.nonce);
    if (mine !== undefined) {
      const numbers = await ports.forge.lockNumbers(name, signal);
      const epoch = numbers.get(mine.nodeId);
      if (epoch === undefined) continue;
      // An earlier request of this run made it, and its description names the end of that request's lease.
      const lease = parseLockOwner(mine.description)?.expiresAt ?? until;
      return holdLock(ports, { pr, doing, nodeId: mine.nodeId, epoch, until: lease }, signal);
    }
    const judgement = await judge(ports, record, signal);
    if (judgement !== "dead") {
      let owner = ownerOf(record, judgement);
      if (owner?.doing !== undefined && doing !== "cleanup") {
        owner = await outwait(ports, { name, pr, record, owner }, signal);
        if (owner === undefined) continue;
      }
      throw lockHeldError(ports, { pr, owner, turned });
    }
    ports.terminal.say(`Taking over the lock of ${describeSubject(pr)}: the run that held it is gone`);
    try {
      await ports.forge.deleteDefinition(record.nodeId, signal);
    } catch (error) {
      if (error instanceof AppError && error.code === "forge_refused") {
        throw lockHeldError(ports, { pr, owner: parseLockOwner(record.description), turned, dead: true });
      }
      throw error;
    }
  }
  throw new AppError(
    "busy",
    `Taking the lock of ${
      pr === "limits" ? "the limits" : `pull request #${pr}`
    }: others keep taking it first`,
    {
      exitCode: EXIT.busy,
      retryable: true,
      hint: "Run the same command again in a minute",
    },
  );
}

/**
 * Waits until a holder releases the lock or is dead. If neither happens in time, returns the holder as last
 * seen.
 */
async function outwait(
  ports: LockPorts,
  { name, pr, record, owner }: {
    readonly name: string;
    readonly pr: LockSubject;
    readonly record: LockRecord;
    readonly owner: LockOwner;
  },
  signal: AbortSignal,
): Promise<LockOwner | undefined> {
  const { clock, forge, terminal } = ports;
  terminal.progress(
    `Waiting for ${describeSubject(pr)}: ${pr === "limits" ? "their lock" : "it"} is held by ${
      nameHolder(ports, owner)
    }`,
  );
  try {
    let seen = owner;
    for (const end = clock.now() + PATIENCE_MS; clock.now() < end;) {
      await clock.sleep(PAUSE_MS, signal);
      const records = await forge.readLock(name, signal);
      const held = records.find(({ nodeId }) => nodeId === record.nodeId);
      if (held === undefined) return undefined;
      // The caller judges any other state again when it takes the lock.
      if (await judge(ports, held, signal) !== "alive") return undefined;
      seen = parseLockOwner(held.description) ?? seen;
    }
    return seen;
  } finally {
    terminal.progress(undefined);
  }
}

/**
 * Checks a fresh claim against the definitions that the first read under the lock returned. If another
 * definition of the same name has a lower id, deletes this run's own definition and throws `busy`.
 */
export async function confirmLock(
  ports: LockPorts,
  held: HeldLock,
  options: {
    readonly pr: LockSubject;
    readonly locks: readonly LockRecord[];
    readonly turned: RefusedWork;
  },
  signal: AbortSignal,
): Promise<void> {
  const { pr, locks, turned } = options;
  const others = locks.filter((each) => each.nodeId !== held.nodeId);
  if (others.length === 0) return;
  const numbers = await ports.forge.lockNumbers(formatLabel(lockLabel(pr)), signal);
  const rival = others.find((each) => (numbers.get(each.nodeId) ?? Infinity) < held.epoch);
  if (rival === undefined) return;
  await held.release();
  throw lockHeldError(ports, { pr, owner: parseLockOwner(rival.description), turned });
}
