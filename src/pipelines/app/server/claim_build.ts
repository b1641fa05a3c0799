import { eitherSignal } from "../../../lib/either_signal.ts";
import type { Job } from "../../core/builds/job.ts";
import type { Claimed, ClaimRequest } from "../../ports/job_queue.ts";
import { LEASE_MS, type ServerPorts } from "./server_ports.ts";

/** A build that a worker may run now. */
export interface ClaimAnswer {
  readonly build: string;
  readonly attempt: number;
  readonly job: Job;
  /** Milliseconds that it waited; undefined if it ran before. */
  readonly waitedMs: number | undefined;
}

/** The longest time between two looks at the queue, in milliseconds: an announcement can be lost. */
const LOOK_MS = 5_000;
/** The time after which the store is told again that a waiting worker is there, in milliseconds. */
const NOTE_MS = 20_000;

/**
 * Claims a build for a worker, and waits for one up to `waitMs`. Undefined if none came. If the worker goes away, no
 * build is claimed for it.
 */
export async function claimBuild(
  ports: ServerPorts,
  { waitMs, ...request }: Omit<ClaimRequest, "leaseMs"> & { readonly waitMs: number },
  signal: AbortSignal,
): Promise<ClaimAnswer | undefined> {
  const { clock, store, queue } = ports;
  const end = clock.now() + waitMs;
  let notedAt = -Infinity;
  const seen = { name: request.worker, tags: request.tags };
  for (;;) {
    signal.throwIfAborted();
    const now = clock.now();
    const stop = new AbortController();
    // The wait begins before the look, so that no announcement falls between the two.
    const changed = queue.changed(eitherSignal(signal, stop.signal)).catch(() => {});
    try {
      const claimed = await queue.claim({ ...request, leaseMs: LEASE_MS, now }, signal);
      // Every new build wakes all workers that wait: a note of each look would be a write to disk for each.
      if (claimed !== undefined || now - notedAt >= NOTE_MS) {
        await store.noteWorker({ ...seen, seenAt: now, build: claimed?.build.id }, signal);
        notedAt = now;
      }
      if (claimed !== undefined) {
        ports.onChange(claimed.build.id);
        return {
          build: claimed.build.id,
          attempt: claimed.build.attempt,
          job: jobFor(ports, claimed),
          waitedMs: claimed.build.attempt > 1 ? undefined : Math.max(0, now - claimed.build.queuedAt),
        };
      }
      const left = end - clock.now();
      if (left <= 0) return undefined;
      const rest = clock.sleep(Math.min(left, LOOK_MS), eitherSignal(signal, stop.signal)).catch(() => {});
      await Promise.race([changed, rest]);
    } finally {
      stop.abort();
    }
  }
}

/** Adds what only the server knows: the values of the build's secrets, and addresses. */
function jobFor({ files, settings, newSpanId }: ServerPorts, { build, job }: Claimed): Job {
  const { secrets } = files.current();
  const values = job.secrets.flatMap((name) => {
    const value = secrets.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...job,
    traceId: build.traceId,
    rootSpanId: newSpanId(),
    url: settings.publicUrl === undefined ? undefined : `${settings.publicUrl}/builds/${build.id}`,
    secretValues: Object.fromEntries(values),
    tracesEndpoint: settings.tracesEndpoint,
    logsEndpoint: settings.logsEndpoint,
    serviceName: `bass:pipeline:${build.pipeline}`,
  };
}
