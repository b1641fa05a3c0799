import type { ContextId } from "./context_id.ts";
import type { Operation } from "./tree/operations.ts";
import { formatPath } from "./tree/path.ts";
import { toValue, type Value, type ValueMap } from "./tree/value.ts";
import type { ContextVersion } from "./version.ts";

/** Makes the document of a version that `watch` and `history --json` print: paths are texts there. */
export function versionDocument(
  id: ContextId,
  { version, time, actor, operations, event }: ContextVersion,
): ValueMap {
  return new Map<string, Value>([
    ["id", id],
    ["version", version],
    ["time", time],
    ["actor", actor],
    ["operations", operations.map(operationDocument)],
    ...event === undefined ? [] : [["event", toValue(event)] as const],
  ]);
}

function operationDocument(operation: Operation): ValueMap {
  if (operation.op === "replace") return new Map([["op", operation.op]]);
  const entries: [string, Value][] = [["op", operation.op], ["path", formatPath(operation.path)]];
  return new Map(operation.op === "unset" ? entries : [...entries, ["value", operation.value]]);
}
