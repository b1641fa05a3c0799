/**
 * Brings assets from the stored form into the files that Superset imports, with the ids of the instance that receives
 * them (assets.md, "Push").
 */

import { type Asset, type Uuid } from "./asset.ts";
import {
  chartsInScope,
  chartsOfLayout,
  readScope,
  renameCharts,
  type Scope,
} from "./stored_form/chart_references.ts";
import {
  COLUMN_FIELDS,
  type Field,
  FIELDS,
  METRIC_FIELDS,
  type SupersetVersion,
} from "./stored_form/fields.ts";
import {
  formatJson,
  isList,
  isMap,
  listOf,
  mapOf,
  textOf,
  type Tree,
  type TreeMap,
  valueOf,
  without,
} from "./tree.ts";

/** The facts about the receiving instance that the files depend on. */
export interface Receiver {
  readonly version: SupersetVersion;
  /** Returns the numeric id of a chart or dataset there; undefined if it has none yet. */
  idOf(uuid: Uuid): number | undefined;
  /** Whether the theme's file is in the same bundle. Without it the theme would be taken away. */
  hasTheme(uuid: string): boolean;
}

/** Returns the content of the file that Superset imports for an asset. Every field that the version knows is present. */
export function toSupersetFile(asset: Asset, receiver: Receiver): TreeMap {
  const { kind, tree } = asset;
  switch (kind) {
    case "database":
    case "theme":
      return tree;
    case "dataset":
      return {
        ...complete(tree, FIELDS.dataset, receiver),
        params: tree["params"] ?? {},
        extra: tree["extra"] ?? {},
        metrics: members(listOf(tree, "metrics"), METRIC_FIELDS, { version: receiver.version }),
        columns: members(listOf(tree, "columns"), COLUMN_FIELDS, { version: receiver.version }),
      };
    case "chart":
      return chartFile(asset, receiver);
    case "dashboard":
      return dashboardFile(asset, receiver);
  }
}

/** Adds a value for each field that the stored form leaves out: a missing one would keep its old value on the server. */
function complete(tree: TreeMap, fields: readonly Field[], { version }: Pick<Receiver, "version">): TreeMap {
  const known = fields.filter(({ since }) => since === undefined || since <= version);
  const unknown = fields.filter((field) => !known.includes(field)).map(({ name }) => name);
  const names = new Set(known.map(({ name }) => name));
  return {
    ...Object.fromEntries(known.map(({ name, empty }) => [name, valueOf(tree, name) ?? empty])),
    ...Object.fromEntries(
      Object.entries(tree).filter(([name]) => !names.has(name) && !unknown.includes(name)),
    ),
  };
}

function members(
  list: readonly Tree[],
  fields: readonly Field[],
  { version }: Pick<Receiver, "version">,
): Tree {
  return list.map((each) => isMap(each) ? complete(each, fields, { version }) : each);
}

/** Names the fields with a value that the receiver's version does not know, and that a push leaves out. */
export function unknownFields({ kind, tree }: Asset, version: SupersetVersion): readonly string[] {
  if (kind === "database") return [];
  const missing = (map: TreeMap, fields: readonly Field[]) =>
    fields.filter(({ name, since }) => since !== undefined && since > version && Object.hasOwn(map, name))
      .map(({ name }) => name);
  const inside = (key: string, fields: readonly Field[]) =>
    listOf(tree, key).flatMap((each) =>
      isMap(each) ? missing(each, fields).map((name) => `${key}.${name}`) : []
    );
  const found = [
    ...missing(tree, FIELDS[kind]),
    ...(kind === "dataset" ? [...inside("metrics", METRIC_FIELDS), ...inside("columns", COLUMN_FIELDS)] : []),
  ];
  return [...new Set(found)];
}

function chartFile({ uuid, tree }: Asset, receiver: Receiver): TreeMap {
  const dataset = textOf(tree, "dataset_uuid") as Uuid | undefined;
  const ids = {
    chart: receiver.idOf(uuid),
    dataset: dataset === undefined ? undefined : receiver.idOf(dataset),
  };
  return {
    ...complete(tree, FIELDS.chart, receiver),
    params: { ...mapOf(tree, "params"), ...formIds(ids) },
    query_context: queryContext(tree["query_context"] ?? null, ids),
  };
}

interface ChartIds {
  readonly chart: number | undefined;
  readonly dataset: number | undefined;
}

