/** Puts a commit's own content, such as its charts and dashboards, into a preview environment. */

import type { FullSha } from "../../lib/ids.ts";

/** The environment to put content into. Its health check has answered. */
export interface ContentTarget {
  /** The commit that the environment runs: the content is this commit's. */
  readonly sha: FullSha;
  /** `host:port`. */
  readonly address: string;
  /** `user/password` of the application; undefined if it has none. */
  readonly login: string | undefined;
}

/** The result of a push of content. */
export interface PushedContent {
  /** Whether a part of the content is not in the environment, although it should be. */
  readonly failed: boolean;
  /** Names what arrived, what was left out and what failed, as a plain sentence without a full stop. */
  readonly sentence: string;
}

/** The content of commits. */
export interface EnvironmentContent {
  /**
   * Pushes the commit's content. To push again is no harm: what is there stays as it is. Throws AppError if the content
   * cannot be read, or if the environment does not take it at all.
   */
  push(target: ContentTarget, signal: AbortSignal): Promise<PushedContent>;
}
