import assert from "node:assert/strict";
import fc from "fast-check";
import { equalAssets, normalize, referencesOf } from "../../../../src/assets/core/stored_form/normalize.ts";
import { formatYaml, readYaml } from "../../../../src/assets/core/pyyaml.ts";
import { isMap, mapOf, type TreeMap } from "../../../../src/assets/core/tree.ts";
import { toSupersetFile } from "../../../../src/assets/core/superset_file.ts";
import {
  chartFile,
  chartNode,
  dashboardFile,
  databaseFile,
  datasetFile,
  id,
  layoutOf,
  stored,
} from "../samples.ts";
import { anyTree } from "../arbitrary_trees.ts";

Deno.test("a file without a UUID is no asset, and a UUID may be in capitals or without dashes", () => {
  assert.equal(normalize("chart", chartFile({ uuid: null })), undefined);
  assert.equal(normalize("chart", chartFile({ uuid: "3d1a" })), undefined);
  const bare = id("c").replaceAll("-", "").toUpperCase();
  assert.equal(stored("chart", chartFile({ uuid: bare })).uuid, id("c"));
  assert.equal(stored("chart", chartFile({ uuid: bare })).tree["uuid"], id("c"));
});

Deno.test("a database keeps its name, UUID and dialect, and nothing of its connection", () => {
  const file = databaseFile({ password: "x", extra: { engine_params: { connect_args: { password: "x" } } } });
  assert.deepEqual(stored("database", file).tree, {
    database_name: "Harbor",
    uuid: id("a"),
    dialect: "postgresql",
  });
});

Deno.test("a chart is stored without numeric ids, and without the empty list that an import adds", () => {
  const plain = stored("chart", chartFile());
  assert.deepEqual(plain.tree["params"], { groupby: ["port"], viz_type: "table" });
  const params = {
    ...mapOf(chartFile(), "params"),
    slice_id: 99,
    datasource: "8__table",
    annotation_layers: [],
  };
  assert.ok(equalAssets(plain, stored("chart", chartFile({ params }))));
  const layers = [{ annotationType: "FORMULA" }];
  const annotated = stored("chart", chartFile({ params: { ...params, annotation_layers: layers } }));
  assert.deepEqual(mapOf(annotated.tree, "params")["annotation_layers"], layers);
});

Deno.test("a chart without a dataset keeps its datasource, the only trace of it", () => {
  const { tree } = stored("chart", chartFile({ dataset_uuid: null }));
  assert.equal(mapOf(tree, "params")["datasource"], "7__table");
});

Deno.test("a query context is stored as a tree without ids, and equal on every instance", () => {
  const context = (dataset: number, chart: number) =>
    `{"datasource":{"id":${dataset},"type":"table"},"queries":[{"columns":["port"],"row_limit":10,` +
    `"datasource":{"id":${dataset},"type":"table"}}],"form_data":{"datasource":"${dataset}__table",` +
    `"slice_id":${chart},"dashboardId":3,"big":9007199254740993,"ratio":1.0}}`;
  const [here, there] = [context(7, 31), context(8, 99)].map((query_context) =>
    stored("chart", chartFile({ query_context }))
  );
  assert.ok(here !== undefined && there !== undefined && equalAssets(here, there));
  const text = formatYaml(here.tree["query_context"] ?? null);
  assert.equal(
    text,
    "form_data:\n  big: 9007199254740993\n  ratio: 1.0\nqueries:\n- columns:\n  - port\n  row_limit: 10\n",
  );
});

Deno.test("a query context that is no JSON map stays the text that it is", () => {
  for (const query_context of ["{broken", "[]", "5", '"x"', '{"a": NaN}']) {
    assert.equal(stored("chart", chartFile({ query_context })).tree["query_context"], query_context);
  }
});

