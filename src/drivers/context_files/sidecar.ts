/** Describes what a file that holds a context cannot say itself: its version, its hash and the keys of events. */

import { type Claim, decodeClaim, encodeClaim } from "../../contexts/core/events/claim.ts";
import type { EventKeys } from "../../contexts/core/events/event_keys.ts";
import { decodeEventKeys, decodeVersionValue } from "../../contexts/core/stored_version.ts";
import { versionToValue } from "../../contexts/core/version_json.ts";
import { formatJson } from "../../contexts/core/tree/format_json.ts";
import { parseJson } from "../../contexts/core/tree/parse_json.ts";
import { isValueMap, toValue, type Value, type ValueMap } from "../../contexts/core/tree/value.ts";
import type { ContextVersion } from "../../contexts/core/version.ts";

/** One state of the file. */
export interface FileRecord {
  readonly newest: ContextVersion;
  readonly keys: EventKeys;
  /** SHA-256 of the file's text. */
  readonly hash: string;
}

/** The content of `<path>.showtime.json`. */
export interface Sidecar {
  /** The ID of the context. */
  readonly context: string;
  readonly now: FileRecord;
  /** The state that remains if the process died before it wrote `now`; undefined for a new or finished file. */
  readonly before: FileRecord | undefined;
  readonly claims: ReadonlyMap<string, Claim>;
}

/** Formats a sidecar. */
export function formatSidecar({ context, now, before, claims }: Sidecar): string {
  const entries: [string, Value][] = [["context", context], ["now", fromRecord(now)]];
  if (before !== undefined) entries.push(["before", fromRecord(before)]);
  entries.push(["claims", new Map([...claims].map(([key, claim]) => [key, encodeClaim(claim)]))]);
  return formatJson(new Map(entries), { indent: 2 }) + "\n";
}

function fromRecord({ newest, keys, hash }: FileRecord): ValueMap {
  return new Map<string, Value>([["sha256", hash], ["newest", versionToValue(newest)], [
    "keys",
    toValue(keys),
  ]]);
}

/** Parses a sidecar; undefined for anything else. */
export function parseSidecar(text: string): Sidecar | undefined {
  const parsed = parseJson(text);
  if ("problem" in parsed || !isValueMap(parsed.value)) return undefined;
  const context = parsed.value.get("context");
  const now = toRecord(parsed.value.get("now"));
  const before = toRecord(parsed.value.get("before"));
  const claims = parsed.value.get("claims");
  if (typeof context !== "string" || now === undefined || !isValueMap(claims)) return undefined;
  return { context, now, before, claims: toClaims(claims) };
}

function toRecord(value: Value | undefined): FileRecord | undefined {
  if (!isValueMap(value)) return undefined;
  const hash = value.get("sha256");
  const newest = decodeVersionValue(value.get("newest"));
  const keys = decodeEventKeys(formatJson(value.get("keys") ?? null));
  if (typeof hash !== "string" || newest === undefined || keys === undefined) return undefined;
  return { newest, keys, hash };
}

function toClaims(map: ValueMap): ReadonlyMap<string, Claim> {
  const claims = new Map<string, Claim>();
  for (const [key, text] of map) {
    const claim = typeof text === "string" ? decodeClaim(text) : undefined;
    if (claim !== undefined) claims.set(key, claim);
  }
  return claims;
}
