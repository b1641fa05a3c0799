import { formatDuration } from "../../../lib/duration.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { StepStatus } from "../../core/build_result.ts";
import { TEARDOWN_AFTER_STOP_MS } from "../../core/pipeline.ts";

/** Why running steps are ended and no further ones begin: the reason of a signal that stops steps. */
export class Stop {
  /** Makes the reason. `status` is the result of the steps that are running. */
  constructor(readonly status: "timed_out" | "cancelled", readonly reason: string) {}
}

/** Returns why the signal stopped its steps; undefined if it did not. */
export function stopOf(signal: AbortSignal): Stop | undefined {
  return signal.reason instanceof Stop ? signal.reason : undefined;
}

/** The result of something that was running while `signal` may have stopped it. */
export function statusUnder(signal: AbortSignal): StepStatus {
  return stopOf(signal)?.status ?? "passed";
}

/** A signal that stops the steps of a node, and the end of its timers. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Ends the time limit. The signal still aborts when the outer one does. */
  readonly endLimit: () => void;
  /** Lets go of the outer signal: the steps have ended. */
  readonly release: () => void;
}

/** The signal of a build: it stops all steps when the caller's signal aborts. */
export function stopWhenCancelled(cancel: AbortSignal): StopSignal {
  const own = new AbortController();
  const stop = () => own.abort(new Stop("cancelled", "the build was cancelled"));
  return { signal: own.signal, endLimit: () => {}, release: follow(cancel, stop) };
}

/** Adds a time limit to a signal. Without a limit it is the signal itself. */
export function stopAfter(
  outer: AbortSignal,
  { limit, clock }: {
    readonly limit: { readonly ms: number; readonly reason: string } | undefined;
    readonly clock: Clock;
  },
): StopSignal {
  if (limit === undefined) return { signal: outer, endLimit: () => {}, release: () => {} };
  const own = new AbortController();
  const timer = new AbortController();
  startTimer(clock, {
    ms: limit.ms,
    signal: timer.signal,
    act: () => own.abort(new Stop("timed_out", limit.reason)),
  });
  const unfollow = follow(outer, () => own.abort(outer.reason));
  return {
    signal: own.signal,
    endLimit: () => timer.abort(),
    release: () => {
      timer.abort();
      unfollow();
    },
  };
}

/** The signal of a tear-down, which still runs when the steps are stopped, but then not for long. */
export function stopSoonAfter(outer: AbortSignal, clock: Clock): StopSignal {
  const own = new AbortController();
  const timer = new AbortController();
  const unfollow = follow(outer, () => {
    const cause = stopOf(outer)?.status === "cancelled" ? "the build was cancelled" : "a time limit";
    const reason = `a tear-down has ${formatDuration(TEARDOWN_AFTER_STOP_MS)} after ${cause}`;
    startTimer(clock, {
      ms: TEARDOWN_AFTER_STOP_MS,
      signal: timer.signal,
      act: () => own.abort(new Stop("timed_out", reason)),
    });
  });
  const release = () => {
    timer.abort();
    unfollow();
  };
  return { signal: own.signal, endLimit: () => {}, release };
}

/** Calls `act` when a signal aborts, at once if it did already. Returns the function that ends this. */
function follow(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => {};
  }
  signal.addEventListener("abort", act, { once: true });
  return () => signal.removeEventListener("abort", act);
}

interface Timer {
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly act: () => void;
}

function startTimer(clock: Clock, { ms, signal, act }: Timer): void {
  // The sleep is rejected when the timer is ended: nothing is left to do then.
  clock.sleep(ms, signal).then(act, () => {});
}
