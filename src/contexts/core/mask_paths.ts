import type { Operation } from "./tree/operations.ts";
import type { Path } from "./tree/path.ts";
import { isValueList, isValueMap, type Value } from "./tree/value.ts";

const MASK = "***";

/** Replaces what stands at some places, for output. `at` is the place of the value in its tree. */
export function maskPaths(
  value: Value,
  places: readonly Path[],
  { at = [] }: { readonly at?: Path } = {},
): Value {
  if (places.some((place) => isBelow(at, place))) return MASK;
  const inside = places.filter((place) => isBelow(place, at));
  if (inside.length === 0) return value;
  if (isValueList(value)) return value.map((each, index) => maskPaths(each, inside, { at: [...at, index] }));
  if (!isValueMap(value)) return value;
  return new Map([...value].map(([key, each]) => [key, maskPaths(each, inside, { at: [...at, key] })]));
}

/** Whether a value at a path, or a part of it, stands at one of some places. */
export function touches(path: Path, places: readonly Path[]): boolean {
  return places.some((place) => isBelow(path, place) || isBelow(place, path));
}

/** Masks the values of operations at some places. */
export function maskOperation(operation: Operation, places: readonly Path[]): Operation {
  if (operation.op === "replace" || operation.op === "unset") return operation;
  const { op, path } = operation;
  // An appended value may be any element of its list.
  const elements = op === "set" ? [] : places.filter((place) => isBelow(place, path))
    .map((place) => place[path.length]).filter((segment) => typeof segment === "number");
  const value = [path, ...elements.map((index) => [...path, index])]
    .reduce((masked, at) => maskPaths(masked, places, { at }), operation.value);
  return { ...operation, value };
}

/** Whether a place is another one or lies below it. */
function isBelow(place: Path, above: Path): boolean {
  return above.every((segment, index) => segment === place[index]);
}
