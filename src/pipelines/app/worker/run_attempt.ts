import { AppError, toError } from "../../../lib/errors.ts";
import type { AttemptEnd, ClaimedJob } from "../../ports/build_server.ts";
import { EventSender } from "./event_sender.ts";
import type { JobEnd, WorkerPorts } from "./worker_ports.ts";

/** Why an attempt ends before its job does. */
type Stop = "cancel" | "stale" | "drain";

/** Milliseconds between two tries to reach the server. */
const RETRY_MS = 1000;

/**
 * Runs one attempt: checks the commit out, runs the job, and reports its events and its end. It ends when the server knows
 * the end, or when the server has given the build to another attempt. When `drained` aborts, the job is cancelled and the
 * build goes back.
 */
export async function runAttempt(
  ports: WorkerPorts,
  { claimed, slot }: { readonly claimed: ClaimedJob; readonly slot: number },
  drained: AbortSignal,
): Promise<void> {
  const { build, attempt, job } = claimed;
  const stopped = new AbortController();
  const stop = (why: Stop) => stopped.signal.aborted ? undefined : stopped.abort(why);
  const onDrained = () => stop("drain");
  drained.addEventListener("abort", onDrained, { once: true });
  if (drained.aborted) onDrained();
  const ended = new AbortController();
  const beating = keepLease(ports, { claimed, stop, hasEnded: () => ended.signal.aborted }, ended.signal);
  try {
    const end = await runJob(ports, { claimed, slot, onStale: () => stop("stale") }, stopped.signal);
    if (stopped.signal.reason === "stale") {
      return ports.say(`build ${build}: another attempt has it, so this one ends`);
    }
    const outcome: AttemptEnd["outcome"] = stopped.signal.reason === "drain" ? "released" : end.outcome;
    const reason = outcome === "released" ? "its worker was stopped" : end.reason;
    await report(ports, { claimed, end: { build, attempt, outcome, reason, exitCode: end.exitCode } });
    ports.say(`build ${build} of ${job.pipeline}: ${outcome}${reason === undefined ? "" : `: ${reason}`}`);
  } finally {
    ended.abort();
    drained.removeEventListener("abort", onDrained);
    await beating;
  }
}

/** Checks out and runs. A failure before the job began is its end, too. */
async function runJob(
  ports: WorkerPorts,
  { claimed: { build, attempt, job }, slot, onStale }: {
    readonly claimed: ClaimedJob;
    readonly slot: number;
    readonly onStale: () => void;
  },
  signal: AbortSignal,
): Promise<JobEnd> {
  const startedAt = ports.clock.now();
  let hasBegun = false;
  try {
    const checkout = await ports.checkouts.checkout({
      repository: job.repository,
      ref: job.ref,
      sha: job.sha,
      name: job.workspace === "reuse" ? `${job.pipeline} ${slot}` : `${build} ${attempt}`,
      reuse: job.workspace === "reuse",
      submodules: job.submodules,
      changes: job.changes,
    }, signal);
    const { server, clock } = ports;
    const sender = new EventSender({ server, clock, build, attempt, sha: checkout.sha, onStale });
    try {
      const observe = sender.take.bind(sender);
      if (checkout.warning !== undefined) {
        observe({ kind: "warning", text: checkout.warning, at: clock.now() });
      }
      const end = await ports.runJob({ build, attempt, job, checkout, observe }, signal);
      hasBegun = true;
      await sender.flush();
      return end;
    } finally {
      sender.stop();
      await checkout.release();
    }
  } catch (thrown) {
    if (signal.aborted) return { outcome: "cancelled", reason: "it was cancelled", exitCode: undefined };
    const reason = toError(thrown).message;
    if (!hasBegun) await ports.traceFailure({ job, reason, startedAt });
    return { outcome: "failed", reason, exitCode: undefined };
  }
}

/** Renews the lease until the attempt has ended. Without an answer for a whole lease, the attempt counts as stale. */
async function keepLease(
  { server, clock }: WorkerPorts,
  { claimed: { build, attempt, leaseMs }, stop, hasEnded }: {
    readonly claimed: ClaimedJob;
    readonly stop: (why: Stop) => void;
    readonly hasEnded: () => boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  let sent = clock.now();
  let renewed = sent;
  while (!hasEnded()) {
    sent = clock.now();
    try {
      const answer = await server.heartbeat({ build, attempt }, signal);
      // The lease counts from when the request was sent.
      renewed = sent;
      if (answer === "stale") return stop("stale");
      if (answer === "cancel") {
        stop("cancel");
        // The server answers at once from now on.
        await clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    } catch {
      if (hasEnded()) return;
      if (clock.now() - renewed > leaseMs) return stop("stale");
      await clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }
}

/** Reports the end until the server has it. After a lease without an answer the build is another worker's. */
async function report(
  { server, clock, say }: WorkerPorts,
  { claimed: { leaseMs }, end }: { readonly claimed: ClaimedJob; readonly end: AttemptEnd },
): Promise<void> {
  const never = new AbortController().signal;
  const start = clock.now();
  for (;;) {
    try {
      await server.finish(end, never);
      return;
    } catch (thrown) {
      const error = toError(thrown);
      const mayPass = error instanceof AppError && error.retryable;
      if (!mayPass || clock.now() - start > leaseMs) {
        return say(`build ${end.build}: its end could not be reported: ${error.message}`);
      }
      await clock.sleep(RETRY_MS, never);
    }
  }
}
