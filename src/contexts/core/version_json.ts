/** Versions and their operations as JSON: in stores, in `history --json` and in `watch`. */

import type { EventStep } from "./events/event_keys.ts";
import type { Operation } from "./tree/operations.ts";
import { formatPath, parsePath } from "./tree/path.ts";
import { isValueList, isValueMap, toValue, type Value, type ValueMap } from "./tree/value.ts";
import type { ContextVersion } from "./version.ts";

/** Converts a version into a value for {@link formatJson}. */
export function versionToValue({ version, time, actor, operations, event }: ContextVersion): ValueMap {
  return new Map<string, Value>([
    ["version", version],
    ["time", time],
    ["actor", actor],
    ["operations", operations.map(operationToValue)],
    ...event === undefined ? [] : [["event", toValue(event)] as const],
  ]);
}

/** Converts a value that {@link versionToValue} made back; undefined if it is something else. */
export function versionFromValue(value: Value | undefined): ContextVersion | undefined {
  if (!isValueMap(value)) return undefined;
  const [version, time, actor] = [value.get("version"), value.get("time"), value.get("actor")];
  const list = value.get("operations");
  if (typeof version !== "number" || typeof time !== "string" || typeof actor !== "string") return undefined;
  if (!isValueList(list)) return undefined;
  const operations = list.map(operationFromValue);
  if (!operations.every((each) => each !== undefined)) return undefined;
  const event = eventFromValue(value.get("event"));
  return { version, time, actor, operations, ...event === undefined ? {} : { event } };
}

function operationToValue(operation: Operation): ValueMap {
  if (operation.op === "replace") return new Map([["op", operation.op]]);
  const base: [string, Value][] = [["op", operation.op], ["path", formatPath(operation.path)]];
  return new Map(operation.op === "unset" ? base : [...base, ["value", operation.value]]);
}

function operationFromValue(value: Value): Operation | undefined {
  if (!isValueMap(value)) return undefined;
  const op = value.get("op");
  if (op === "replace") return { op };
  const text = value.get("path");
  if (typeof text !== "string") return undefined;
  const path = parsePath(text);
  if (op === "unset") return { op, path };
  const content = value.get("value");
  if (content === undefined || (op !== "set" && op !== "append" && op !== "append_unique")) return undefined;
  return { op, path, value: content };
}

function eventFromValue(value: Value | undefined): EventStep | undefined {
  if (!isValueMap(value)) return undefined;
  const text = (name: string) => String(value.get(name) ?? "");
  const step = text("step");
  if (step !== "intent" && step !== "done" && step !== "failed") return undefined;
  return {
    pipeline: text("pipeline"),
    event: text("event"),
    handler: text("handler"),
    step,
    ...value.has("key") ? { key: text("key") } : {},
    ...value.has("idempotencyKey") ? { idempotencyKey: text("idempotencyKey") } : {},
  };
}
