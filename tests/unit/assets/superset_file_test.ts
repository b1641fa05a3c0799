import assert from "node:assert/strict";
import { type Receiver, toSupersetFile, unknownFields } from "../../../src/assets/core/superset_file.ts";
import { isMap, listOf, mapOf, type TreeMap } from "../../../src/assets/core/tree.ts";
import { chartFile, dashboardFile, datasetFile, id, stored } from "./samples.ts";

const IDS = new Map<string, number>([[id("c", 1), 501], [id("c", 2), 77], [id("d"), 9], [id("b"), 4]]);

function receiver(more: Partial<Receiver> = {}): Receiver {
  return { version: "6.1", idOf: (uuid) => IDS.get(uuid), hasTheme: () => true, ...more };
}

Deno.test("every field that the version knows is present, so that no old value survives", () => {
  const minimal = {
    dataset: { uuid: id("d"), table_name: "t", database_uuid: id("a"), version: "1.0.0" },
    chart: { uuid: id("c"), slice_name: "x", viz_type: "table", dataset_uuid: id("d"), version: "1.0.0" },
    dashboard: { uuid: id("b"), dashboard_title: "x", version: "1.0.0" },
  };
  const expected = {
    dataset:
      "table_name main_dttm_col currency_code_column description default_endpoint offset cache_timeout catalog " +
      "schema sql params template_params filter_select_enabled fetch_values_predicate extra normalize_columns " +
      "always_filter_main_dttm folders uuid metrics columns version database_uuid",
    chart:
      "slice_name description certified_by certification_details viz_type params query_context cache_timeout uuid " +
      "version dataset_uuid",
    dashboard:
      "dashboard_title description css slug certified_by certification_details published uuid position " +
      "metadata theme_uuid version",
  };
  for (const kind of ["dataset", "chart", "dashboard"] as const) {
    const file = toSupersetFile(stored(kind, minimal[kind]), receiver());
    assert.deepEqual(new Set(Object.keys(file)), new Set(expected[kind].split(" ")), kind);
    // Null in one of these is a refusal or an error of the server.
    for (const name of ["columns", "metrics", "params", "position", "metadata", "extra"]) {
      if (name in file) assert.notEqual(file[name], null, `${kind}.${name}`);
    }
  }
});

Deno.test("columns and metrics have every field, and those of 6.1 are not sent to 6.0", () => {
  const columns = [{ column_name: "at", datetime_format: "%Y" }];
  const asset = stored("dataset", datasetFile({ columns, currency_code_column: "cur" }));
  const [column] = listOf(toSupersetFile(asset, receiver()), "columns");
  assert.ok(isMap(column) && column["datetime_format"] === "%Y" && column["description"] === null);
  assert.deepEqual(column["extra"], {});
  const old = toSupersetFile(asset, receiver({ version: "6.0" }));
  assert.ok(!("currency_code_column" in old));
  assert.ok(listOf(old, "columns").every((each) => isMap(each) && !("datetime_format" in each)));
  assert.deepEqual(unknownFields(asset, "6.0"), ["currency_code_column", "columns.datetime_format"]);
  assert.deepEqual(unknownFields(asset, "6.1"), []);
});

Deno.test("fields that this table does not know are sent as they are", () => {
  assert.deepEqual(toSupersetFile(stored("chart", chartFile({ tags: ["gold"] })), receiver())["tags"], [
    "gold",
  ]);
});

Deno.test("a chart gets the ids of the instance that receives it", () => {
  const query_context = '{"queries": [], "form_data": {"slice_id": 31, "datasource": "7__table", "a": 1.0}}';
  const file = toSupersetFile(stored("chart", chartFile({ query_context })), receiver());
  assert.equal(mapOf(file, "params")["datasource"], "9__table");
  assert.equal(mapOf(file, "params")["slice_id"], 501);
  assert.equal(
    file["query_context"],
    '{"datasource": {"id": 9, "type": "table"}, "form_data": {"a": 1.0, "datasource": "9__table", "slice_id": 501}, ' +
      '"queries": []}',
  );
  assert.equal(toSupersetFile(stored("chart", chartFile()), receiver())["query_context"], null);
});

Deno.test("a dashboard gets ids in all places alike, and a chart that is new there a free one", () => {
  const file = toSupersetFile(stored("dashboard", dashboardFile()), receiver());
  const idIn = (key: string) => mapOf(mapOf(mapOf(file, "position"), key), "meta")["chartId"];
  assert.deepEqual([idIn("CHART-31"), idIn("CHART-32"), idIn("CHART-33")], [501, 77, 502]);
  const metadata = mapOf(file, "metadata");
  assert.deepEqual(metadata["timed_refresh_immune_slices"], [501]);
  assert.deepEqual(metadata["expanded_slices"], { 77: true });
  assert.deepEqual(metadata["global_chart_configuration"], {
    scope: { rootPath: ["ROOT_ID"], excluded: [77] },
    chartsInScope: [501, 502],
  });
  assert.deepEqual(metadata["chart_configuration"], {
    501: { id: 501, crossFilters: { scope: "global", chartsInScope: [502] } },
    77: { id: 77, crossFilters: { scope: { excluded: [502], rootPath: ["ROOT_ID"] }, chartsInScope: [501] } },
  });
  const [filter] = listOf(metadata, "native_filter_configuration");
  assert.ok(isMap(filter));
  assert.deepEqual(filter["chartsInScope"], [501]);
  assert.deepEqual((filter["scope"] as TreeMap)["excluded"], [77]);
});

Deno.test("a theme is named only beside its file, and a slug is never empty", () => {
  const asset = stored("dashboard", dashboardFile({ theme_uuid: id("e"), slug: "" }));
  assert.equal(toSupersetFile(asset, receiver())["theme_uuid"], id("e"));
  assert.ok(!("theme_uuid" in toSupersetFile(asset, receiver({ hasTheme: () => false }))));
  assert.equal(toSupersetFile(asset, receiver())["slug"], null);
});
