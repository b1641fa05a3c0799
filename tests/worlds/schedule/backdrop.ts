/** Servers behind the runs that work on by themselves, in the world's time: a platform as it is, beyond the border. */

import type { AppSettings } from "../../../src/environments/app/run.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { Images } from "../../../src/environments/ports/images.ts";
import type { Platform } from "../../../src/environments/ports/platform.ts";
import type { Call, Fate } from "./border.ts";

/** Where a run's requests to its platform pass the border. */
export interface Gate {
  readonly run: string;
  /** The time that the platform's driver sleeps by. */
  readonly clock: Clock;
  /** Stops a request until it is let go; `act` does what its fate is, and calls `effect` right before it takes effect. */
  pass<T>(
    what: Omit<Call, "run">,
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly act: (fate: Fate, effect: () => void) => Promise<T>;
    },
  ): Promise<T>;
  /** The process is gone: nothing more gets through. */
  kill(): void;
}

/** What stands behind the runs of a stage, instead of the world's platform in memory. */
export interface Backdrop {
  /** Settings of every run beside the usual ones. */
  readonly settings?: Partial<AppSettings>;
  /** The platform of one run. */
  platform(gate: Gate): Platform;
  /** The images of one run; the world's own, in memory, unless given. */
  images?(gate: Gate): Images;
  /** Has everything happen that is due by now. */
  rest(): Promise<void>;
  /** Gives what needs this machine's own time a moment of it, before those who sleep wake. */
  breathe?(): Promise<void>;
  /** What changed something there since the beginning, in order. */
  written(): readonly string[];
  /** What there is, for people. */
  describe(): Promise<string>;
  /** Ends it. */
  dispose(): Promise<void>;
}

/** A clock that knows how many sleep by it. */
export class Bedroom {
  readonly #clock: Clock;
  #asleep = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get asleep(): number {
    return this.#asleep;
  }

  now(): number {
    return this.#clock.now();
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#asleep += 1;
    try {
      await this.#clock.sleep(ms, signal);
    } finally {
      this.#asleep -= 1;
    }
  }
}
