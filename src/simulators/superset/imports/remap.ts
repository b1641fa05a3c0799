/** The numbers in charts and dashboards: an import turns those of the file into the server's. */

import {
  formatJson,
  isList,
  isMap,
  listOf,
  mapOf,
  parseJson,
  type Tree,
  type TreeMap,
  without,
} from "../../../assets/core/tree.ts";
import { changeTargets, chartNodes } from "../api/layout.ts";

/** A number or UUID of the file that leads nowhere. Superset fails with a KeyError there. */
export class KeyMissing extends Error {}

/** The fields of a chart with its dataset's number. */
export function chartFields(fields: TreeMap, dataset: number): TreeMap {
  if (!isMap(fields["params"])) throw new KeyMissing("params");
  const datasource = `${dataset}__table`;
  const layers = listOf(fields["params"], "annotation_layers").filter((layer) =>
    isMap(layer) && layer["annotationType"] === "FORMULA"
  );
  return {
    ...fields,
    params: { ...fields["params"], datasource, annotation_layers: layers },
    ...(typeof fields["query_context"] === "string"
      ? { query_context: queryContext(fields["query_context"], dataset) }
      : {}),
  };
}

function queryContext(text: string, dataset: number): Tree {
  const context = parseJson(text);
  if (!isMap(context)) throw new KeyMissing("query_context");
  const datasource = { id: dataset, type: "table" };
  return formatJson({
    ...context,
    ...(context["datasource"] === undefined ? {} : { datasource }),
    ...(isMap(context["form_data"])
      ? { form_data: { ...context["form_data"], datasource: `${dataset}__table` } }
      : {}),
    ...(isList(context["queries"])
      ? {
        queries: context["queries"].map((query) =>
          isMap(query) && query["datasource"] !== undefined ? { ...query, datasource } : query
        ),
      }
      : {}),
  });
}

/** The fields of a dashboard with the numbers of its charts and of its filters' datasets. `chartsInScope` stays as it is. */
export function dashboardFields(
  fields: TreeMap,
  { idOf }: { readonly idOf: (uuid: string, kind: "chart" | "dataset") => number | undefined },
): TreeMap {
  if (!isMap(fields["position"])) throw new KeyMissing("position");
  const ids = new Map<number, number>();
  for (const { id, uuid } of chartNodes(fields["position"])) {
    const there = uuid === undefined ? undefined : idOf(uuid, "chart");
    if (there !== undefined) ids.set(id, there);
  }
  const strict = (id: unknown): number => {
    const there = ids.get(Number(id));
    if (there === undefined) throw new KeyMissing(String(id));
    return there;
  };
  const excluded = (scope: Tree | undefined): TreeMap => ({
    ...(isMap(scope) ? scope : {}),
    excluded: listOf(isMap(scope) ? scope : {}, "excluded").flatMap((id) => ids.get(Number(id)) ?? []),
  });
  const withScope = (holder: TreeMap): TreeMap =>
    isMap(holder["scope"]) ? { ...holder, scope: excluded(holder["scope"]) } : holder;
  const position = Object.fromEntries(
    Object.entries(fields["position"]).map(([key, node]): [string, Tree] => {
      if (!isMap(node) || node["type"] !== "CHART") return [key, node];
      const meta = mapOf(node, "meta");
      const id = ids.get(Number(meta["chartId"]));
      return [key, id === undefined ? node : { ...node, meta: { ...meta, chartId: id } }];
    }),
  );
  const given = without(mapOf(fields, "metadata"), ["default_filters", "filter_scopes"]);
  const metadata = changeTargets({
    ...given,
    ...(isList(given["timed_refresh_immune_slices"])
      ? { timed_refresh_immune_slices: given["timed_refresh_immune_slices"].map(strict) }
      : {}),
    ...(isMap(given["expanded_slices"])
      ? {
        expanded_slices: Object.fromEntries(
          Object.entries(given["expanded_slices"]).map(([id, value]) => [String(strict(id)), value]),
        ),
      }
      : {}),
    ...(isMap(given["chart_configuration"])
      ? { chart_configuration: crossFilters(given["chart_configuration"], { ids, withScope }) }
      : {}),
    ...(isMap(given["global_chart_configuration"])
      ? { global_chart_configuration: withScope(given["global_chart_configuration"]) }
      : {}),
    native_filter_configuration: listOf(given, "native_filter_configuration").map((filter) =>
      isMap(filter) ? withScope(filter) : filter
    ),
  }, (target) => {
    if (typeof target["datasetUuid"] !== "string") return target;
    const id = idOf(target["datasetUuid"], "dataset");
    if (id === undefined) throw new KeyMissing(target["datasetUuid"]);
    return { ...without(target, ["datasetUuid"]), datasetId: id };
  });
  return { ...fields, position, metadata };
}

function crossFilters(
  configuration: TreeMap,
  { ids, withScope }: {
    readonly ids: ReadonlyMap<number, number>;
    readonly withScope: (holder: TreeMap) => TreeMap;
  },
): TreeMap {
  return Object.fromEntries(
    Object.entries(configuration).flatMap(([key, each]): [string, Tree][] => {
      const id = ids.get(Number(key));
      if (id === undefined || !isMap(each)) return [];
      const filters = isMap(each["crossFilters"]) ? { crossFilters: withScope(each["crossFilters"]) } : {};
      return [[String(id), { ...each, id, ...filters }]];
    }),
  );
}
