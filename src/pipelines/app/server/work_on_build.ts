import { eitherSignal } from "../../../lib/either_signal.ts";
import { AppError, EXIT } from "../../../lib/errors.ts";
import type { BuildEvent } from "../../core/build_event.ts";
import type { Build, WorkerOutcome } from "../../core/builds/build.ts";
import type { AttemptOf } from "../../ports/job_queue.ts";
import { LEASE_MS, type ServerPorts } from "./server_ports.ts";

/**
 * Renews the lease of an attempt, and waits up to `waitMs` for a cancellation. Returns whether the worker is to cancel it.
 * Throws AppError `attempt_stale`.
 */
export async function renewLease(
  { queue, clock }: ServerPorts,
  { waitMs, ...attempt }: AttemptOf & { readonly waitMs: number },
  signal: AbortSignal,
): Promise<{ readonly cancel: boolean }> {
  const end = clock.now() + waitMs;
  for (;;) {
    const stop = new AbortController();
    const changed = queue.changed(eitherSignal(signal, stop.signal)).catch(() => {});
    try {
      const answer = await queue.renew({ ...attempt, leaseMs: LEASE_MS, now: clock.now() }, signal);
      if (answer === "stale") throw staleError(attempt);
      const left = end - clock.now();
      if (answer === "cancel" || left <= 0) return { cancel: answer === "cancel" };
      await Promise.race([changed, clock.sleep(left, eitherSignal(signal, stop.signal)).catch(() => {})]);
      signal.throwIfAborted();
    } finally {
      stop.abort();
    }
  }
}

/** Keeps events of an attempt. Returns after they are on disk. Throws AppError `attempt_stale`. */
export async function keepEvents(
  { store, onChange }: ServerPorts,
  { events, sha, from, ...attempt }: AttemptOf & {
    readonly from: number;
    readonly events: readonly BuildEvent[];
    readonly sha: string | undefined;
  },
  signal: AbortSignal,
): Promise<void> {
  const write = { ...attempt, from, events, ...(sha === undefined ? {} : { sha }) };
  if (!await store.append(write, signal)) throw staleError(attempt);
  // With its first events a build has its commit.
  if (from === 0 && sha !== undefined) onChange(attempt.build);
}

/** Ends an attempt, or gives its build back. Throws AppError `attempt_stale`. */
export async function endAttempt(
  { queue, clock, onChange }: ServerPorts,
  { outcome, reason, exitCode, ...attempt }: AttemptOf & {
    readonly outcome: WorkerOutcome | "released";
    readonly reason: string | undefined;
    readonly exitCode: number | undefined;
  },
  signal: AbortSignal,
): Promise<Build> {
  const now = clock.now();
  const build = outcome === "released"
    ? await queue.release({ ...attempt, reason: reason ?? "Its worker gave it back", now }, signal)
    : await queue.finish({ ...attempt, outcome, reason, exitCode, now }, signal);
  if (build === undefined) throw staleError(attempt);
  onChange(build.id);
  return build;
}

function staleError({ build, attempt }: AttemptOf): AppError {
  return new AppError(
    "attempt_stale",
    `Working on build ${build}: attempt ${attempt} is no longer its newest`,
    {
      exitCode: EXIT.refused,
      hint: "End this attempt: the build has ended, or another worker runs it",
    },
  );
}
