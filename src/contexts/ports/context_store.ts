import type { ContextId } from "../core/context_id.ts";
import type { Claim } from "../core/events/claim.ts";
import type { EventKeys } from "../core/events/event_keys.ts";
import type { ValueMap } from "../core/tree/value.ts";
import type { ContextVersion, VersionMark } from "../core/version.ts";

export type { Claim };

/** A context as a store has it. */
export interface StoredContext {
  readonly id: ContextId;
  readonly newest: ContextVersion;
  readonly tree: ValueMap;
  readonly keys: EventKeys;
}

/** A context in a list. */
export interface ContextRow {
  readonly id: ContextId;
  readonly version: number;
  /** The time of the newest version, as ISO 8601 in UTC. */
  readonly time: string;
}

/** A version to write. */
export interface NextVersion extends StoredContext {
  /** The version that the store must have now; 0 if it must have no such context. */
  readonly expected: number;
  /** The time of that version: a context may have been deleted and made again since. Any if left out. */
  readonly expectedTime?: string;
  /** Whether another context may be replaced, where a file holds one context only. Default false. */
  readonly displaces?: boolean;
}

/**
 * Keeps contexts. A write is a compare-and-set: it takes place as a whole if the version is the expected one, and has no
 * effect otherwise. Every method throws AppError: `store_unreachable` (exit code 1, retryable) if the store does not
 * answer, `store_refused` (exit code 1) if it denies the request, `store_full` (exit code 1) if it has no room left,
 * `store_damaged` (exit code 1) with the place if it holds something else, and `store_busy` (exit code 4) if other
 * processes keep it locked for too long.
 */
export interface ContextStore {
  /** Names the store in messages, without a login: `sqlite .showtime/contexts.db`. */
  readonly name: string;
  /** Whether older versions can be read. Files keep the newest only. */
  readonly keepsHistory: boolean;
  /** Reads the newest version; undefined if there is no such context. */
  read(id: ContextId, signal: AbortSignal): Promise<StoredContext | undefined>;
  /** The mark of the newest version, without reading its tree; undefined if there is no such context. */
  newestVersion(id: ContextId, signal: AbortSignal): Promise<VersionMark | undefined>;
  /**
   * Writes a version; false if another one is there now. Throws AppError `store_occupied` (exit code 1) if a file holds
   * another context, which the version does not displace.
   */
  commit(next: NextVersion, signal: AbortSignal): Promise<boolean>;
  /** Lists the contexts by ID. */
  list(signal: AbortSignal): Promise<readonly ContextRow[]>;
  /** The kept versions after the version `after`, oldest first. A store without history has the newest only. */
  history(
    id: ContextId,
    options: { readonly after: number },
    signal: AbortSignal,
  ): Promise<readonly ContextVersion[]>;
  /** The tree of a kept version; undefined if it is not kept. */
  treeOf(id: ContextId, version: number, signal: AbortSignal): Promise<ValueMap | undefined>;
  /** Removes a context with its history; false if it is absent. */
  remove(id: ContextId, signal: AbortSignal): Promise<boolean>;
  /** Reads who works on an event's key. */
  claim(id: ContextId, key: string, signal: AbortSignal): Promise<Claim | undefined>;
  /**
   * Replaces a claim if the context exists and its claim is still `from`; false otherwise. `to` undefined gives the key
   * back.
   */
  swapClaim(
    id: ContextId,
    change: { readonly key: string; readonly from: Claim | undefined; readonly to: Claim | undefined },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Ends connections and closes files. */
  close(): Promise<void>;
}

/** Writes a copy of each version for tools that read files. */
export interface ContextCopy {
  /** Names the copy in messages: `shellfile work/context.sh`. */
  readonly name: string;
  /** Whether the file of the copy is absent. Left out by a copy that is no file. */
  readonly isMissing?: () => Promise<boolean>;
  /** Writes the copy as a whole. Throws AppError `copy_unwritable` (exit code 5). Returns warnings. */
  write(context: Pick<StoredContext, "id" | "tree">, signal: AbortSignal): Promise<readonly string[]>;
}
