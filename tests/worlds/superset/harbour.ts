/**
 * A world of assets as a Superset in use has them: three databases, physical and virtual datasets, charts with query
 * contexts, dashboards with tabs, markdown, native filters and cross filters. Deterministic.
 */

import { formatJson, type Tree, type TreeMap } from "../../../src/assets/core/tree.ts";

/** The size of a world. */
export interface WorldSize {
  readonly datasets: number;
  readonly charts: number;
  readonly dashboards: number;
}

/** What `.ci/run` fills its instances with. */
export const USUAL: WorldSize = { datasets: 40, charts: 40, dashboards: 8 };

/** The files of a world, by path, as trees. */
export type WorldFiles = ReadonlyMap<string, TreeMap>;

const DATABASES = ["Warehouse", "Trino", "Häfen 港"] as const;

/** A UUID that is the same in every run: `kind` is one hex digit. */
export function worldUuid(kind: string, index: number): string {
  const digits = (index * 2654435761 % 4294967296).toString(16).padStart(8, "0");
  return `${digits}-0000-4000-8000-${kind}${String(index).padStart(11, "0")}`;
}

/** Makes the files of a world. `warehouse` is the path of the SQLite file that the databases open. */
export function makeWorld(size: WorldSize, warehouse: string): WorldFiles {
  const files = new Map<string, TreeMap>();
  DATABASES.forEach((name, index) =>
    files.set(`databases/db_${index}.yaml`, database(name, index, warehouse))
  );
  for (let index = 0; index < size.datasets; index++) {
    files.set(`datasets/db/ds_${index}.yaml`, dataset(index));
  }
  for (let index = 0; index < size.charts; index++) {
    files.set(`charts/chart_${index}.yaml`, chart(index, size));
  }
  for (let index = 0; index < size.dashboards; index++) {
    files.set(`dashboards/dashboard_${index}.yaml`, dashboard(index, size));
  }
  return files;
}

/** The bundle of a world for the assets endpoint: members are JSON text. */
export function bundleOf(files: WorldFiles): readonly (readonly [path: string, text: string])[] {
  return [
    [
      "metadata.yaml",
      JSON.stringify({ version: "1.0.0", type: "assets", timestamp: "2026-01-05T08:00:00+00:00" }),
    ],
    ...[...files].map(([path, tree]) => [path, formatJson(tree)] as const),
  ];
}

function database(name: string, index: number, warehouse: string): TreeMap {
  return {
    database_name: name,
    // The dialect of shillelagh ignores user, password and host, so a connection with a password opens.
    sqlalchemy_uri: index === 1
      ? `shillelagh://bi_ro:s3cret-prod@dwh.prod.example/${warehouse}`
      : `sqlite:///${warehouse}`,
    cache_timeout: null,
    expose_in_sqllab: true,
    allow_run_async: false,
    allow_ctas: false,
    allow_cvas: false,
    allow_dml: false,
    allow_csv_upload: false,
    extra: { allows_virtual_table_explore: true },
    impersonate_user: false,
    uuid: worldUuid("a", index),
    version: "1.0.0",
    ...(index === 1 ? { password: "s3cret-prod" } : {}),
  };
}

