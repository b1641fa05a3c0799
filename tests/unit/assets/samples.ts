/** Assets in Superset's own form, small and with every kind of reference, for the tests of this folder. */

import assert from "node:assert/strict";
import {
  type Asset,
  type AssetKind,
  type Assets,
  parseUuid,
  type Uuid,
} from "../../../src/assets/core/asset.ts";
import { normalize } from "../../../src/assets/core/stored_form/normalize.ts";
import type { Tree, TreeMap } from "../../../src/assets/core/tree.ts";

/** A UUID from a letter and a number. */
export function id(letter: "a" | "b" | "c" | "d" | "e", index = 1): Uuid {
  const uuid = parseUuid(`${letter}${String(index).padStart(7, "0")}-0000-4000-8000-000000000000`);
  assert.ok(uuid !== undefined);
  return uuid;
}

/** Normalizes a file that has a UUID. */
export function stored(kind: AssetKind, file: TreeMap): Asset {
  const asset = normalize(kind, file);
  assert.ok(asset !== undefined);
  return asset;
}

/** Assets by UUID. */
export function assetsOf(...assets: readonly Asset[]): Assets {
  return new Map(assets.map((asset) => [asset.uuid, asset]));
}

export function databaseFile(more: TreeMap = {}): TreeMap {
  return {
    database_name: "Harbor",
    sqlalchemy_uri: "postgresql+psycopg2://bi_ro:XXXXXXXXXX@db.example:5432/harbor",
    uuid: id("a"),
    version: "1.0.0",
    ...more,
  };
}

export function datasetFile(more: TreeMap = {}): TreeMap {
  return {
    table_name: "ship_calls",
    main_dttm_col: "berthed_at",
    description: null,
    schema: "prod_mart",
    catalog: null,
    sql: null,
    params: null,
    extra: null,
    uuid: id("d"),
    metrics: [{ metric_name: "count", expression: "COUNT(*)", extra: {} }],
    columns: [{ column_name: "port", type: "VARCHAR", extra: {} }, {
      column_name: "at",
      type: "DATE",
      extra: {},
    }],
    version: "1.0.0",
    database_uuid: id("a"),
    ...more,
  };
}

export function chartFile(more: TreeMap = {}): TreeMap {
  return {
    slice_name: "Calls per port",
    description: null,
    viz_type: "table",
    params: { viz_type: "table", datasource: "7__table", slice_id: 31, dashboards: [5], groupby: ["port"] },
    query_context: null,
    cache_timeout: null,
    uuid: id("c"),
    version: "1.0.0",
    dataset_uuid: id("d"),
    ...more,
  };
}

/** A chart's node in a layout. */
export function chartNode(key: string, { uuid, chartId, parents }: {
  readonly uuid: string;
  readonly chartId: number;
  readonly parents: readonly string[];
}): TreeMap {
  return {
    id: key,
    type: "CHART",
    children: [],
    parents,
    meta: { chartId, uuid, sliceName: `chart ${chartId}`, width: 4, height: 50 },
  };
}

/** A layout of rows with charts: `rows([[31, c1], [32, c2]])` has two charts in one row. */
export function layoutOf(
  ...rows: readonly (readonly (readonly [chartId: number, uuid: string])[])[]
): TreeMap {
  const position: Record<string, Tree> = {
    DASHBOARD_VERSION_KEY: "v2",
    ROOT_ID: { id: "ROOT_ID", type: "ROOT", children: ["GRID_ID"] },
    GRID_ID: {
      id: "GRID_ID",
      type: "GRID",
      parents: ["ROOT_ID"],
      children: rows.map((_, index) => `ROW-${index}`),
    },
  };
  rows.forEach((charts, index) => {
    const parents = ["ROOT_ID", "GRID_ID", `ROW-${index}`];
    position[`ROW-${index}`] = {
      id: `ROW-${index}`,
      type: "ROW",
      parents: parents.slice(0, 2),
      children: charts.map(([chartId]) => `CHART-${chartId}`),
    };
    for (const [chartId, uuid] of charts) {
      position[`CHART-${chartId}`] = chartNode(`CHART-${chartId}`, { uuid, chartId, parents });
    }
  });
  return position;
}

export function dashboardFile(more: TreeMap = {}): TreeMap {
  return {
    dashboard_title: "Harbor overview",
    description: null,
    css: "",
    slug: "harbor",
    published: true,
    uuid: id("b"),
    position: layoutOf([[31, id("c", 1)], [32, id("c", 2)]], [[33, id("c", 3)]]),
    metadata: {
      timed_refresh_immune_slices: [31, 999],
      expanded_slices: { "32": true, "999": true },
      color_scheme: "supersetColors",
      default_filters: '{"31": {"port": ["HAM"]}}',
      filter_scopes: { "31": { port: { scope: ["ROOT_ID"], immune: [32] } } },
      color_scheme_domain: ["#fff"],
      shared_label_colors: ["HAM"],
      map_label_colors: {},
      chart_configuration: {
        "31": { id: 31, crossFilters: { scope: "global", chartsInScope: [32, 33] } },
        "32": {
          id: 32,
          crossFilters: { scope: { rootPath: ["ROOT_ID"], excluded: [33, 999] }, chartsInScope: [31] },
        },
        "999": { id: 999, crossFilters: { scope: "global", chartsInScope: [] } },
      },
      global_chart_configuration: {
        scope: { rootPath: ["ROOT_ID"], excluded: [32] },
        chartsInScope: [31, 33],
      },
      native_filter_configuration: [{
        id: "NATIVE_FILTER-p",
        name: "Port",
        targets: [{ column: { name: "port" }, datasetUuid: id("d") }],
        scope: { rootPath: ["ROW-0"], excluded: [32] },
        chartsInScope: [31, 33, 404],
      }],
    },
    theme_uuid: null,
    version: "1.0.0",
    ...more,
  };
}
