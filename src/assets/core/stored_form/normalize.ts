/**
 * Brings a file of Superset, or of a stored tree, into the stored form: without ids, times and derived fields, with
 * equal content written equally (assets.md, "The stored form").
 */

import { type Asset, type AssetKind, makeAsset, parseUuid, type Uuid } from "../asset.ts";
import {
  equalTrees,
  isList,
  isMap,
  mapOf,
  parseJson,
  textOf,
  type Tree,
  type TreeMap,
  valueOf,
  without,
} from "../tree.ts";
import { chartsOfLayout, filterDatasets, nameAppendedCharts, renameCharts } from "./chart_references.ts";
import { COLUMN_FIELDS, type Field, FIELDS, METRIC_FIELDS, orderFields } from "./fields.ts";

/** Fields that only an import takes; the server says nothing of them in an export. */
const IMPORT_ONLY = ["is_managed_externally", "external_url"];

/**
 * Returns the asset that a file holds in the stored form; undefined if the file has no UUID. Fields of the wrong type are
 * kept as they are: {@link validate} names them.
 */
export function normalize(kind: AssetKind, file: TreeMap): Asset | undefined {
  const uuid = parseUuid(valueOf(file, "uuid"));
  if (uuid === undefined) return undefined;
  const tree = { ...without(file, IMPORT_ONLY), uuid };
  return makeAsset({ kind, uuid }, NORMALIZE[kind](tree));
}

const NORMALIZE: Readonly<Record<AssetKind, (file: TreeMap) => TreeMap>> = {
  database: normalizeDatabase,
  theme: (file) => orderFields(file, FIELDS.theme),
  dataset: normalizeDataset,
  chart: normalizeChart,
  dashboard: normalizeDashboard,
};

/** A database keeps its name, UUID and dialect. Its connection is never stored. */
function normalizeDatabase(file: TreeMap): TreeMap {
  const dialect = textOf(file, "dialect") ?? dialectOf(textOf(file, "sqlalchemy_uri"));
  return Object.fromEntries(
    Object.entries({ database_name: file["database_name"], uuid: file["uuid"], dialect })
      .filter((entry): entry is [string, Tree] => entry[1] !== undefined),
  );
}

/** Returns the dialect that a SQLAlchemy URI begins with, without its driver: `postgresql` of `postgresql+psycopg2://…`. */
export function dialectOf(uri: string | undefined): string | undefined {
  return uri === undefined
    ? undefined
    : /^([A-Za-z0-9_]+)(?:\+[A-Za-z0-9_.]+)?:/.exec(uri)?.[1]?.toLowerCase();
}

function normalizeDataset(file: TreeMap): TreeMap {
  const tree = parseMaps(file, ["params", "template_params", "extra"]);
  return {
    ...orderFields({
      ...tree,
      ...normalizeUuid(tree, "database_uuid"),
      metrics: members(tree, "metrics", { fields: METRIC_FIELDS, name: "metric_name" }),
      columns: members(tree, "columns", { fields: COLUMN_FIELDS, name: "column_name" }),
    }, FIELDS.dataset),
  };
}

/** Puts columns or metrics in the order of their names. */
function members(
  tree: TreeMap,
  key: string,
  { fields, name }: { readonly fields: readonly Field[]; readonly name: string },
): Tree {
  const list = valueOf(tree, key);
  if (!isList(list)) return list ?? null;
  return list.map((each) => isMap(each) ? orderFields(parseMaps(each, ["extra", "currency"]), fields) : each)
    .map((each, index) => ({ each, index, name: isMap(each) ? String(each[name]) : "" }))
    .sort((a, b) => a.name === b.name ? a.index - b.index : a.name < b.name ? -1 : 1)
    .map(({ each }) => each);
}

/** Some routes write these fields as JSON text, others as maps. */
function parseMaps(tree: TreeMap, keys: readonly string[]): TreeMap {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      if (!keys.includes(key) || typeof value !== "string") return [key, value];
      const parsed = value === "" ? null : parseJson(value);
      return [key, isMap(parsed) || parsed === null ? parsed : value];
    }),
  );
}

function normalizeUuid(tree: TreeMap, key: string): TreeMap {
  const uuid = parseUuid(valueOf(tree, key));
  return uuid === undefined ? {} : { [key]: uuid };
}

function normalizeChart(file: TreeMap): TreeMap {
  const tree = parseMaps(file, ["params"]);
  const params = valueOf(tree, "params");
  const hasDataset = parseUuid(valueOf(tree, "dataset_uuid")) !== undefined;
  return orderFields({
    ...without(tree, isEmptyList(tree["tags"]) ? ["tags"] : []),
    ...normalizeUuid(tree, "dataset_uuid"),
    ...(isMap(params) ? { params: chartParams(params, hasDataset) } : {}),
    ...(Object.hasOwn(tree, "query_context")
      ? { query_context: queryContext(tree["query_context"] ?? null) }
      : {}),
  }, FIELDS.chart);
}

