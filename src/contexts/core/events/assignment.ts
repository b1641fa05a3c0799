import { usageError } from "../../../lib/errors.ts";
import { type Operation, valueAt } from "../tree/operations.ts";
import { type Path, readPath } from "../tree/path.ts";
import { equalValues, isValueList, isValueMap, type Value, type ValueMap } from "../tree/value.ts";
import type { EventRules } from "./event_rules.ts";

/** A text for a place, as `set-values`, generators and captures assign it. */
export interface Assignment {
  /** `a.b`; with `[]` or `{}` after it, the text's parts between commas are appended. */
  readonly to: string;
  readonly value: string;
}

/** Clears a list as the text of an assignment. */
const EMPTY_LIST = "[]";

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
  return rules.readsPaths ? planByPath(tree, assignment) : planByKeys(tree, assignment);
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

interface Parts {
  readonly value: string;
  readonly unique: boolean;
  /** The value that stands there now. */
  readonly there: Value | undefined;
}

/** Appends parts, or clears a list. On anything but a list both are the error of appending. */
function planParts(path: Path, { value, unique, there }: Parts): readonly Operation[] {
  const clears = value === EMPTY_LIST && (there === undefined || isValueList(there));
  if (clears) return [{ op: "set", path, value: [] }];
  return value.split(",").map((part) => ({ op: unique ? "append_unique" : "append", path, value: part }));
}

/**
 * Makes the operations as the original tool: a scalar in the way is replaced and the rest of the path is
 * dropped, a falsy value becomes a list, and marks of lists count only at a key that exists or is the last.
 */
function planByKeys(tree: ValueMap, { to, value }: Assignment): readonly Operation[] {
  const segments = to.split(".");
  let map: ValueMap | undefined = tree;
  const path: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const [isList, isSet] = [segment.includes("[]"), segment.includes("{}")];
    const key = segment.replaceAll("[]", "").replaceAll("{}", "");
    path.push(key);
    const last = index === segments.length - 1;
    const there: Value | undefined = map?.get(key);
    if (there === undefined && !last) {
      map = undefined;
      continue;
    }
    if (isList || isSet) {
      const unique = isSet && !(isList && there !== undefined);
      if (there === undefined || isValueList(there) || !isFalsy(there)) {
        return planParts(path, { value, unique, there });
      }
      return [{ op: "set", path, value: [] }, ...planParts(path, { value, unique, there: [] })];
    }
    if (isValueMap(there) && !last) {
      map = there;
      continue;
    }
    return [{ op: "set", path, value }];
  }
  return [];
}

function isFalsy(value: Value): boolean {
  if (isValueList(value)) return value.length === 0;
  if (isValueMap(value)) return value.size === 0;
  return value === null || value === false || value === "" || equalValues(value, 0);
}
