/** The texts in which stores keep the parts of a context. What cannot be read is undefined: the store names the place. */

import type { EventKeys } from "./events/event_keys.ts";
import { formatJson } from "./tree/format_json.ts";
import { parseJson } from "./tree/parse_json.ts";
import { isValueMap, type Value, type ValueMap } from "./tree/value.ts";
import type { ContextVersion } from "./version.ts";
import { versionFromValue, versionToValue } from "./version_json.ts";

/** Formats a version, without its tree, as compact JSON. */
export function encodeVersion(version: ContextVersion): string {
  return formatJson(versionToValue(version), { compact: true });
}

/** Reads what {@link encodeVersion} wrote; undefined for anything else. */
export function decodeVersion(text: string): ContextVersion | undefined {
  const parsed = parseJson(text);
  return "problem" in parsed ? undefined : decodeVersionValue(parsed.value);
}

/** Reads a version from a part of a larger document; undefined for anything else. */
export function decodeVersionValue(value: Value | undefined): ContextVersion | undefined {
  try {
    return versionFromValue(value);
  } catch {
    // A path in it cannot be read.
    return undefined;
  }
}

/** Reads the keys of events, which are plain JSON; undefined for anything else. */
export function decodeEventKeys(text: string): EventKeys | undefined {
  try {
    const keys: unknown = JSON.parse(text);
    return typeof keys === "object" && keys !== null && !Array.isArray(keys) ? keys as EventKeys : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a tree from compact JSON; undefined for anything else. */
export function decodeTree(text: string): ValueMap | undefined {
  const parsed = parseJson(text);
  return "problem" in parsed || !isValueMap(parsed.value) ? undefined : parsed.value;
}