function isEmptyList(value: Tree | undefined): boolean {
  return isList(value) && value.length === 0;
}

/** Without ids, and without the empty list that an import adds. */
function chartParams(params: TreeMap, hasDataset: boolean): TreeMap {
  return without(params, [
    "slice_id",
    "dashboards",
    ...(hasDataset ? ["datasource"] : []),
    ...(isEmptyList(params["annotation_layers"]) ? ["annotation_layers"] : []),
  ]);
}

/** A query context that is a JSON map becomes a map without ids. Any other one stays text. */
function queryContext(value: Tree): Tree {
  const parsed = typeof value === "string" ? parseJson(value) : value;
  if (!isMap(parsed)) return value;
  const formData = valueOf(parsed, "form_data");
  const queries = valueOf(parsed, "queries");
  return {
    ...without(parsed, ["datasource"]),
    ...(isMap(formData) ? { form_data: withoutIds(formData) } : {}),
    ...(isList(queries)
      ? { queries: queries.map((each) => isMap(each) ? without(each, ["datasource"]) : each) }
      : {}),
  };
}

function withoutIds(formData: TreeMap): TreeMap {
  return without(formData, [
    "datasource",
    "slice_id",
    "dashboardId",
    "dashboards",
    ...(isEmptyList(formData["annotation_layers"]) ? ["annotation_layers"] : []),
  ]);
}

/** Metadata that Superset computes anew, or takes away at an import. */
const DERIVED_METADATA = [
  "default_filters",
  "filter_scopes",
  "color_scheme_domain",
  "shared_label_colors",
  "map_label_colors",
];

function normalizeDashboard(file: TreeMap): TreeMap {
  const tree = parseMaps(file, ["position", "metadata"]);
  const position = valueOf(tree, "position");
  const layout = isMap(position) ? nameAppendedCharts(position) : {};
  const metadata = mapOf(tree, "metadata");
  const ids = new Map(
    chartsOfLayout(layout).flatMap(({ id, uuid }) =>
      uuid === undefined
        ? []
        : [[uuid, uuid] as const, ...(id === undefined ? [] : [[String(id), uuid] as const])]
    ),
  );
  const renamed = renameCharts(without(metadata, DERIVED_METADATA), (reference) => ids.get(reference));
  return orderFields({
    ...without(tree, [
      ...(tree["slug"] === "" ? ["slug"] : []),
      ...(isEmptyList(tree["tags"]) ? ["tags"] : []),
    ]),
    ...normalizeUuid(tree, "theme_uuid"),
    ...(isMap(position) ? { position: withoutChartIds(layout) } : {}),
    ...(isMap(tree["metadata"]) ? { metadata: dropEmpty(renamed, "native_filter_configuration") } : {}),
  }, FIELDS.dashboard);
}

function dropEmpty(metadata: TreeMap, key: string): TreeMap {
  return isEmptyList(metadata[key]) ? without(metadata, [key]) : metadata;
}

function withoutChartIds(position: TreeMap): TreeMap {
  return Object.fromEntries(
    Object.entries(position).map(([key, node]): [string, Tree] => {
      if (!isMap(node) || node["type"] !== "CHART") return [key, node];
      const meta = mapOf(node, "meta");
      const uuid = parseUuid(valueOf(meta, "uuid"));
      return [key, {
        ...node,
        meta: { ...without(meta, ["chartId"]), ...(uuid === undefined ? {} : { uuid }) },
      }];
    }),
  );
}

/** Whether two assets have equal content. */
export function equalAssets(a: Asset, b: Asset): boolean {
  return a.kind === b.kind && a.uuid === b.uuid && equalTrees(a.tree, b.tree);
}

/** A reference from one asset to another. */
export interface AssetReference {
  readonly kind: AssetKind;
  readonly uuid: Uuid;
}

/** Lists the UUIDs that an asset refers to directly: its database, dataset, charts, filters' datasets or theme. */
export function referencesOf(
  { kind, tree }: Asset,
): readonly AssetReference[] {
  const one = (of: AssetKind, key: string) => {
    const uuid = parseUuid(valueOf(tree, key));
    return uuid === undefined ? [] : [{ kind: of, uuid }];
  };
  if (kind === "dataset") return one("database", "database_uuid");
  if (kind === "chart") return one("dataset", "dataset_uuid");
  if (kind !== "dashboard") return [];
  const charts = chartsOfLayout(mapOf(tree, "position"))
    .flatMap(({ uuid }) => uuid === undefined ? [] : [{ kind: "chart" as const, uuid }]);
  const datasets = filterDatasets(mapOf(tree, "metadata")).map((uuid) => ({
    kind: "dataset" as const,
    uuid,
  }));
  return [...charts, ...datasets, ...one("theme", "theme_uuid")];
}
