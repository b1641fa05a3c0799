/**
 * The limiters of octokit's throttling plugin. Its own put a second between writes and between GraphQL requests, and
 * even without that a timer's turn before and after each; these let every request through at once. Limits are obeyed
 * by GitHub's headers instead.
 */

import light from "bottleneck/light.js";
import type Bottleneck from "bottleneck";

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

/** What the plugin builds from by itself: the groups it has by default, and the limiter that repeats requests. */
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

/** One group for each kind of request that the plugin tells apart; none of them holds anything back. */
export function openGroups(): Readonly<
  Record<"global" | "auth" | "search" | "write" | "notifications", Bottleneck.Group>
> {
  const open = OPEN as unknown as Bottleneck.Group;
  return { global: open, auth: open, search: open, write: open, notifications: open };
}
