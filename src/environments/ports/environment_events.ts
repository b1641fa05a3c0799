/** Announces the environments of a pull request: in a context, and by events. */

import type { EnvironmentView } from "../core/environment/view.ts";
import type { Status } from "../core/labels/mod.ts";
import type { PrNumber, ShortSha } from "../../lib/ids.ts";

/** How an environment ended that has no labels any more. */
export type EnvironmentEnd = "stopped" | "expired";

/** An environment that labels give a status. */
export interface SeenEnvironment {
  readonly short: ShortSha;
  /** The status of the label. That of the view also says what the platform has. */
  readonly status: Status;
  /** When the status label was set, in milliseconds since 1970; undefined if the timeline does not show it yet. */
  readonly since: number | undefined;
  readonly view: EnvironmentView;
}

/** The environments of a pull request at one moment. */
export interface EnvironmentSight {
  /** `owner/name`. */
  readonly repo: string;
  readonly pr: PrNumber;
  /** GitHub's time, in milliseconds since 1970. */
  readonly at: number;
  readonly environments: readonly SeenEnvironment[];
  /** Whether a run works on them still, so that only the beginning of work is news. */
  readonly atWork: boolean;
  /** The ends of environments that this run removed. */
  readonly ended: ReadonlyMap<ShortSha, EnvironmentEnd>;
}

/** Records environments and fires events about them. */
export interface EnvironmentEvents {
  /** How long a run waits at its end for what is still being sent, in milliseconds. */
  readonly limitMs: number;
  /**
   * Records the sight and fires an event for each status that has not been announced. A repetition fires nothing. Returns
   * sentences about what failed. Throws AppError if the sight cannot be recorded.
   */
  announce(sight: EnvironmentSight, signal: AbortSignal): Promise<readonly string[]>;
}
