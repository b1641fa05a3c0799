/**
 * Waits of zero milliseconds, over at once. The client library's limiter lets a timer pass eight times for each request,
 * which is two milliseconds each; what is left then runs in microtasks, and always in the same order.
 */

/** Runs `act` while timers of zero milliseconds are microtasks; the others stay what they are. */
export async function withQuickTimers<T>(act: () => Promise<T>): Promise<T> {
  const slow = globalThis.setTimeout;
  const quick = (...timer: readonly [run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]]) => {
    const [run, ms, ...args] = timer;
    if (ms !== undefined && ms > 0) return slow(run, ms, ...args);
    queueMicrotask(() => run(...args));
    return 0;
  };
  globalThis.setTimeout = quick as typeof setTimeout;
  try {
    return await act();
  } finally {
    globalThis.setTimeout = slow;
  }
}
