/** The fields of each kind of file, in Superset's order, with the version that introduced each. */

import type { AssetKind } from "../asset.ts";
import { isList, isMap, type Tree, type TreeMap } from "../tree.ts";

/** A version of Superset that `push` supports. Older servers are only exported from. */
export type SupersetVersion = "6.0" | "6.1";

/** A field of a file. */
export interface Field {
  readonly name: string;
  /** The first version that knows the field; undefined if all supported ones do. */
  readonly since?: SupersetVersion;
  /** The value that a push sends where the stored form has none. */
  readonly empty: Tree;
}

function fields(text: string, others: Readonly<Record<string, Partial<Field>>> = {}): readonly Field[] {
  return text.split(" ").map((name) => ({ name, empty: null, ...others[name] }));
}

/** The fields of a column of a dataset. */
export const COLUMN_FIELDS = fields(
  "column_name verbose_name is_dttm is_active type advanced_data_type groupby filterable expression description " +
    "python_date_format datetime_format extra",
  { datetime_format: { since: "6.1" }, extra: { empty: {} } },
);

/** The fields of a metric of a dataset. */
export const METRIC_FIELDS = fields(
  "metric_name verbose_name metric_type expression description d3format currency extra warning_text",
  { extra: { empty: {} } },
);

/** The fields of each kind of file. A database's and a theme's file is sent as the target has it. */
export const FIELDS: Readonly<Record<Exclude<AssetKind, "database">, readonly Field[]>> = {
  theme: fields("theme_name json_data uuid version"),
  dataset: fields(
    "table_name main_dttm_col currency_code_column description default_endpoint offset cache_timeout catalog schema " +
      "sql params template_params filter_select_enabled fetch_values_predicate extra normalize_columns " +
      "always_filter_main_dttm folders uuid metrics columns version database_uuid",
    {
      currency_code_column: { since: "6.1" },
      metrics: { empty: [] },
      columns: { empty: [] },
    },
  ),
  chart: fields(
    "slice_name description certified_by certification_details viz_type params query_context cache_timeout uuid " +
      "version dataset_uuid",
    { params: { empty: {} } },
  ),
  dashboard: fields(
    "dashboard_title description css slug certified_by certification_details published uuid position metadata " +
      "theme_uuid version",
    { position: { empty: {} }, metadata: { empty: {} } },
  ),
};

/** Fields whose value is a map or the JSON text of one, depending on the route that exported them. */
const MAPS = new Set(["params", "template_params", "extra", "currency"]);

/** Lists whose maps are in an order of their own. */
const MEMBERS = new Set(["metrics", "columns"]);

/**
 * Puts the fields of a file in Superset's order. Unknown fields follow in alphabetical order. Nulls and empty maps
 * mean the same as a missing field, so they are left out; maps below a field are put in alphabetical order.
 */
export function orderFields(tree: TreeMap, known: readonly Field[]): TreeMap {
  const names = known.map(({ name }) => name);
  const unknown = Object.keys(tree).filter((key) => !names.includes(key)).sort();
  return Object.fromEntries([...names, ...unknown].flatMap((name) => {
    const value = tree[name];
    if (!Object.hasOwn(tree, name) || isEmpty(name, value)) return [];
    return [[name, MEMBERS.has(name) ? value ?? null : sortKeys(value ?? null)]];
  }));
}

function isEmpty(name: string, value: Tree | undefined): boolean {
  if (value === null || value === undefined) return true;
  return (MAPS.has(name) || name === "metadata" || name === "position") && isMap(value) &&
    Object.keys(value).length === 0;
}

/** Puts the keys of all maps in alphabetical order. */
export function sortKeys(tree: Tree): Tree {
  if (isList(tree)) return tree.map(sortKeys);
  if (!isMap(tree)) return tree;
  return Object.fromEntries(
    Object.keys(tree).sort().map((key) => [key, sortKeys(tree[key] ?? null)]),
  );
}
