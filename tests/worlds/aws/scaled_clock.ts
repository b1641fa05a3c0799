import type { Clock } from "../../../src/ports/clock.ts";

/** A clock on which time runs `speed` times as fast as on this machine: what waits for minutes waits for moments. */
export function makeScaledClock(options: { readonly speed: number }): Clock {
  const { speed } = options;
  const [began, since] = [Date.now(), performance.now()];
  return {
    now: () => began + (performance.now() - since) * speed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal.reason);
        };
        const timer = setTimeout(() => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        }, ms / speed);
        signal.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
