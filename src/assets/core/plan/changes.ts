/** The differences between two assets, field by field, as a plan lists them. */

import type { Asset } from "../asset.ts";
import { equalTrees, isList, isMap, listOf, textOf, type Tree, type TreeMap, valueOf } from "../tree.ts";

/** One difference. A missing value is undefined. */
export interface FieldChange {
  /** Keys and names from the top, joined by dots: `metrics.count.expression`, `position.ROW-a.children`. */
  readonly path: string;
  readonly before: Tree | undefined;
  readonly after: Tree | undefined;
}

/** Lists whose members have names: they are compared by name, not by place. */
const NAMED: Readonly<Record<string, string>> = {
  metrics: "metric_name",
  columns: "column_name",
  native_filter_configuration: "id",
};

/** Fields that are never missing on a server: an empty one is only not written. */
const WHOLE = new Set(["params", "position", "metadata"]);

/** Lists the differences between two versions of an asset, in the order of the newer one. */
export function changesOf(before: Asset, after: Asset): readonly FieldChange[] {
  return compare(before.tree, after.tree, "");
}

function compare(before: Tree | undefined, after: Tree | undefined, path: string): readonly FieldChange[] {
  if (equalTrees(before, after)) return [];
  if (WHOLE.has(path) && (before === undefined || after === undefined)) {
    return compare(before ?? {}, after ?? {}, path);
  }
  if (isMap(before) && isMap(after)) return compareMaps(before, after, path);
  const name = NAMED[path.split(".").at(-1) ?? ""];
  if (name !== undefined && isList(before ?? []) && isList(after ?? [])) {
    return compareMaps(byName(before, name), byName(after, name), path);
  }
  if (isList(before) && isList(after)) {
    if (before.length === after.length && before.every(isMap) && after.every(isMap)) {
      return before.flatMap((each, index) => compare(each, after[index], `${path}.${index}`));
    }
  }
  return [{ path, before, after }];
}

function compareMaps(before: TreeMap, after: TreeMap, path: string): readonly FieldChange[] {
  const keys = [...Object.keys(after), ...Object.keys(before).filter((key) => !Object.hasOwn(after, key))];
  return keys.flatMap((key) =>
    compare(valueOf(before, key), valueOf(after, key), path === "" ? key : `${path}.${key}`)
  );
}

function byName(list: Tree | undefined, name: string): TreeMap {
  return Object.fromEntries(
    (isList(list) ? list : []).map((
      each,
      index,
    ) => [isMap(each) ? textOf(each, name) ?? `${index}` : `${index}`, each]),
  );
}

/** Names the columns and metrics of a dataset that the newer version no longer has: a push deletes them. */
export function lostMembers(before: Asset, after: Asset): readonly string[] {
  if (before.kind !== "dataset") return [];
  return (["columns", "metrics"] as const).flatMap((key) => {
    const name = NAMED[key] ?? "";
    const left = new Set(listOf(after.tree, key).map((each) => isMap(each) ? each[name] : undefined));
    return listOf(before.tree, key).flatMap((each) =>
      isMap(each) && !left.has(each[name]) ? [`${key}.${textOf(each, name) ?? ""}`] : []
    );
  });
}
