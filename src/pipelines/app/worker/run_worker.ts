import { AppError } from "../../../lib/errors.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";
import type { ClaimedJob } from "../../ports/build_server.ts";
import { runAttempt } from "./run_attempt.ts";
import type { WorkerPorts } from "./worker_ports.ts";

/** The settings of a worker. */
export interface WorkerSettings {
  /** The name that the server shows. */
  readonly name: string;
  readonly tags: readonly string[];
  /** The number of builds that it runs at once. */
  readonly slots: number;
  /** Milliseconds that running builds have after `signal` aborts. */
  readonly drainMs: number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Claims and runs builds until `signal` aborts. Then it claims no more, and what runs has `drainMs` before it is cancelled
 * and goes back. Throws AppError `server_refused` if the server refuses its key.
 */
export async function runWorker(
  ports: WorkerPorts,
  settings: WorkerSettings,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const stopped = eitherSignal(signal, failed.signal);
  const drained = new AbortController();
  const draining = drain(ports, { drainMs: settings.drainMs, drained }, stopped);
  const slots = Array.from(
    { length: settings.slots },
    (_, slot) =>
      runSlot(ports, { settings, slot, drained: drained.signal }, stopped).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
  );
  try {
    await Promise.allSettled(slots);
    await Promise.all(slots);
  } finally {
    failed.abort();
    drained.abort();
    await draining;
  }
}

async function runSlot(
  ports: WorkerPorts,
  { settings, slot, drained }: {
    readonly settings: WorkerSettings;
    readonly slot: number;
    readonly drained: AbortSignal;
  },
  signal: AbortSignal,
): Promise<void> {
  const worker = settings.slots === 1 ? settings.name : `${settings.name}/${slot + 1}`;
  while (!signal.aborted) {
    const claimed = await claim(ports, { worker, tags: settings.tags }, signal);
    if (claimed === undefined) continue;
    const { build, attempt, job } = claimed;
    ports.say(`build ${build} of ${job.pipeline}: attempt ${attempt} begins`);
    await runAttempt(ports, { claimed, slot }, drained);
  }
}

/** Asks for a build; undefined if no build came. While the server does not answer it waits longer and longer. */
async function claim(
  { server, clock, say }: WorkerPorts,
  request: { readonly worker: string; readonly tags: readonly string[] },
  signal: AbortSignal,
): Promise<ClaimedJob | undefined> {
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await server.claim(request, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof AppError && error.retryable)) throw error;
      if (pause === FIRST_PAUSE_MS) say(`${error.message}: it is asked again`);
      await clock.sleep(pause * (0.75 + Math.random() / 2), signal).catch(() => {});
      if (signal.aborted) return undefined;
    }
  }
}

async function drain(
  { clock, say }: WorkerPorts,
  { drainMs, drained }: { readonly drainMs: number; readonly drained: AbortController },
  signal: AbortSignal,
): Promise<void> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  if (!drained.signal.aborted) say("The worker takes no build more: what runs may drain");
  // `drained` aborts earlier when every slot has ended.
  await clock.sleep(drainMs, drained.signal).catch(() => {});
  drained.abort();
}
