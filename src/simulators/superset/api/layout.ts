/** The places of a dashboard where charts and datasets are named. */

import { isList, isMap, listOf, mapOf, textOf, type Tree, type TreeMap } from "../../../assets/core/tree.ts";

/** Lists the charts of a layout, with their numbers and UUIDs. */
export function chartNodes(
  position: TreeMap,
): readonly { readonly id: number; readonly uuid: string | undefined }[] {
  return Object.values(position).flatMap((node) => {
    if (!isMap(node) || node["type"] !== "CHART") return [];
    const meta = mapOf(node, "meta");
    return [{ id: Number(meta["chartId"]), uuid: textOf(meta, "uuid") }];
  });
}

/** Applies a change to every target of the native filters. */
export function changeTargets(metadata: TreeMap, change: (target: TreeMap) => TreeMap): TreeMap {
  const filters = metadata["native_filter_configuration"];
  if (!isList(filters)) return metadata;
  return {
    ...metadata,
    native_filter_configuration: filters.map((filter): Tree =>
      isMap(filter)
        ? { ...filter, targets: listOf(filter, "targets").map((each) => isMap(each) ? change(each) : each) }
        : filter
    ),
  };
}