Deno.test("fields that one route writes as JSON text and another as a map are the same", () => {
  const text = datasetFile({
    params: '{"a": 1}',
    extra: '{"certification": {"certified_by": "x"}}',
    template_params: "",
    metrics: [{ metric_name: "count", expression: "1", extra: '{"w": 1}', currency: '{"symbol": "EUR"}' }],
  });
  const map = datasetFile({
    params: { a: 1 },
    extra: { certification: { certified_by: "x" } },
    template_params: null,
    metrics: [{ metric_name: "count", expression: "1", extra: { w: 1 }, currency: { symbol: "EUR" } }],
  });
  assert.ok(equalAssets(stored("dataset", text), stored("dataset", map)));
  const old = stored("dataset", datasetFile({ extra: "no JSON" }));
  assert.equal(old.tree["extra"], "no JSON");
});

Deno.test("columns and metrics are in the order of their names", () => {
  const { columns = [] } = stored("dataset", datasetFile()).tree;
  assert.deepEqual((columns as readonly TreeMap[]).map((each) => each["column_name"]), ["at", "port"]);
});

Deno.test("what the importer alone knows is left out, and so is an empty slug", () => {
  const more = { is_managed_externally: true, external_url: "https://x", slug: "", tags: [] };
  const { tree } = stored("dashboard", dashboardFile(more));
  for (const name of Object.keys(more)) assert.ok(!(name in tree), name);
});

Deno.test("a dashboard is stored with UUIDs of charts in the place of numbers, as keys and values", () => {
  const { tree } = stored("dashboard", dashboardFile());
  const [one, two, three] = [id("c", 1), id("c", 2), id("c", 3)];
  assert.deepEqual(tree["metadata"], {
    chart_configuration: {
      [one]: { crossFilters: { scope: "global" }, id: one },
      [two]: { crossFilters: { scope: { excluded: [three], rootPath: ["ROOT_ID"] } }, id: two },
    },
    color_scheme: "supersetColors",
    expanded_slices: { [two]: true },
    global_chart_configuration: { scope: { excluded: [two], rootPath: ["ROOT_ID"] } },
    native_filter_configuration: [{
      id: "NATIVE_FILTER-p",
      name: "Port",
      scope: { excluded: [two], rootPath: ["ROW-0"] },
      targets: [{ column: { name: "port" }, datasetUuid: id("d") }],
    }],
    timed_refresh_immune_slices: [one],
  });
  assert.deepEqual(mapOf(mapOf(mapOf(tree, "position"), "CHART-31"), "meta"), {
    height: 50,
    sliceName: "chart 31",
    uuid: one,
    width: 4,
  });
});

Deno.test("other ids on another instance, and what an import adds or drops, make no difference", () => {
  const here = stored("dashboard", dashboardFile());
  const text = JSON.stringify(dashboardFile()).replaceAll(/\b3([123])\b/g, "70$1");
  const there = JSON.parse(text) as TreeMap;
  const position = Object.fromEntries(
    Object.entries(mapOf(there, "position")).map(([key, node]) => [key.replace("-70", "-3"), node]),
  );
  const back = JSON.parse(
    JSON.stringify(position).replaceAll("CHART-70", "CHART-3")
      .replaceAll('"sliceName":"chart 70', '"sliceName":"chart 3'),
  ) as TreeMap;
  const { default_filters: _gone, ...metadata } = mapOf(there, "metadata");
  assert.ok(equalAssets(here, stored("dashboard", { ...there, position: back, metadata })));
  const bare = dashboardFile({ metadata: { native_filter_configuration: [], color_scheme: "x" } });
  assert.ok(
    equalAssets(
      stored("dashboard", bare),
      stored("dashboard", dashboardFile({ metadata: { color_scheme: "x" } })),
    ),
  );
});

