import { formatPath } from "../tree/path.ts";
import type { EventKeys, HandlerRecord, KeyRecord } from "./event_keys.ts";

/**
 * The number of records that are kept, the newest. A record has about 300 bytes for each handler, and the
 * records are written with every version. A pull request with ten events for each commit has 20 commits in
 * them; an older key fires again.
 */
export const KEPT_RECORDS = 200;

/** An event that is fired with a key. */
export interface KeyedEvent {
  readonly pipeline: string;
  readonly event: string;
  /** As the caller gave it. Other events may have the same one. */
  readonly key: string;
}

/** Names the record and the claim of an event with a key: `build.success.1234`. */
export function recordName({ pipeline, event, key }: KeyedEvent): string {
  return formatPath([pipeline, event, key]);
}

/** Finds the record of one handler. */
export function findRecord(
  keys: EventKeys,
  keyed: KeyedEvent,
  { handler }: { readonly handler: string },
): HandlerRecord | undefined {
  const name = recordName(keyed);
  return Object.hasOwn(keys, name) ? keys[name]?.handlers[handler] : undefined;
}

/** Replaces the record of one handler. The event becomes the newest, and the oldest ones are dropped. */
export function putRecord(
  keys: EventKeys,
  keyed: KeyedEvent,
  { handler, record }: { readonly handler: string; readonly record: HandlerRecord },
): EventKeys {
  const name = recordName(keyed);
  const { [name]: before, ...others } = keys;
  const { pipeline, event } = keyed;
  const next: KeyRecord = { pipeline, event, handlers: { ...before?.handlers, [handler]: record } };
  return Object.fromEntries([...Object.entries(others).slice(1 - KEPT_RECORDS), [name, next]]);
}
