import { setImmediate } from "node:timers";
import type { Clock } from "../../../src/ports/clock.ts";

interface Timer {
  readonly at: number;
  /** Timers of the same instant go off in the order in which they were set. */
  readonly number: number;
  readonly goOff: () => void;
}

/** The looks at work that waits for no timer before it counts as stuck. They take a few seconds. */
const MOST_IDLE = 3000;

/** A clock whose time passes only while everything waits for it. */
export class VirtualClock implements Clock {
  #now: number;
  #count = 0;
  readonly #timers = new Set<Timer>();

  constructor(now: number) {
    this.#now = now;
  }

  /** The number of sleeps that have not ended. */
  get sleeping(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = () => {
        this.#timers.delete(timer);
        reject(signal.reason);
      };
      const goOff = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const timer: Timer = { at: this.#now + ms, number: this.#count++, goOff };
      this.#timers.add(timer);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Lets time pass until the work has ended. Throws if the work waits for something that never comes. */
  async play<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = work.finally(() => {
      ended = true;
    });
    // The caller's promise reports the failure.
    end.catch(() => {});
    for (let idle = 0; idle < MOST_IDLE;) {
      // Everything that waits for no timer goes on in microtasks, except for a module that is loaded from the disk.
      await new Promise<void>((resolve) => idle === 0 ? setImmediate(resolve) : setTimeout(resolve, 1));
      if (ended) return await work;
      idle = this.#next() ? 0 : idle + 1;
    }
    throw new Error("the work waits, and no timer is set");
  }

  #next(): boolean {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      const isFirst = first === undefined || timer.at < first.at ||
        (timer.at === first.at && timer.number < first.number);
      if (isFirst) first = timer;
    }
    if (first === undefined) return false;
    this.#timers.delete(first);
    this.#now = Math.max(this.#now, first.at);
    first.goOff();
    return true;
  }
}
