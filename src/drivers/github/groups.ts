/**
 * The limiters of octokit's throttling plugin. Its own put a second between writes and between GraphQL requests;
 * these only bound how many requests are under way. Limits are obeyed by GitHub's headers instead.
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

/** What the plugin builds its limiters from. */
export class QuietBottleneck extends Light {
  static override readonly Group = QuietGroup;
}

/** How many requests may be under way at once; GitHub's own bound is 100. */
const CONCURRENT = 10;

/** One limiter group for each kind of request that the plugin tells apart. */
export function makeGroups(): Readonly<
  Record<"global" | "auth" | "search" | "write" | "notifications", Bottleneck.Group>
> {
  const make = () => new QuietGroup({ maxConcurrent: CONCURRENT });
  return { global: make(), auth: make(), search: make(), write: make(), notifications: make() };
}
