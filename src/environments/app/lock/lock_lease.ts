/** The lease of a lock that this run holds: renewed while the run works, checked before writes, released at the end. */

import { AppError, EXIT, toError } from "../../../lib/errors.ts";
import {
  describeLockedWork,
  describeSubject,
  formatLockOwner,
  LOCK_LEASE_MS,
  LOCK_RENEWAL_MS,
  type LockSubject,
  type LockTask,
} from "../../core/lock.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { RunIdentity } from "../run.ts";

/** How early, in milliseconds, a lease counts as expired: a write takes a moment to arrive. */
const LEASE_MARGIN_MS = 30_000;

/** How long a run that was interrupted may take to release its lock, in milliseconds. Runners kill it then. */
const INTERRUPTED_RELEASE_MS = 5_000;

/** The ports and values that holding a lock uses. */
export interface LeasePorts {
  readonly forge: Pick<Forge, "now" | "knownViewer" | "renewLock" | "deleteDefinition">;
  readonly clock: Clock;
  readonly terminal: Pick<Terminal, "warn" | "detail">;
  readonly identity: RunIdentity;
}

/** The lock while this run holds it. */
export interface HeldLock {
  readonly nodeId: string;
  /** Numeric id of the definition; grows with every claim. */
  readonly epoch: number;
  readonly nonce: string;
  /** Aborts when another run has taken the lock; the reason is the AppError to throw. */
  readonly lost: AbortSignal;
  /**
   * Throws if the lock is known to be lost, or if the lease expired without renewal, as it does while a
   * machine sleeps. Called before every write; sends no request.
   */
  assertMine(): void;
  /** Renews the lease now; false if the lock is gone. */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Releases the lock; never throws. */
  release(): Promise<void>;
}

/** A lease as it is written into a lock's description. */
export interface WrittenLease {
  readonly description: string;
  /** Milliseconds since 1970, by GitHub's clock. */
  readonly until: number;
}

/**
 * Makes the text of a lease that begins now. A request with this text may be sent much later, for example after a
 * rate limit. The lease counts from now all the same, because that is what other runs read.
 */
export function writeLease(ports: LeasePorts, doing: LockTask | undefined): WrittenLease {
  const { identity, forge } = ports;
  const until = forge.now() + LOCK_LEASE_MS;
  const description = formatLockOwner({
    nonce: identity.nonce,
    run: identity.run,
    expiresAt: until,
    login: identity.actor ?? (identity.inActions ? undefined : forge.knownViewer()?.login),
    doing,
  });
  return { description, until };
}

/** A lock that was just taken. */
export interface TakenLock {
  readonly pr: LockSubject;
  readonly doing: LockTask | undefined;
  readonly nodeId: string;
  readonly epoch: number;
  /** The end of the lease that the lock's description names, milliseconds since 1970. */
  readonly until: number;
}

/** Holds a lock: renews its lease until it is released. `signal` aborts if the run is interrupted. */
export function holdLock(ports: LeasePorts, taken: TakenLock, signal: AbortSignal): HeldLock {
  const { nodeId, epoch, pr, doing } = taken;
  const ended = new AbortController();
  const lost = new AbortController();
  const lease = { until: taken.until };
  const renew = async (by: AbortSignal): Promise<boolean> => {
    const { description, until } = writeLease(ports, doing);
    const renewed = await ports.forge.renewLock(nodeId, description, by);
    if (renewed) lease.until = Math.max(lease.until, until);
    else lost.abort(lostError(pr));
    return renewed;
  };
  const renewal = keepRenewed(ports, { pr, lease, renew, ended: ended.signal, lost: lost.signal });
  return {
    nodeId,
    epoch,
    nonce: ports.identity.nonce,
    lost: lost.signal,
    renew,
    assertMine() {
      lost.signal.throwIfAborted();
      if (ports.forge.now() >= lease.until - LEASE_MARGIN_MS) throw expiredError(pr);
    },
    async release() {
      ended.abort();
      await renewal;
      const limit = limitRelease(ports, { until: lease.until, interrupted: signal });
      try {
        await ports.forge.deleteDefinition(nodeId, limit.signal);
      } catch (error) {
        ports.terminal.warn(
          `The lock of ${describeSubject(pr)} could not be released (${
            toError(error).message
          }); it expires by itself`,
        );
      } finally {
        limit.end();
      }
    },
  };
}

/**
 * Limits the time for the release. A request may wait for a rate limit, so it has until the lease expires, when the
 * lock needs no release any more. A run that is interrupted has a few seconds.
 */
function limitRelease(
  { clock, forge }: Pick<LeasePorts, "clock" | "forge">,
  { until, interrupted }: { readonly until: number; readonly interrupted: AbortSignal },
): { readonly signal: AbortSignal; readonly end: () => void } {
  const over = new AbortController();
  const late = new AbortController();
  const limit = (ms: number) =>
    clock.sleep(ms, over.signal).then(
      () => late.abort(new Error(`no answer within ${Math.ceil(ms / 1000)} s`)),
      () => undefined,
    );
  const hurry = () => void limit(INTERRUPTED_RELEASE_MS);
  if (interrupted.aborted) hurry();
  else interrupted.addEventListener("abort", hurry, { once: true });
  void limit(Math.max(INTERRUPTED_RELEASE_MS, until - forge.now()));
  return {
    signal: late.signal,
    end() {
      interrupted.removeEventListener("abort", hurry);
      over.abort();
    },
  };
}

/** Renews the lease until the lock is released or lost. */
async function keepRenewed(
  ports: LeasePorts,
  { pr, lease, renew, ended, lost }: {
    readonly pr: LockSubject;
    readonly lease: { readonly until: number };
    readonly renew: (signal: AbortSignal) => Promise<boolean>;
    readonly ended: AbortSignal;
    readonly lost: AbortSignal;
  },
): Promise<void> {
  let pause = LOCK_RENEWAL_MS;
  while (!ended.aborted && !lost.aborted) {
    try {
      await ports.clock.sleep(pause, ended);
      await renew(ended);
      // A renewal that had to wait has used up a part of its lease, so the next one is due earlier.
      const used = ports.forge.now() - (lease.until - LOCK_LEASE_MS);
      pause = Math.max(0, LOCK_RENEWAL_MS - used);
    } catch (error) {
      if (ended.aborted) return;
      // One failed renewal does not lose the lock: the lease has minutes left, and every write is preceded by
      // a check.
      ports.terminal.detail(`Renewing the lock of ${describeSubject(pr)} failed: ${toError(error).message}`);
      pause = LOCK_RENEWAL_MS;
    }
  }
}

/** The error that ends a run whose lock another run has taken. */
export function lostError(pr: LockSubject): AppError {
  return new AppError("lock_lost", `${describeLockedWork(pr)}: another run took the lock over`, {
    exitCode: EXIT.busy,
    hint: "The other run finishes the work; this run writes nothing more",
  });
}

/** The error that ends a run whose lease was not renewed in time: its machine slept, or GitHub let it wait. */
function expiredError(pr: LockSubject): AppError {
  return new AppError(
    "lock_lost",
    `${describeLockedWork(pr)}: this run's lock expired before it could be renewed`,
    {
      exitCode: EXIT.busy,
      hint: `This run writes nothing more; ${
        pr === "limits" ? "the same command again" : `"showtime sync ${pr}"`
      } or the next event continues its work`,
    },
  );
}