function formIds({ chart, dataset }: ChartIds): TreeMap {
  return {
    ...(dataset === undefined ? {} : { datasource: `${dataset}__table` }),
    ...(chart === undefined ? {} : { slice_id: chart }),
  };
}

/** A stored map becomes JSON text with the receiver's ids. The importer writes the dataset's id, if a place for it is there. */
function queryContext(value: Tree, ids: ChartIds): Tree {
  if (!isMap(value)) return value;
  const formData = valueOf(value, "form_data");
  return formatJson({
    datasource: { id: ids.dataset ?? 0, type: "table" },
    ...value,
    ...(isMap(formData) ? { form_data: { ...formData, ...formIds(ids) } } : {}),
  });
}

function dashboardFile({ tree }: Asset, receiver: Receiver): TreeMap {
  const position = mapOf(tree, "position");
  const ids = idsOf(position, receiver);
  const theme = textOf(tree, "theme_uuid");
  const themed = theme === undefined || receiver.hasTheme(theme);
  const file = {
    ...complete(tree, FIELDS.dashboard, receiver),
    position: withChartIds(position, ids),
    metadata: withScopes(position, renameCharts(mapOf(tree, "metadata"), (uuid) => ids.get(uuid)), ids),
  };
  return themed ? file : without(file, ["theme_uuid"]);
}

/** The id of each chart of the layout: the receiver's, or a free number for a chart that it does not have yet. */
function idsOf(position: TreeMap, receiver: Receiver): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const uuids = [...new Set(chartsOfLayout(position).flatMap(({ uuid }) => uuid === undefined ? [] : [uuid]))]
    .sort();
  for (const uuid of uuids) {
    const id = receiver.idOf(uuid);
    if (id !== undefined) ids.set(uuid, id);
  }
  let free = Math.max(0, ...ids.values());
  for (const uuid of uuids) if (!ids.has(uuid)) ids.set(uuid, ++free);
  return ids;
}

function withChartIds(position: TreeMap, ids: ReadonlyMap<string, number>): TreeMap {
  return Object.fromEntries(
    Object.entries(position).map(([key, node]): [string, Tree] => {
      if (!isMap(node) || node["type"] !== "CHART") return [key, node];
      const meta = mapOf(node, "meta");
      const id = ids.get(String(meta["uuid"]));
      return [key, id === undefined ? node : { ...node, meta: { ...meta, chartId: id } }];
    }),
  );
}

/** Adds the charts that each filter applies to, with the receiver's ids. An import keeps these lists as they are. */
function withScopes(position: TreeMap, metadata: TreeMap, ids: ReadonlyMap<string, number>): TreeMap {
  const covered = (scope: Scope) =>
    chartsInScope(position, { scope, referenceOf: (uuid) => String(ids.get(uuid)) }).map((uuid) =>
      ids.get(uuid) ?? 0
    )
      .sort((a, b) => a - b);
  const global = mapOf(metadata, "global_chart_configuration");
  const everywhere = readScope(global["scope"]) ?? { rootPath: ["ROOT_ID"], excluded: [] };
  const configuration = valueOf(metadata, "chart_configuration");
  const filters = valueOf(metadata, "native_filter_configuration");
  return {
    ...metadata,
    ...(isList(filters)
      ? {
        native_filter_configuration: filters.map((filter) => {
          const scope = isMap(filter) ? readScope(filter["scope"]) : undefined;
          return !isMap(filter) || scope === undefined
            ? filter
            : { ...filter, chartsInScope: covered(scope) };
        }),
      }
      : {}),
    ...(isMap(configuration)
      ? {
        chart_configuration: Object.fromEntries(
          Object.entries(configuration).map(([id, each]): [string, Tree] => {
            if (!isMap(each) || !isMap(each["crossFilters"])) return [id, each];
            const { crossFilters } = each as { crossFilters: TreeMap };
            const charts = covered(readScope(crossFilters["scope"]) ?? everywhere);
            const others = charts.filter((chart) => String(chart) !== id);
            return [id, { ...each, crossFilters: { ...crossFilters, chartsInScope: others } }];
          }),
        ),
      }
      : {}),
    ...(Object.hasOwn(metadata, "global_chart_configuration")
      ? { global_chart_configuration: { ...global, chartsInScope: covered(everywhere) } }
      : {}),
  };
}