function dataset(index: number): TreeMap {
  const virtual = index % 5 === 4;
  return {
    table_name: virtual ? `late calls ${index}` : `ship_calls_${index}`,
    main_dttm_col: "berthed_at",
    description: index % 3 === 0 ? `Calls of ships, part ${index}\nsecond line: "quoted"` : null,
    default_endpoint: null,
    offset: 0,
    cache_timeout: null,
    catalog: null,
    schema: index % 2 === 0 ? "prod_mart" : "prod_sales",
    sql: virtual
      ? `SELECT *\nFROM prod_mart.ship_calls_${
        index - 1
      }\nWHERE port = '{{ url_param("port") }}'\n  AND note <> 'prod_mart.x'\n`
      : null,
    params: null,
    template_params: null,
    filter_select_enabled: true,
    fetch_values_predicate: null,
    extra: null,
    normalize_columns: false,
    always_filter_main_dttm: false,
    folders: null,
    uuid: worldUuid("d", index),
    metrics: [
      metric("count", "COUNT(*)"),
      metric("avg delay", "AVG(delay_minutes)", { d3format: ",.1f" }),
    ],
    columns: [
      column("port", "VARCHAR", { groupby: true, filterable: true }),
      column("berthed_at", "TIMESTAMP", { is_dttm: true }),
      column("delay_minutes", "INTEGER", { verbose_name: "Delay, minutes" }),
      column("no", "VARCHAR", { description: "yes" }),
    ],
    version: "1.0.0",
    database_uuid: worldUuid("a", index % DATABASES.length),
  };
}

function metric(name: string, expression: string, more: TreeMap = {}): TreeMap {
  return {
    metric_name: name,
    verbose_name: null,
    metric_type: null,
    expression,
    description: null,
    d3format: null,
    currency: null,
    extra: {},
    warning_text: null,
    ...more,
  };
}

function column(name: string, type: string, more: TreeMap = {}): TreeMap {
  return {
    column_name: name,
    verbose_name: null,
    is_dttm: false,
    is_active: true,
    type,
    advanced_data_type: null,
    groupby: false,
    filterable: true,
    expression: null,
    description: null,
    python_date_format: null,
    extra: {},
    ...more,
  };
}

function chart(index: number, { datasets }: WorldSize): TreeMap {
  const id = 1000 + index;
  const params = {
    viz_type: index % 2 === 0 ? "table" : "big_number_total",
    datasource: `${500 + index % datasets}__table`,
    slice_id: id,
    groupby: ["port"],
    metrics: ["count"],
    row_limit: 1000,
    adhoc_filters: [
      {
        clause: "WHERE",
        expressionType: "SIMPLE",
        subject: "no",
        operator: "=",
        comparator: index % 4 === 0 ? "no" : "1_000",
      },
    ],
    ratio: 0.1,
    ...(index % 7 === 0 ? { big: 9007199254740993n } : {}),
  };
  return {
    slice_name: index % 6 === 5 ? `Calls per port` : `Calls per port ${index}`,
    description: null,
    certified_by: null,
    certification_details: null,
    viz_type: params.viz_type,
    params: params as Tree,
    query_context: index % 3 === 2 ? null : formatJson({
      datasource: { id: 500 + index % datasets, type: "table" },
      force: false,
      queries: [{ columns: ["port"], metrics: ["count"], row_limit: 10 }],
      form_data: { ...params, dashboardId: 3 } as Tree,
      result_format: "json",
      result_type: "full",
    }),
    cache_timeout: null,
    uuid: worldUuid("c", index),
    version: "1.0.0",
    dataset_uuid: worldUuid("d", index % datasets),
  };
}

