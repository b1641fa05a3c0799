import { AppError, usageError } from "../../lib/errors.ts";
import { findAll, isJsonPath } from "../core/tree/json_path.ts";
import { applyOperations, valueAt } from "../core/tree/operations.ts";
import { parsePath, readPath } from "../core/tree/path.ts";
import type { Value, ValueMap } from "../core/tree/value.ts";

/**
 * Finds what a path or a JSONPath names: the value of one match, a list of several, undefined for none. Throws AppError
 * `path_invalid` (exit code 2).
 */
export function findValue(tree: ValueMap, expression: string): Value | undefined {
  if (!isJsonPath(expression)) return valueAt(tree, parsePath(expression));
  const found = findAll(tree, expression);
  return found.length > 1 ? found : found[0];
}

/**
 * Makes the variables of `--var NAME=PATH`, in their order; a name may be dotted. Throws AppError `var_invalid` (exit code
 * 2) and `var_absent` (exit code 1).
 */
export function readVariables(tree: ValueMap, pairs: readonly string[]): ValueMap {
  let variables: ValueMap = new Map();
  for (const pair of pairs) {
    const { path, rest } = readPath(pair);
    if (path.length === 0 || !rest.startsWith("=") || rest.length < 2) {
      throw usageError(
        "var_invalid",
        `Reading --var ${pair}: it is not name=path`,
        "Write it as version=state.version",
      );
    }
    const value = findValue(tree, rest.slice(1));
    if (value === undefined) {
      throw new AppError("var_absent", `Reading --var ${pair}: the context has nothing at ${rest.slice(1)}`, {
        hint: "Set it, or leave the variable out",
      });
    }
    variables = applyOperations(variables, [{ op: "set", path, value }]);
  }
  return variables;
}
