/**
 * The count of environments under the lock of the limits. The lock is held until the intent of the new environment is on
 * record, because from then on the next count sees it. A run that dies in between leaves a lock that expires, and no
 * intent: the next start takes the lock over.
 */

import { AppError, EXIT } from "../../../lib/errors.ts";
import { type Plan, startedBy } from "../../core/plan/mod.ts";
import { confirmLock, takeLock } from "../lock/held_lock.ts";
import { type HeldLock, lostError } from "../lock/lock_lease.ts";
import type { RefusedWork } from "../lock/lock_refusal.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";
import { readCensus, type TakenCensus, withCensus } from "./read_census.ts";

/** How long an older answer is read again, and the pause before the first repetition, in milliseconds. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 1_000;

/** The permission to record the intent of one environment. */
export interface Admission {
  /** Throws AppError `lock_lost` if another run may count by now. Called before the intent is written. */
  assertMine(): void;
  /** Lets the next run count; never throws, and does nothing when it is called again. */
  end(): Promise<void>;
}

type Decision = Parameters<typeof withCensus>[0];

/** Counts if the plan starts an environment and limits are configured. Returns the decision that follows. */
export async function admit<Decided extends Decision>(
  ports: SyncPorts,
  decision: Decided,
  { turned }: { readonly turned: RefusedWork },
  signal: AbortSignal,
): Promise<{ readonly decision: Decided; readonly admission: Admission | undefined }> {
  const { plan, observed, policy } = decision;
  if (startedBy(plan, { observation: observed.observation, policy }) === undefined) {
    return { decision, admission: undefined };
  }
  const held = await takeLock(ports, { pr: "limits", doing: "count", turned }, signal);
  const admission = admissionOf(held);
  try {
    const { census, locks } = await countUnder(ports, held, { asking: plan.pr }, signal);
    await confirmLock(ports, held, { pr: "limits", locks, turned }, signal);
    const decided = withCensus(decision, census);
    if (isStart(decided.plan)) return { decision: decided, admission };
    await admission.end();
    return { decision: decided, admission: undefined };
  } catch (error) {
    // A lock that another run has taken is released already.
    if (!(error instanceof AppError && error.code === "busy")) await admission.end();
    throw error;
  }
}

/**
 * Counts in an answer that shows the lock of this run. Such an answer is as new as the release of the lock before, so it
 * shows the intent that was written under it. An older one is read again for 15 seconds.
 */
async function countUnder(
  ports: SyncPorts,
  held: HeldLock,
  of: { readonly asking: Plan["pr"] },
  signal: AbortSignal,
): Promise<TakenCensus> {
  const { clock } = ports;
  const end = clock.now() + PATIENCE_MS;
  for (let pause = PAUSE_MS;; pause += PAUSE_MS) {
    const taken = await readCensus(ports, of, signal);
    if (ports.githubDryRun || taken.locks.some(({ nodeId }) => nodeId === held.nodeId)) return taken;
    if (!await held.renew(signal)) throw lostError("limits");
    const left = end - clock.now();
    if (left <= 0) throw staleCount();
    await clock.sleep(Math.min(pause, left), signal);
  }
}

function staleCount(): AppError {
  return new AppError(
    "stale_read",
    "Counting environments for the limits: GitHub shows an older state than this run knows: it does not show the lock",
    {
      exitCode: EXIT.incomplete,
      retryable: true,
      hint: "Run the same command again when GitHub shows the change; the request stays on record",
    },
  );
}

function isStart({ steps }: Plan): boolean {
  return steps.some(({ kind }) => kind === "record_intent");
}

function admissionOf(held: HeldLock): Admission {
  let ended = false;
  return {
    assertMine: () => held.assertMine(),
    async end() {
      if (ended) return;
      ended = true;
      await held.release();
    },
  };
}