function dashboard(index: number, { charts, dashboards, datasets }: WorldSize): TreeMap {
  const own = Array.from({ length: charts }, (_, each) => each).filter((each) => each % dashboards === index);
  const tabbed = index % 2 === 0;
  const rows = [own.filter((_, place) => place % 2 === 0), own.filter((_, place) => place % 2 === 1)];
  const position: Record<string, Tree> = {
    DASHBOARD_VERSION_KEY: "v2",
    ROOT_ID: { id: "ROOT_ID", type: "ROOT", children: [tabbed ? "TABS-t" : "GRID_ID"] },
    GRID_ID: {
      id: "GRID_ID",
      type: "GRID",
      children: tabbed ? [] : ["ROW-0", "ROW-1", "ROW-m"],
      parents: ["ROOT_ID"],
    },
    HEADER_ID: { id: "HEADER_ID", type: "HEADER", meta: { text: `Harbour ${index}` } },
  };
  if (tabbed) {
    position["TABS-t"] = {
      id: "TABS-t",
      type: "TABS",
      children: ["TAB-0", "TAB-1"],
      parents: ["ROOT_ID"],
      meta: {},
    };
    for (const tab of [0, 1]) {
      position[`TAB-${tab}`] = {
        id: `TAB-${tab}`,
        type: "TAB",
        children: tab === 0 ? ["ROW-0"] : ["ROW-1", "ROW-m"],
        parents: ["ROOT_ID", "TABS-t"],
        meta: { text: tab === 0 ? "Ports" : "Ships" },
      };
    }
  }
  const above = (row: string) =>
    tabbed ? ["ROOT_ID", "TABS-t", row === "0" ? "TAB-0" : "TAB-1"] : ["ROOT_ID", "GRID_ID"];
  rows.forEach((members, row) => {
    position[`ROW-${row}`] = {
      id: `ROW-${row}`,
      type: "ROW",
      children: members.map((each) => `CHART-${each}`),
      parents: above(String(row)),
      meta: { background: "BACKGROUND_TRANSPARENT" },
    };
    for (const each of members) {
      position[`CHART-${each}`] = {
        id: `CHART-${each}`,
        type: "CHART",
        children: [],
        parents: [...above(String(row)), `ROW-${row}`],
        meta: {
          chartId: 1000 + each,
          uuid: worldUuid("c", each),
          sliceName: `Calls per port ${each}`,
          width: 4,
          height: 50,
        },
      };
    }
  });
  position["ROW-m"] = {
    id: "ROW-m",
    type: "ROW",
    children: ["MARKDOWN-m"],
    parents: above("m"),
    meta: { background: "BACKGROUND_TRANSPARENT" },
  };
  position["MARKDOWN-m"] = {
    id: "MARKDOWN-m",
    type: "MARKDOWN",
    children: [],
    parents: [...above("m"), "ROW-m"],
    meta: { width: 4, height: 20, code: `# Harbour ${index}\n\n{% raw %}\nTwo *lines*.\n{% endraw %}\n` },
  };
  const ids = own.map((each) => 1000 + each);
  const root = tabbed ? ["TAB-0"] : ["ROOT_ID"];
  return {
    dashboard_title: index === 3 ? "Продажи" : `Harbour overview ${index}`,
    description: null,
    css: `.a {\n  color: red;\n}\n\n.b {}`,
    slug: index % 2 === 0 ? `harbour-${index}` : null,
    certified_by: "",
    certification_details: "",
    published: index % 3 !== 0,
    uuid: worldUuid("b", index),
    position,
    metadata: {
      timed_refresh_immune_slices: ids.slice(0, 1),
      expanded_slices: Object.fromEntries(ids.slice(1, 2).map((id) => [String(id), true])),
      refresh_frequency: 0,
      color_scheme: "supersetColors",
      label_colors: {},
      shared_label_colors: ["HAM"],
      chart_configuration: Object.fromEntries(
        ids.slice(0, 2).map((id, place) => [String(id), {
          id,
          crossFilters: {
            scope: place === 0 ? "global" : { rootPath: ["ROOT_ID"], excluded: ids.slice(0, 1) },
            chartsInScope: ids.filter((each) => each !== id),
          },
        }]),
      ),
      global_chart_configuration: { scope: { rootPath: ["ROOT_ID"], excluded: [] }, chartsInScope: ids },
      native_filter_configuration: [{
        id: "NATIVE_FILTER-p",
        name: "Port",
        filterType: "filter_select",
        type: "NATIVE_FILTER",
        targets: [{ column: { name: "port" }, datasetUuid: worldUuid("d", index % datasets) }],
        defaultDataMask: { extraFormData: {}, filterState: {}, ownState: {} },
        scope: { rootPath: root, excluded: ids.slice(2, 3) },
        chartsInScope: ids,
        cascadeParentIds: [],
      }],
    },
    theme_uuid: null,
    version: "1.0.0",
  };
}
