/** Works on one pull request under its lock, for use-cases that change something beside what a sync does. */

import { AppError, toError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { LockTask } from "../../core/lock.ts";
import { confirmLock, type Hold, lostError, takeLock } from "./hold.ts";
import { lookAt, type Sight } from "../sync/observe.ts";
import { NO_OPTIONS } from "../sync/policy.ts";
import { Session } from "../sync/session.ts";
import { planOnce, syncPull } from "../sync/sync_pull.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";

/** What work under a lock is given. */
export interface LockedPull {
  readonly session: Session;
  /** Looks again; throws AppError `lock_lost` where the lock is somebody else's by then. */
  readonly look: () => Promise<Sight>;
  /** Aborts with the caller's signal, or when the lock is lost. */
  readonly signal: AbortSignal;
}

/** Takes the lock, looks, works, gives the lock back. Throws AppError `busy` where another run holds it. */
export async function underLock<Result>(
  context: SyncPorts,
  pr: PrNumber,
  { doing, work }: { readonly doing: LockTask; readonly work: (locked: LockedPull) => Promise<Result> },
  signal: AbortSignal,
): Promise<Result> {
  const turned = { kind: "command", trigger: undefined } as const;
  const hold = await takeLock(context, { pr, doing, turned }, signal);
  try {
    const look = () => lookLocked(context, pr, { hold, signal });
    const sight = await lookAt(context, pr, { ...lookOptions(hold), confirms: true }, signal);
    await confirmLock(context, hold, { pr, locks: sight.snapshot.locks, turned }, signal);
    const both = AbortSignal.any([signal, hold.lost]);
    return await work({ session: new Session(context, hold, sight), look, signal: both });
  } finally {
    await hold.release();
  }
}

/**
 * Looks after giving the lock back: a run that came meanwhile was turned away. Removing needs nothing that is not
 * here and is done at once; for anything else the person is told which command does it.
 */
export async function lookAfter(context: SyncPorts, pr: PrNumber, signal: AbortSignal): Promise<void> {
  if (context.githubDryRun) return;
  const options = { ...NO_OPTIONS, request: undefined, planOnly: false };
  try {
    const { plan } = await planOnce(context, pr, options, signal);
    if (plan.endsEverything) await syncPull(context, pr, options, signal);
    else if (plan.steps.length > 0) {
      context.terminal.warn(`#${pr} has work to do (${plan.reason}); "showtime sync ${pr}" does it`);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    context.terminal.warn(
      `#${pr} could not be looked at again (${toError(error).message}); "showtime sync ${pr}" does`,
    );
  }
}

async function lookLocked(
  context: SyncPorts,
  pr: PrNumber,
  { hold, signal }: { readonly hold: Hold; readonly signal: AbortSignal },
): Promise<Sight> {
  const sight = await lookAt(context, pr, lookOptions(hold), signal);
  if (!context.githubDryRun && sight.observation.lock.kind !== "mine") throw lostError(pr);
  return sight;
}

function lookOptions(hold: Hold): Parameters<typeof lookAt>[2] {
  return { request: undefined, sha: undefined, hold, people: new Map() };
}
