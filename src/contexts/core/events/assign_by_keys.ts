import { AppError } from "../../../lib/errors.ts";
import { kindOf, type Operation } from "../tree/operations.ts";
import { formatPath, type Path } from "../tree/path.ts";
import { isFalsy } from "../tree/python_text.ts";
import { equalValues, isValueList, isValueMap, type Value, type ValueMap } from "../tree/value.ts";

/** Clears a list as the text of an assignment. */
const EMPTY_LIST = "[]";

interface Parts {
  readonly value: string;
  readonly unique: boolean;
  /** The value that stands there now. */
  readonly there: Value | undefined;
}

/**
 * Appends parts, or clears a list. On anything but a list both are the error of appending. A list of unique
 * parts loses what it has twice.
 */
export function planParts(path: Path, { value, unique, there }: Parts): readonly Operation[] {
  const clears = value === EMPTY_LIST && (there === undefined || isValueList(there));
  if (clears) return [{ op: "set", path, value: [] }];
  const parts = value.split(",");
  if (unique && isValueList(there) && distinct(there).length < there.length) {
    return [{ op: "set", path, value: distinct([...there, ...parts]) }];
  }
  return parts.map((part) => ({ op: unique ? "append_unique" : "append", path, value: part }));
}

/**
 * Makes the operations of an assignment as the original tool: a scalar in the way is replaced and the rest of
 * the path is dropped, a falsy value becomes a list, and marks of lists count only at a key that exists or is
 * the last. Throws AppError `not_a_text` (exit code 1) for the parts of a value that is no text.
 */
export function assignByKeys(
  tree: ValueMap,
  { to, value }: { readonly to: string; readonly value: Value },
): readonly Operation[] {
  const segments = to.trim().split(".");
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
      if (typeof value !== "string") throw notText(path, value);
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

function distinct(list: readonly Value[]): readonly Value[] {
  return list.filter((each, index) => list.findIndex((other) => equalValues(other, each)) === index);
}

function notText(path: Path, value: Value): AppError {
  return new AppError("not_a_text", `Appending to ${formatPath(path)}: the value is ${kindOf(value)}`, {
    hint: "Give the parts as one text, with commas between them",
  });
}
