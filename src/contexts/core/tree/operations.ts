import { AppError, usageError } from "../../../lib/errors.ts";
import { formatPath, type Path } from "./path.ts";
import { equalValues, isValueList, isValueMap, type Value, type ValueMap } from "./value.ts";

/** One change of a tree. A write is a list of them, so that writes of others in between are kept. */
export type Operation =
  | { readonly op: "set" | "append" | "append_unique"; readonly path: Path; readonly value: Value }
  | { readonly op: "unset"; readonly path: Path }
  /** The whole tree became another one: `init`, `import`, `rollback`, or a write of an older client. */
  | { readonly op: "replace" };

/** Two keys of `state` name the context itself. */
const PROTECTED: readonly Path[] = [["state", "cicdContextDataId"], ["state", "cicdContextName"]];

/**
 * Applies operations in their order and returns the new tree; the old one stays. Throws AppError
 * `path_protected` (exit
 * code 2), `path_blocked`, `index_beyond` and `not_a_list` (exit code 1), with the path.
 */
export function applyOperations(tree: ValueMap, operations: readonly Operation[]): ValueMap {
  let result = tree;
  for (const operation of operations) {
    if (operation.op === "replace") continue;
    assertUnprotected(operation.path);
    result = asMap(change(result, operation, 0));
  }
  return result;
}

/** The value at a path; undefined if it is absent. A negative index counts from the end. */
export function valueAt(tree: Value, path: Path): Value | undefined {
  let value: Value | undefined = tree;
  for (const segment of path) {
    if (typeof segment === "string") value = isValueMap(value) ? value.get(segment) : undefined;
    else value = isValueList(value) ? value.at(segment) : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

function assertUnprotected(path: Path): void {
  const hit = PROTECTED.find((kept) =>
    path.every((segment, index) => index >= kept.length || segment === kept[index])
  );
  if (hit === undefined) return;
  throw usageError(
    "path_protected",
    `Changing ${formatPath(path)}: ${formatPath(hit)} names the context and cannot be changed`,
    path.length < hit.length
      ? "Change single keys below it"
      : 'Make another context with "showtime context init"',
  );
}

type PathOperation = Exclude<Operation, { readonly op: "replace" }>;

/** Returns what stands at `depth` of the path after the operation; undefined where nothing is left. */
function change(value: Value | undefined, operation: PathOperation, depth: number): Value | undefined {
  const segment = operation.path[depth];
  if (segment === undefined) return changeHere(value, operation);
  if (typeof segment === "number") return changeElement(value, operation, { depth, index: segment });
  if (value !== undefined && !isValueMap(value)) {
    if (operation.op === "unset") return value;
    throw blocked(value, operation.path.slice(0, depth), "a map");
  }
  if (operation.op === "unset" && !value?.has(segment)) return value;
  const inner = change(value?.get(segment), operation, depth + 1);
  const copy = new Map(value);
  if (inner === undefined) copy.delete(segment);
  else copy.set(segment, inner);
  return copy;
}

function changeElement(
  value: Value | undefined,
  operation: PathOperation,
  { depth, index }: { readonly depth: number; readonly index: number },
): Value | undefined {
  const above = operation.path.slice(0, depth);
  if (value !== undefined && !isValueList(value)) {
    if (operation.op === "unset") return value;
    throw blocked(value, above, "a list");
  }
  const list = value ?? [];
  if (operation.op === "unset" && index >= list.length) return value;
  if (index > list.length) {
    throw new AppError(
      "index_beyond",
      `Changing ${formatPath(operation.path)}: ${formatPath(above)} has ${list.length} elements`,
      { hint: `Use ${formatPath([...above, list.length])} to append` },
    );
  }
  const inner = change(list[index], operation, depth + 1);
  return inner === undefined ? list.toSpliced(index, 1) : list.toSpliced(index, 1, inner);
}

function changeHere(value: Value | undefined, operation: PathOperation): Value | undefined {
  if (operation.op === "unset") return undefined;
  if (operation.op === "set") return operation.value;
  if (value !== undefined && !isValueList(value)) {
    throw new AppError(
      "not_a_list",
      `Appending to ${formatPath(operation.path)}: it holds ${kindOf(value)}`,
      { hint: `Set it to a list first: ${formatPath(operation.path)}:=[]` },
    );
  }
  const list = value ?? [];
  const there = operation.op === "append_unique" && list.some((each) => equalValues(each, operation.value));
  return there ? list : [...list, operation.value];
}

function blocked(value: Value, path: Path, wanted: string): AppError {
  return new AppError(
    "path_blocked",
    `Changing the tree below ${formatPath(path)}: it holds ${kindOf(value)}, not ${wanted}`,
    {
      hint: `Unset ${formatPath(path)} first, or choose another path`,
    },
  );
}

/** Names the kind of a value in a sentence. */
export function kindOf(value: Value): string {
  if (value === null) return "null";
  if (isValueMap(value)) return "a map";
  if (isValueList(value)) return "a list";
  return typeof value === "string" ? "a text" : typeof value === "boolean" ? "a boolean" : "a number";
}

function asMap(value: Value | undefined): ValueMap {
  return isValueMap(value) ? value : new Map();
}
