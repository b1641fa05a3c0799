/** Works on one pull request under its lock, for use-cases that change more than a sync does. */

import { AppError, toError } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { LockTask } from "../../core/lock.ts";
import type { Announcer } from "../announce/announcer.ts";
import { confirmLock, takeLock } from "./held_lock.ts";
import { type HeldLock, lostError } from "./lock_lease.ts";
import { type ObservedPull, type ObserveOptions, observePull } from "../observe/observe_pull.ts";
import { refuseRealEnvironment } from "../sync/dry_rules.ts";
import { DEFAULT_OPTIONS } from "../sync/make_policy.ts";
import { PullWriter } from "../record/pull_writer.ts";
import { planOnce, syncPull } from "../sync/sync_pull.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";

/** The tools for work under a lock. */
export interface LockedPull {
  readonly writer: PullWriter;
  /** Observes the pull request again; throws AppError `lock_lost` if another run holds the lock by then. */
  readonly look: () => Promise<ObservedPull>;
  /** Aborts with the caller's signal, or when the lock is lost. */
  readonly signal: AbortSignal;
}

/** Takes the lock, observes, works and releases the lock. Throws AppError `busy` if another run holds it. */
export async function withLock<Result>(
  ports: SyncPorts,
  pr: PrNumber,
  { doing, work }: { readonly doing: LockTask; readonly work: (locked: LockedPull) => Promise<Result> },
  signal: AbortSignal,
): Promise<Result> {
  const turned = { kind: "command", trigger: undefined } as const;
  const held = await takeLock(ports, { pr, doing, turned }, signal);
  try {
    const options = lookOptions(held);
    const look = () => lookLocked(ports, pr, { options, signal });
    const observed = await observePull(ports, pr, { ...options, confirms: true }, signal);
    await confirmLock(ports, held, { pr, locks: observed.snapshot.locks, turned }, signal);
    refuseRealEnvironment(ports, { pr, labels: observed.observation.allLabels });
    const both = eitherSignal(signal, held.lost);
    return await work({ writer: new PullWriter(ports, held, observed), look, signal: both });
  } finally {
    await held.release();
  }
}

/**
 * Observes the pull request after the lock was released, because a run that came meanwhile was turned away. A
 * removal is done at once, since this run has everything it needs; for other work the person reads which
 * command does it. The environments that are left are announced.
 */
export async function followUp(
  ports: SyncPorts,
  pr: PrNumber,
  { announcer }: { readonly announcer: Announcer },
  signal: AbortSignal,
): Promise<void> {
  if (ports.githubDryRun) return;
  const options = { ...DEFAULT_OPTIONS, request: undefined, planOnly: false };
  try {
    const { plan, observed } = await planOnce(ports, pr, options, signal);
    announcer.settled(observed);
    if (plan.endsEverything) await syncPull(ports, pr, options, signal);
    else if (plan.steps.length > 0) {
      ports.terminal.warn(`#${pr} needs more work (${plan.reason}); run "showtime sync ${pr}"`);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    ports.terminal.warn(
      `#${pr} could not be checked again (${toError(error).message}); run "showtime sync ${pr}"`,
    );
  } finally {
    await announcer.finish();
  }
}

async function lookLocked(
  ports: SyncPorts,
  pr: PrNumber,
  { options, signal }: { readonly options: ObserveOptions; readonly signal: AbortSignal },
): Promise<ObservedPull> {
  const observed = await observePull(ports, pr, options, signal);
  if (!ports.githubDryRun && observed.observation.lock.kind !== "mine") throw lostError(pr);
  return observed;
}

function lookOptions(held: HeldLock): ObserveOptions {
  return { request: undefined, sha: undefined, held, people: new Map(), known: { newest: undefined } };
}
