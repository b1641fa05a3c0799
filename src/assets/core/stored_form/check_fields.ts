/** Checks the fields of a stored file as Superset's importer does, whose own errors often name no file. */

import { type Asset, parseUuid } from "../asset.ts";
import { isList, isMap, parseJson, type Tree, type TreeMap, valueOf } from "../tree.ts";
import { COLUMN_FIELDS, type Field, FIELDS, METRIC_FIELDS } from "./fields.ts";

/** A field that an import would refuse. */
export interface FieldProblem {
  readonly code: "missing" | "wrong_type" | "refused";
  /** Keys from the top, joined by dots. */
  readonly field: string;
  readonly message: string;
}

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  database: ["database_name"],
  theme: ["theme_name"],
  dataset: ["table_name", "database_uuid", "version"],
  chart: ["slice_name", "viz_type", "dataset_uuid", "version"],
  dashboard: ["dashboard_title", "version"],
};

const TEXTS = new Set(
  ("table_name main_dttm_col currency_code_column description default_endpoint catalog schema sql " +
    "fetch_values_predicate slice_name certified_by certification_details viz_type dashboard_title css slug " +
    "column_name verbose_name type advanced_data_type python_date_format datetime_format metric_name metric_type " +
    "expression d3format warning_text version").split(" "),
);
const WHOLE = new Set(["offset", "cache_timeout"]);
const FLAGS = new Set(
  "filter_select_enabled normalize_columns always_filter_main_dttm published is_dttm is_active groupby filterable"
    .split(" "),
);
const MAPS = new Set(["params", "template_params", "extra", "position", "metadata"]);
const LISTS = new Set(["tags", "folders"]);
const UUIDS = new Set(["database_uuid", "dataset_uuid", "theme_uuid"]);

/** The fields of each kind of member that an import needs, the name first. */
const MEMBERS = {
  metrics: { fields: METRIC_FIELDS, needed: ["metric_name", "expression"] },
  columns: { fields: COLUMN_FIELDS, needed: ["column_name"] },
} as const;

/** Lists what an import would refuse in a file. */
export function checkFields({ kind, tree }: Asset): readonly FieldProblem[] {
  const missing = (REQUIRED[kind] ?? []).filter((name) => valueOf(tree, name) === undefined).map((field) => ({
    code: "missing" as const,
    field,
    message: kind === "chart" && field === "dataset_uuid"
      ? "a chart without a dataset can never be imported"
      : "Superset needs this field",
  }));
  if (kind === "database") return missing;
  return [
    ...missing,
    ...checkMap(tree, FIELDS[kind], ""),
    ...(kind === "dataset" ? [...checkMembers(tree, "metrics"), ...checkMembers(tree, "columns")] : []),
    ...(kind === "chart" ? checkQueryContext(tree["query_context"]) : []),
    ...(kind === "dataset" && tree["data"] !== undefined
      ? [{
        code: "refused" as const,
        field: "data",
        message: "a push refuses a URL that Superset would load",
      }]
      : []),
  ];
}

/** Names that some servers know beside the table of fields. */
const ALSO_KNOWN = new Set(["tags", "data", "uuid", "theme_id"]);

function checkMap(tree: TreeMap, known: readonly Field[], prefix: string): readonly FieldProblem[] {
  const names = new Set(known.map(({ name }) => name));
  return Object.entries(tree).flatMap(([name, value]): FieldProblem[] => {
    const field = `${prefix}${name}`;
    if (!names.has(name) && !ALSO_KNOWN.has(name)) {
      return [{ code: "refused", field, message: "neither Superset 6.0 nor 6.1 knows this field" }];
    }
    const wanted = TEXTS.has(name) && typeof value !== "string"
      ? "text"
      : WHOLE.has(name) && !(typeof value === "number" && Number.isInteger(value))
      ? "a whole number"
      : FLAGS.has(name) && typeof value !== "boolean"
      ? "true or false"
      : MAPS.has(name) && !isMap(value)
      ? "a map"
      : LISTS.has(name) && !isList(value)
      ? "a list"
      : UUIDS.has(name) && parseUuid(value) === undefined
      ? "a UUID"
      : undefined;
    return wanted === undefined || value === null
      ? []
      : [{ code: "wrong_type", field, message: `Superset expects ${wanted}` }];
  });
}

function checkMembers(tree: TreeMap, key: keyof typeof MEMBERS): readonly FieldProblem[] {
  const list = valueOf(tree, key);
  if (list === undefined) return [];
  if (!isList(list)) return [{ code: "wrong_type", field: key, message: "Superset expects a list" }];
  const { fields, needed } = MEMBERS[key];
  const [name] = needed;
  const seen = new Set<Tree>();
  return list.flatMap((each, index): readonly FieldProblem[] => {
    if (!isMap(each)) {
      return [{ code: "wrong_type", field: `${key}.${index}`, message: "Superset expects a map" }];
    }
    const own = each[name] ?? index;
    const label = `${key}.${String(own)}`;
    const doubled = seen.has(own);
    seen.add(own);
    return [
      ...needed.filter((field) => (each[field] ?? null) === null).map((field) => ({
        code: "missing" as const,
        field: `${label}.${field}`,
        message: "Superset needs this field",
      })),
      ...(doubled ? [{ code: "refused" as const, field: label, message: "the name is there twice" }] : []),
      ...checkMap(each, fields, `${label}.`),
    ];
  });
}

function checkQueryContext(value: Tree | undefined): readonly FieldProblem[] {
  if (value === undefined || value === null || isMap(value)) return [];
  if (typeof value !== "string") {
    return [{ code: "wrong_type", field: "query_context", message: "Superset expects a map, or JSON text" }];
  }
  const message = parseJson(value) === undefined
    ? "JSON not valid"
    : "the JSON is no map; Superset fails on it";
  return [{ code: "refused", field: "query_context", message }];
}
