/**
 * The limiters of octokit's throttling plugin. Its own put a second between writes and between GraphQL requests, and
 * even without that a timer's turn before and after each; these let every request through at once. Limits are obeyed
 * by GitHub's headers instead.
 */

import light from "bottleneck/light.js";
import type Bottleneck from "bottleneck";
import { valueAt } from "./json.ts";

// The light build has no types of its own; it is the one that the plugins use.
const Light: typeof Bottleneck = light;

/** A group without its clean-up timer, which keeps a bundled program alive for ever. */
class QuietGroup extends Light.Group {
  constructor(options?: Bottleneck.ConstructorOptions) {
    super(options);
    const { interval } = this as unknown as { interval: ReturnType<typeof setInterval> };
    clearInterval(interval);
  }
}

/** What the plugin builds from by itself: the groups that it has by default. */
export class QuietBottleneck extends Light {
  static override readonly Group = QuietGroup;
}

/** What the plugin calls of a limiter: `schedule(options, run, ...arguments)`. */
function runAtOnce<T>(
  _options: unknown,
  ...[run, ...args]: readonly [(...args: readonly unknown[]) => T, ...unknown[]]
): T {
  return run(...args);
}

const OPEN = { key: () => ({ schedule: runAtOnce }) };

/** What the plugin asks after a failure: undefined, or after how many milliseconds to do it again. */
type AfterFailure = (
  error: unknown,
  info: { readonly args: readonly unknown[]; readonly retryCount: number },
) => Promise<number | undefined>;

/** The plugin's limiter for what met a rate limit: it does everything at once, and again when it is told to. */
class OpenLimiter {
  #afterFailure: AfterFailure | undefined;

  on(event: string, handle: AfterFailure): void {
    if (event === "failed") this.#afterFailure = handle;
  }

  async schedule<T>(
    ...[run, ...args]: readonly [(...args: readonly unknown[]) => Promise<T>, ...unknown[]]
  ): Promise<T> {
    for (let retryCount = 0;; retryCount++) {
      try {
        return await run(...args);
      } catch (error) {
        // A limit is an answer; the plugin takes for granted that there was one.
        if (valueAt(error, "response") === undefined) throw error;
        // How long is no matter: the waiting has been done where it was asked for.
        if (await this.#afterFailure?.(error, { args, retryCount }) === undefined) throw error;
      }
    }
  }
}

/** One group for each kind of request that the plugin tells apart, and its limiter; none of them holds anything back. */
export function openLimiters():
  & Readonly<Record<"global" | "auth" | "search" | "write" | "notifications", Bottleneck.Group>>
  & { readonly retryLimiter: OpenLimiter } {
  const open = OPEN as unknown as Bottleneck.Group;
  return {
    global: open,
    auth: open,
    search: open,
    write: open,
    notifications: open,
    retryLimiter: new OpenLimiter(),
  };
}
