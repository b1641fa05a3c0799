import { usageError } from "../../../lib/errors.ts";
import { formatJson } from "./format_json.ts";
import { formatPath, type Path } from "./path.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "./value.ts";

/** The most bytes that a tree may have as compact JSON: 8 MiB. */
export const LARGEST_TREE = 8 * 1024 * 1024;

/** The most levels that a tree may have. */
export const DEEPEST_TREE = 64;

/**
 * Formats a tree as compact JSON, as stores keep it. Throws AppError `tree_too_large`, `tree_too_deep` and
 * `number_invalid` (exit code 2).
 */
export function encodeTree(tree: ValueMap): string {
  assertStorable(tree, []);
  const text = formatJson(tree, { compact: true });
  const bytes = bytesOf(text);
  if (bytes <= LARGEST_TREE) return text;
  throw usageError(
    "tree_too_large",
    `Writing the context: it has ${bytes} bytes as JSON, and the limit is ${LARGEST_TREE}`,
    "Keep large data outside, and its address in the context",
  );
}

/** The bytes that a value has as compact JSON. */
export function jsonBytes(value: Value): number {
  return bytesOf(formatJson(value, { compact: true }));
}

/** The levels of a value below itself: 0 for a scalar or an empty list. */
export function heightOf(value: Value): number {
  let height = 0;
  const inner = isValueList(value) ? value : isValueMap(value) ? value.values() : [];
  for (const each of inner) height = Math.max(height, 1 + heightOf(each));
  return height;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function assertStorable(value: Value, path: Path): void {
  if (path.length > DEEPEST_TREE) {
    throw usageError(
      "tree_too_deep",
      `Writing the context: ${formatPath(path.slice(0, 4))} is nested deeper than ${DEEPEST_TREE} levels`,
      "Use fewer levels",
    );
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw usageError(
      "number_invalid",
      `Writing the context: ${formatPath(path)} is not a finite number`,
      "Quote it to make it a text",
    );
  }
  if (isValueList(value)) value.forEach((each, index) => assertStorable(each, [...path, index]));
  if (isValueMap(value)) value.forEach((each, key) => assertStorable(each, [...path, key]));
}