Deno.test("charts that the exporter appends under random keys have keys made from their UUIDs", () => {
  const appended = (row: string, charts: readonly (readonly [key: string, index: number])[]) => {
    const keys = charts.map(([key]) => key);
    const position = { ...layoutOf([[31, id("c", 1)]]) } as Record<string, TreeMap | string>;
    const parents = ["ROOT_ID", "GRID_ID", row];
    const grid = position["GRID_ID"] as TreeMap;
    position["GRID_ID"] = { ...grid, children: ["ROW-0", row] };
    position[row] = { id: row, type: "ROW", parents: parents.slice(0, 2), children: keys };
    charts.forEach(([key, each]) => {
      position[key] = chartNode(key, { uuid: id("c", each), chartId: 30 + each, parents });
    });
    return stored("dashboard", dashboardFile({ position, metadata: {} }));
  };
  const first = appended("ROW-N-AB12CD34", [["CHART-AAAAAAA1", 2], ["CHART-ZZZZZZZ9", 3]]);
  const second = appended("ROW-N-ZZ99XX88", [["CHART-QQQQQQQ1", 3], ["CHART-BBBBBBB2", 2]]);
  assert.ok(equalAssets(first, second));
  const position = mapOf(first.tree, "position");
  const [two, three] = [id("c", 2), id("c", 3)];
  assert.deepEqual(mapOf(position, "GRID_ID")["children"], ["ROW-0", `ROW-${two}`]);
  assert.deepEqual(mapOf(position, `ROW-${two}`)["children"], [`CHART-${two}`, `CHART-${three}`]);
  assert.deepEqual(mapOf(position, `CHART-${two}`)["parents"], ["ROOT_ID", "GRID_ID", `ROW-${two}`]);
  assert.equal(mapOf(position, `CHART-${two}`)["id"], `CHART-${two}`);
  // A chart that a person placed keeps its key, also if it looks like one of the exporter's.
  const own = layoutOf([[31, id("c", 1)]]);
  const placed = JSON.parse(JSON.stringify(own).replaceAll("CHART-31", "CHART-ABCDEFGH")) as TreeMap;
  const kept = mapOf(stored("dashboard", dashboardFile({ position: placed })).tree, "position");
  assert.ok(isMap(kept["CHART-ABCDEFGH"]));
});

Deno.test("the stored form is stable: normalized again, and written and read, it is the same", () => {
  const text = fc.oneof(
    fc.constantFrom("params", "extra", "description", "sql", "css", "tags", "x"),
    fc.string(),
  );
  const field = fc.dictionary(text, anyTree({ finite: true }), { maxKeys: 3 });
  fc.assert(
    fc.property(field, fc.boolean(), (more, isChart) => {
      const { uuid: _uuid, ...rest } = more;
      const file = isChart ? chartFile({ ...rest, query_context: '{"a":1}' }) : datasetFile(rest);
      const once = stored(isChart ? "chart" : "dataset", file);
      const outcome = readYaml(formatYaml(once.tree));
      assert.ok("tree" in outcome && isMap(outcome.tree));
      const twice = stored(once.kind, outcome.tree);
      assert.equal(formatYaml(twice.tree), formatYaml(once.tree));
    }),
    { numRuns: 300 },
  );
  const once = stored("dashboard", dashboardFile());
  assert.equal(formatYaml(stored("dashboard", once.tree).tree), formatYaml(once.tree));
});

Deno.test("what is sent to any instance comes back as the stored form", () => {
  const numbers = new Map([[id("c", 1), 501], [id("c", 2), 77], [id("d"), 9]] as const);
  for (const version of ["6.0", "6.1"] as const) {
    const receiver = {
      version,
      idOf: (uuid: string) => numbers.get(uuid as never),
      hasTheme: () => true,
    };
    const query_context = '{"queries": [{"columns": []}], "form_data": {"x": 1.0}}';
    for (
      const asset of [
        stored("dataset", datasetFile()),
        stored("chart", chartFile({ query_context })),
        stored("dashboard", dashboardFile()),
      ]
    ) {
      const back = stored(asset.kind, toSupersetFile(asset, receiver));
      assert.equal(formatYaml(back.tree), formatYaml(asset.tree));
    }
  }
});

Deno.test("an asset refers to its database, dataset, charts, datasets of filters and theme", () => {
  const theme_uuid = id("e");
  assert.deepEqual(referencesOf(stored("dataset", datasetFile())), [{ kind: "database", uuid: id("a") }]);
  assert.deepEqual(referencesOf(stored("chart", chartFile())), [{ kind: "dataset", uuid: id("d") }]);
  assert.deepEqual(referencesOf(stored("dashboard", dashboardFile({ theme_uuid }))), [
    ...[1, 2, 3].map((each) => ({ kind: "chart", uuid: id("c", each) })),
    { kind: "dataset", uuid: id("d") },
    { kind: "theme", uuid: theme_uuid },
  ]);
});
