/** The form in which stores keep a version besides its tree: JSON with the operations' values kept exactly. */

import type { EventKeys, EventStep } from "./events/event_keys.ts";
import type { Operation } from "./tree/operations.ts";
import type { Path } from "./tree/path.ts";
import { formatJson } from "./tree/format_json.ts";
import { parseJson } from "./tree/parse_json.ts";
import { isValueList, isValueMap, toValue, type Value, type ValueMap } from "./tree/value.ts";
import type { ContextVersion } from "./version.ts";

/** Formats a version as compact JSON. */
export function encodeVersion(version: ContextVersion): string {
  return formatJson(versionToValue(version), { compact: true });
}

/** Converts a version into a value, as part of a larger document. */
export function versionToValue({ version, time, actor, operations, event }: ContextVersion): ValueMap {
  const entries: [string, Value][] = [
    ["version", version],
    ["time", time],
    ["actor", actor],
    ["operations", operations.map(operationToValue)],
  ];
  if (event !== undefined) entries.push(["event", toValue(event)]);
  return new Map(entries);
}

function operationToValue(operation: Operation): ValueMap {
  if (operation.op === "replace") return new Map([["op", operation.op]]);
  const entries: [string, Value][] = [["op", operation.op], ["path", operation.path]];
  if (operation.op !== "unset") entries.push(["value", operation.value]);
  return new Map(entries);
}

/** Reads what {@link encodeVersion} wrote; undefined for anything else. */
export function decodeVersion(text: string): ContextVersion | undefined {
  const parsed = parseJson(text);
  return "problem" in parsed ? undefined : versionFromValue(parsed.value);
}

/** Reads what {@link versionToValue} made; undefined for anything else. */
export function versionFromValue(value: Value | undefined): ContextVersion | undefined {
  if (!isValueMap(value)) return undefined;
  const [version, time, actor] = ["version", "time", "actor"].map((key) => value.get(key));
  const listed = value.get("operations");
  if (typeof version !== "number" || typeof time !== "string" || typeof actor !== "string") return undefined;
  if (!isValueList(listed)) return undefined;
  const operations = listed.map(operationFromValue);
  if (!operations.every((each) => each !== undefined)) return undefined;
  const event = eventFromValue(value.get("event"));
  return { version, time, actor, operations, ...(event === undefined ? {} : { event }) };
}

function operationFromValue(value: Value): Operation | undefined {
  if (!isValueMap(value)) return undefined;
  const [op, path, operand] = ["op", "path", "value"].map((key) => value.get(key));
  if (op === "replace") return { op };
  if (!isPath(path)) return undefined;
  if (op === "unset") return { op, path };
  if (op !== "set" && op !== "append" && op !== "append_unique") return undefined;
  return operand === undefined ? undefined : { op, path, value: operand };
}

function isPath(value: Value | undefined): value is Path {
  return isValueList(value) &&
    value.every((segment) => typeof segment === "string" || typeof segment === "number");
}

function eventFromValue(value: Value | undefined): EventStep | undefined {
  if (!isValueMap(value)) return undefined;
  const [pipeline, event, handler, step, key] = ["pipeline", "event", "handler", "step", "key"]
    .map((name) => value.get(name));
  if (typeof pipeline !== "string" || typeof event !== "string" || typeof handler !== "string") {
    return undefined;
  }
  if (step !== "intent" && step !== "done" && step !== "failed") return undefined;
  const idempotencyKey = value.get("idempotencyKey");
  return {
    pipeline,
    event,
    handler,
    step,
    ...(typeof key === "string" ? { key } : {}),
    ...(typeof idempotencyKey === "string" ? { idempotencyKey } : {}),
  };
}

/** Reads the keys of events as they were written, which is plain JSON; undefined for anything else. */
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
