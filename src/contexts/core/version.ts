import type { EventStep } from "./events/event_keys.ts";
import type { Operation } from "./tree/operations.ts";

/** Marks one version among all. A context that is deleted and made again counts from 1 anew. */
export type VersionMark = Pick<ContextVersion, "version" | "time">;

/** One version of a context. The first is 1. */
export interface ContextVersion {
  readonly version: number;
  /** As ISO 8601 in UTC. */
  readonly time: string;
  /** Who wrote it: `SHOWTIME_ACTOR`, else `GITHUB_ACTOR`, else `unknown`. */
  readonly actor: string;
  readonly operations: readonly Operation[];
  /** Set where the version records a request of an event. */
  readonly event?: EventStep;
}
