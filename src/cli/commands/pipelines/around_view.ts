/** Keeps a view and the rest of a build from each other's troubles. */

import { toError } from "../../../lib/errors.ts";
import type { BuildObserver } from "../../../pipelines/core/build_event.ts";

/** Warnings about the machine. They wait while a view is open, which a line on stderr would tear. */
export class HeldWarnings {
  readonly #warn: (text: string) => void;
  #held: string[] | undefined;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Passes a warning on, now or when the view has ended. */
  add(text: string): void {
    if (this.#held === undefined) this.#warn(text);
    else this.#held.push(text);
  }

  /** Holds warnings from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Passes on what was held, and holds no more. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    held.forEach(this.#warn);
  }
}

/** Keeps the failure of a view from the build, which goes on: a full disk may stand behind stdout. */
export function guarded(
  observe: BuildObserver,
): { readonly observe: BuildObserver; readonly failure: Error | undefined } {
  let failure: Error | undefined;
  return {
    observe(event) {
      if (failure !== undefined) return;
      try {
        observe(event);
      } catch (thrown) {
        failure = toError(thrown);
      }
    },
    get failure() {
      return failure;
    },
  };
}
