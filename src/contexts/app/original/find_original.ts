import { AppError } from "../../../lib/errors.ts";
import { findAll } from "../../core/tree/json_path.ts";
import type { Value, ValueMap } from "../../core/tree/value.ts";

/**
 * Finds what an expression of the original tool names: one match as it is, a list of several, undefined for
 * none. Throws AppError `path_invalid` if it cannot be read.
 */
export function findOriginal(tree: ValueMap, expression: string): Value | undefined {
  const found = findAll(tree, expression, { original: true });
  return found.length > 1 ? found : found[0];
}

/** Finds the same; the expression itself as a text if it names nothing or cannot be read. */
export function findOrText(tree: ValueMap, expression: string): Value {
  try {
    return findOriginal(tree, expression) ?? expression;
  } catch (error) {
    if (error instanceof AppError) return expression;
    throw error;
  }
}
