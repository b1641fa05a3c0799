import { AppError } from "../../../lib/errors.ts";
import type { Probe } from "../../../ports/health.ts";
import { endHint, execFailure } from "./start_errors.ts";
import { type Engine, logTail, probedAddressOf } from "../engine.ts";
import { type ContainerState, inspectContainers } from "./container.ts";
import { unhealthyError } from "./unhealthy_error.ts";
import { eitherSignal } from "../../../lib/either_signal.ts";

const FIRST_PAUSE_MS = 250;
const EXIT_WAIT_MS = 5000;

/** The container to wait for. */
export interface WaitOptions {
  readonly id: string;
  readonly name: string;
  readonly onProgress: (text: string) => void;
  /** The state of a container before it was started again: an end before that is not one of this wait. */
  readonly before?: Pick<ContainerState, "finishedAt" | "restarts"> | undefined;
}

/**
 * Waits until a container answers its health check and returns the address that was asked. A container that ends stops the
 * wait at once. Throws AppError `out_of_memory` or `unhealthy`, with the last lines of its log.
 */
export async function waitHealthy(
  engine: Engine,
  options: WaitOptions,
  signal: AbortSignal,
): Promise<string> {
  const stop = new AbortController();
  let ended: number | undefined;
  // The engine restarts a container that ends; `docker wait` still reports the first exit code.
  const watching = engine.docker.run(["wait", options.id], {
    action: "Waiting for a container",
    timeoutMs: undefined,
  }, eitherSignal(signal, stop.signal))
    .then((result) => {
      if (result.code === 0 && /^\d+\s*$/.test(result.stdout)) ended = Number(result.stdout);
    }, () => {});
  try {
    return await pollHealth(engine, { ...options, watching, exitCode: () => ended }, signal);
  } finally {
    stop.abort();
    await watching;
  }
}

async function pollHealth(
  engine: Engine,
  options: WaitOptions & { readonly watching: Promise<void>; readonly exitCode: () => number | undefined },
  signal: AbortSignal,
): Promise<string> {
  const { health } = engine.config;
  const started = engine.clock.now();
  let pauseMs = FIRST_PAUSE_MS;
  let last: Probe | undefined;
  for (;;) {
    const [container] = await inspectContainers(engine.docker, [options.id], signal);
    if (container === undefined) {
      throw new AppError("unhealthy", `Waiting for "${options.name}": the container was removed meanwhile`);
    }
    const { state } = container;
    if (
      options.exitCode() !== undefined || hasEnded(state, options.before) || state.status === "exited" ||
      state.status === "dead"
    ) {
      // A restarted container no longer shows its exit code: `docker wait` reports it at the next end.
      if (options.exitCode() === undefined && state.status !== "exited" && state.status !== "dead") {
        await pause(engine, { ms: EXIT_WAIT_MS, until: options.watching, hasEnded: () => true }, signal);
      }
      throw await exitError(engine, {
        ...options,
        code: options.exitCode() ?? state.exitCode,
        oom: state.oomKilled,
      }, signal);
    }
    const address = await probedAddressOf(engine, container, signal);
    if (address !== undefined) {
      const seen = await engine.probe(address, {
        path: health.path,
        fallback: health.fallback,
        timeoutMs: 5000,
      }, signal);
      if (seen.ok) return address;
      last = seen;
    }
    const waitedMs = engine.clock.now() - started;
    if (waitedMs >= health.timeoutMs) {
      throw await unhealthyError(engine, { ...options, last, waitedMs, address }, signal);
    }
    options.onProgress(
      `Waiting for ${options.name} to answer at ${
        address === undefined ? "" : `http://${address}`
      }${health.path} (${last?.answer ?? "no answer yet"})`,
    );
    await pause(
      engine,
      {
        ms: Math.min(pauseMs, health.timeoutMs - waitedMs),
        until: options.watching,
        hasEnded: () => options.exitCode() !== undefined,
      },
      signal,
    );
    pauseMs = Math.min(pauseMs * 2, Math.max(health.intervalMs, 1));
  }
}

/** Whether a container has ended since it was started. */
function hasEnded(state: ContainerState, before: WaitOptions["before"]): boolean {
  if (before === undefined) return state.everEnded;
  return state.finishedAt !== before.finishedAt || state.restarts > before.restarts;
}

/** Sleeps for `ms`, or until the container ends if that is sooner. */
async function pause(
  engine: Engine,
  options: { readonly ms: number; readonly until: Promise<void>; readonly hasEnded: () => boolean },
  signal: AbortSignal,
): Promise<void> {
  const cut = new AbortController();
  try {
    const sleeping = engine.clock.sleep(options.ms, eitherSignal(signal, cut.signal)).catch(() => {});
    let over = false;
    await Promise.race([sleeping, options.until.then(() => over = true)]);
    signal.throwIfAborted();
    // A `docker wait` that ended without an exit code must not turn the loop into a busy one.
    if (over && !options.hasEnded()) await engine.clock.sleep(Math.min(options.ms, FIRST_PAUSE_MS), signal);
  } finally {
    cut.abort();
  }
}

async function exitError(
  engine: Engine,
  options: WaitOptions & { readonly code: number; readonly oom: boolean },
  signal: AbortSignal,
): Promise<AppError> {
  const tail = await logTail(engine, options.id, signal);
  if (options.oom || options.code === 137) {
    return new AppError(
      "out_of_memory",
      `Waiting for "${options.name}": the container ran out of memory (exit code 137)`,
      {
        hint: "Use a larger size, or a larger `memory` in environment.sizes",
        logTail: tail,
      },
    );
  }
  const exec = execFailure(tail);
  const state = `the container ended with exit code ${options.code}${
    exec === undefined ? "" : `: ${exec.state}`
  }`;
  return new AppError("unhealthy", `Waiting for "${options.name}": ${state}`, {
    hint: exec?.hint ?? endHint(options.code, tail),
    logTail: tail,
  });
}
