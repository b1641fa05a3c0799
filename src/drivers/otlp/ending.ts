/** The end of a build's telemetry: from when on a sender hurries, and when it stops. */
export interface Ending {
  /** Aborts when the build has ended: no request waits longer than it must. */
  readonly hurry: AbortSignal;
  /** Aborts when the time for the rest is over. */
  readonly stop: AbortSignal;
  /** Returns the milliseconds until the stop; infinite before the end. */
  left(): number;
  /** Starts the end. The caller disposes the result. */
  begin(budgetMs: number, signal: AbortSignal): Disposable;
}

/** Makes the end of one build's telemetry. */
export function makeEnding(): Ending {
  const [hurry, stop] = [new AbortController(), new AbortController()];
  let stopAt = Infinity;
  return {
    hurry: hurry.signal,
    stop: stop.signal,
    left: () => stopAt - performance.now(),
    begin(budgetMs, signal) {
      stopAt = performance.now() + budgetMs;
      const cut = () => stop.abort();
      const timer = setTimeout(cut, Math.max(0, budgetMs));
      signal.addEventListener("abort", cut, { once: true });
      if (signal.aborted) cut();
      hurry.abort();
      return {
        [Symbol.dispose]() {
          clearTimeout(timer);
          signal.removeEventListener("abort", cut);
          cut();
        },
      };
    },
  };
}

/** Waits, and returns early if one of the signals aborts. The wait does not keep the process alive. */
export function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve();
  const end = () => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", end);
    resolve();
  };
  const timer = setTimeout(end, Math.max(0, ms));
  Deno.unrefTimer(timer);
  for (const signal of signals) signal.addEventListener("abort", end, { once: true });
  return promise;
}
