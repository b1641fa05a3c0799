import type { BuildEvent } from "../build_event.ts";

const KINDS: readonly BuildEvent["kind"][] = [
  "build_started",
  "step_started",
  "step_output",
  "step_ended",
  "warning",
  "build_ended",
];

/**
 * Reads an event that a worker sent as JSON. Undefined if it lacks what every reader of events uses: its kind, its
 * instant, its step with the identifiers and names, its lines or its text.
 */
export function readEvent(value: unknown): BuildEvent | undefined {
  if (!isMap(value) || !KINDS.some((kind) => kind === value["kind"])) return undefined;
  if (typeof value["at"] !== "number") return undefined;
  switch (value["kind"] as BuildEvent["kind"]) {
    case "build_started":
      return areTexts(value, ["pipeline", "traceId"]) ? value as unknown as BuildEvent : undefined;
    case "warning":
      return areTexts(value, ["text"]) ? value as unknown as BuildEvent : undefined;
    case "build_ended":
      return isMap(value["result"]) ? value as unknown as BuildEvent : undefined;
    case "step_started":
      return isStep(value["step"]) ? value as unknown as BuildEvent : undefined;
    case "step_output": {
      const { lines } = value;
      const hasLines = Array.isArray(lines) && lines.every((line) => typeof line === "string");
      return isStep(value["step"]) && hasLines ? value as unknown as BuildEvent : undefined;
    }
    case "step_ended": {
      const { result } = value;
      const isResult = isStep(result) && areTexts(result, ["status"]) &&
        typeof result["startedAt"] === "number" && typeof result["durationMs"] === "number";
      return isStep(value["step"]) && isResult ? value as unknown as BuildEvent : undefined;
    }
  }
}

type JsonMap = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStep(value: unknown): value is JsonMap {
  return isMap(value) && areTexts(value, ["id", "name", "path", "kind"]) &&
    (value["parentId"] === undefined || typeof value["parentId"] === "string");
}

function areTexts(map: JsonMap, names: readonly string[]): boolean {
  return names.every((name) => typeof map[name] === "string");
}
