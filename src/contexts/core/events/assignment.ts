import { usageError } from "../../../lib/errors.ts";
import { type Operation, valueAt } from "../tree/operations.ts";
import { readPath } from "../tree/path.ts";
import type { ValueMap } from "../tree/value.ts";
import { assignByKeys, planParts } from "./assign_by_keys.ts";
import type { EventRules } from "./event_rules.ts";

/** A text for a place, as `set-values`, generators and captures assign it. */
export interface Assignment {
  /** `a.b`; with `[]` or `{}` after it, the text's parts between commas are appended. */
  readonly to: string;
  readonly value: string;
}

/**
 * Makes the operations of an assignment. The rules decide how the place is read. Throws AppError
 * `path_invalid` (exit code 2).
 */
export function planAssignment(
  tree: ValueMap,
  { to, value }: Assignment,
  { rules }: { readonly rules: EventRules },
): readonly Operation[] {
  const assignment = { to: to.trim(), value: value.trim() };
  return rules.readsPaths ? planByPath(tree, assignment) : assignByKeys(tree, assignment);
}

function planByPath(tree: ValueMap, { to, value }: Assignment): readonly Operation[] {
  const { path, rest } = readPath(to);
  if (path.length === 0 || !["", "[]", "{}"].includes(rest)) {
    throw usageError(
      "path_invalid",
      `Reading the path ${JSON.stringify(to)}: ${
        to === "" ? "it is empty" : `${JSON.stringify(rest)} is not expected`
      }`,
      'Write a path as a.b, a["b.c"], list[0], list[] or list{}',
    );
  }
  if (rest === "") return [{ op: "set", path, value }];
  return planParts(path, { value, unique: rest === "{}", there: valueAt(tree, path) });
}
