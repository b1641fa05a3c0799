/** Builds, their events and logs, the keys of the server, and the marks that its polls and schedules leave. */

import type { Build, BuildState } from "../core/builds/build.ts";
import type { JobSpec } from "../core/builds/job.ts";
import type { BuildEvent } from "../core/build_event.ts";
import type { ApiKey } from "../core/builds/api_key.ts";

/** A condition on builds. */
export interface BuildFilter {
  readonly pipeline?: string;
  /** The pipelines that the caller may see; all if left out. */
  readonly pipelines?: readonly string[];
  readonly state?: BuildState;
  /** Lists the oldest builds first; else the newest. */
  readonly oldestFirst?: boolean;
  /** Builds that come after the one with this identifier in this order. */
  readonly after?: string;
  readonly limit: number;
}

/** An event with its place: places grow by one within a build. */
export interface PlacedEvent {
  readonly place: number;
  readonly attempt: number;
  readonly event: BuildEvent;
}

/** A number that a worker was last seen with. */
export interface WorkerRow {
  readonly name: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly seenAt: number;
  readonly build: string | undefined;
}

/** Builds and everything around them. Every call throws AppError `store_…`. */
export interface BuildStore {
  /** Names the store in messages, without a login. */
  readonly name: string;
  /** Lists builds, newest first unless the filter says otherwise. */
  builds(filter: BuildFilter, signal: AbortSignal): Promise<readonly Build[]>;
  build(id: string, signal: AbortSignal): Promise<Build | undefined>;
  /** The work of a build; undefined if there is no such build. */
  job(id: string, signal: AbortSignal): Promise<JobSpec | undefined>;
  /** The number of builds in each state that has any. */
  counts(signal: AbortSignal): Promise<ReadonlyMap<BuildState, number>>;
  /**
   * Appends events of an attempt; false if the attempt is stale. Returns after they are on disk. `from` is the number of
   * events of the attempt before these: those that are stored already are left out.
   */
  append(
    write: {
      readonly build: string;
      readonly attempt: number;
      readonly sha?: string;
      readonly from: number;
      readonly events: readonly BuildEvent[];
    },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** The events of a build after a place, at most `limit`. */
  events(
    read: { readonly build: string; readonly after: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly PlacedEvent[]>;
  workers(signal: AbortSignal): Promise<readonly WorkerRow[]>;
  /** Notes that a worker asked for work or renewed a lease. */
  noteWorker(row: WorkerRow, signal: AbortSignal): Promise<void>;
  keys(signal: AbortSignal): Promise<readonly ApiKey[]>;
  /** Adds a key; false if its name is taken. */
  addKey(key: ApiKey, signal: AbortSignal): Promise<boolean>;
  /** Removes a key; false if no key has this name. */
  removeKey(name: string, signal: AbortSignal): Promise<boolean>;
  /** A remembered value of a poll or a schedule. */
  note(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** Replaces a remembered value; false if it is no longer `from`. */
  swapNote(
    change: { readonly name: string; readonly from: string | undefined; readonly to: string | undefined },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Takes or renews the lease of a task that one server runs at a time; false if another server has it. */
  lead(
    lease: { readonly task: string; readonly holder: string; readonly now: number; readonly leaseMs: number },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Removes builds that ended before `before`, the oldest ones beyond `maxBytes` of events, and old marks. */
  prune(
    limits: { readonly now: number; readonly before: number; readonly maxBytes: number },
    signal: AbortSignal,
  ): Promise<number>;
  close(): Promise<void>;
}
