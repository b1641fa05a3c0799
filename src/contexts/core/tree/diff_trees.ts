import type { Path } from "./path.ts";
import { equalValues, isValueList, isValueMap, type Value } from "./value.ts";

/** One difference between two trees. */
export interface Difference {
  readonly op: "add" | "change" | "remove";
  readonly path: Path;
  /** Undefined where something was added. */
  readonly before: Value | undefined;
  /** Undefined where something was removed. */
  readonly after: Value | undefined;
}

/** Lists the differences between two trees, at the deepest places, in the order of the keys. */
export function diffTrees(
  before: Value | undefined,
  after: Value | undefined,
  { path = [] }: { readonly path?: Path } = {},
): readonly Difference[] {
  if (before === undefined) return after === undefined ? [] : [{ op: "add", path, before, after }];
  if (after === undefined) return [{ op: "remove", path, before, after }];
  if (isValueMap(before) && isValueMap(after)) {
    const keys = new Set([...before.keys(), ...after.keys()]);
    return [...keys].flatMap((key) => diffTrees(before.get(key), after.get(key), { path: [...path, key] }));
  }
  if (isValueList(before) && isValueList(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from(
      { length },
      (_, index) => diffTrees(before[index], after[index], { path: [...path, index] }),
    )
      .flat();
  }
  return equalValues(before, after) ? [] : [{ op: "change", path, before, after }];
}
