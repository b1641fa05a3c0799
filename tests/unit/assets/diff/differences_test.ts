import assert from "node:assert/strict";
import { differencesOf, type DiffStatement, lineDiff } from "../../../../src/assets/core/diff/differences.ts";
import { partsOf } from "../../../../src/assets/core/diff/layout.ts";
import { listOf, mapOf, type TreeMap } from "../../../../src/assets/core/tree.ts";
import { assetsOf, chartFile, dashboardFile, datasetFile, id, layoutOf, stored } from "../samples.ts";

const CHARTS = [1, 2, 3].map((each) =>
  stored("chart", chartFile({ uuid: id("c", each), slice_name: `Chart ${each}` }))
);
const TABS: TreeMap = {
  ...layoutOf([[31, id("c", 1)], [32, id("c", 2)]], [[33, id("c", 3)]]),
  ROOT_ID: { id: "ROOT_ID", type: "ROOT", children: ["TABS-1"] },
  "TABS-1": { id: "TABS-1", type: "TABS", children: ["TAB-1", "TAB-2"] },
  "TAB-1": { id: "TAB-1", type: "TAB", children: ["ROW-0"], meta: { text: "Ports" } },
  "TAB-2": { id: "TAB-2", type: "TAB", children: ["ROW-1"], meta: { text: "Ships" } },
};

function say(before: TreeMap, after: TreeMap): readonly string[] {
  const [old, young] = [before, after].map((each) => stored("dashboard", dashboardFile(each)));
  assert.ok(old !== undefined && young !== undefined);
  const [difference] = differencesOf(assetsOf(old, ...CHARTS), assetsOf(young, ...CHARTS));
  return sentences(difference?.statements ?? []);
}

function sentences(statements: readonly DiffStatement[]): readonly string[] {
  return statements.map((each) =>
    each.kind === "sentence" ? each.text : [each.label, ...each.lines].join("|")
  );
}

/** Changes a node of a layout. */
function withNode(position: TreeMap, key: string, change: (node: TreeMap) => TreeMap): TreeMap {
  return { ...position, [key]: change(mapOf(position, key)) };
}

Deno.test("a chart that moved, and its new size, are told as people see them", () => {
  const without = withNode(TABS, "ROW-1", (node) => ({ ...node, children: [] }));
  const moved = withNode(
    withNode(without, "ROW-0", (node) => ({ ...node, children: [...listOf(node, "children"), "CHART-33"] })),
    "CHART-33",
    (node) => ({ ...node, meta: { ...mapOf(node, "meta"), width: 6 } }),
  );
  assert.deepEqual(say({ position: TABS }, { position: moved }), [
    "Chart 3: tab Ships, row 1 → tab Ports, row 1, width 4 → 6",
  ]);
});

Deno.test("charts that came and went, renamed tabs and edited texts are told", () => {
  const { "CHART-33": _gone, ...rest } = TABS;
  const removed = withNode(rest, "ROW-1", (node) => ({ ...node, children: [] }));
  assert.deepEqual(
    say({ position: TABS }, { position: removed }).at(-1),
    "Chart 3: removed, was in tab Ships, row 1",
  );
  assert.ok(
    say({ position: removed }, { position: TABS }).includes("Chart 3: added, tab Ships, row 1, width 4"),
  );
  const renamed = withNode(TABS, "TAB-2", (node) => ({ ...node, meta: { text: "Vessels" } }));
  assert.ok(say({ position: TABS }, { position: renamed }).includes("tab Vessels: tab Ships → tab Vessels"));
  const text = (code: string) => ({
    ...TABS,
    "MARKDOWN-1": { id: "MARKDOWN-1", type: "MARKDOWN", meta: { code, width: 4 } },
  });
  assert.deepEqual(say({ position: text("# A\nb\n") }, { position: text("# A\nc\n") }), [
    'text "# A"| # A|-b|+c',
  ]);
});

Deno.test("other ids, derived fields and the order of keys are no difference", () => {
  const shuffled = Object.fromEntries(Object.entries(TABS).reverse());
  const metadata = { ...mapOf(dashboardFile(), "metadata"), shared_label_colors: ["other"] };
  assert.deepEqual(say({ position: TABS }, { position: shuffled, metadata }), []);
});

Deno.test("filters are told by their names", () => {
  const filters = (list: readonly TreeMap[]) => ({ metadata: { native_filter_configuration: list } });
  const port = {
    id: "F-1",
    name: "Port",
    targets: [{ datasetUuid: id("d") }],
    scope: { rootPath: ["ROOT_ID"] },
  };
  assert.deepEqual(say(filters([]), filters([port])), ["filter Port: added"]);
  assert.deepEqual(say(filters([port]), filters([])), ["filter Port: removed"]);
  assert.deepEqual(say(filters([port]), filters([{ ...port, description: "all ports" }])), [
    "filter Port description: added, all ports",
  ]);
});

Deno.test("SQL is told by line, members by name, references by the name of what they refer to", () => {
  const dataset = (sql: string, expression: string) =>
    stored("dataset", datasetFile({ sql, metrics: [{ metric_name: "count", expression }] }));
  const other = stored("dataset", datasetFile({ uuid: id("d", 2), table_name: "berths" }));
  const before = assetsOf(dataset("SELECT 1\nFROM a\n", "1"), other, stored("chart", chartFile()));
  const after = assetsOf(
    dataset("SELECT 2\nFROM a\n", "2"),
    other,
    stored("chart", chartFile({ dataset_uuid: other.uuid, slice_name: "New name" })),
  );
  assert.deepEqual(
    differencesOf(before, after).map(({ name, change, statements }) => [name, change, sentences(statements)]),
    [
      ["ship_calls", "changed", ["sql|-SELECT 1|+SELECT 2| FROM a", "metric count expression: 1 → 2"]],
      ["New name", "changed", ["name: Calls per port → New name", "dataset: ship_calls → berths"]],
    ],
  );
});

Deno.test("assets of one side only are added or removed, databases first and dashboards last", () => {
  const some = [stored("dashboard", dashboardFile()), stored("dataset", datasetFile()), ...CHARTS];
  const added = differencesOf(assetsOf(), assetsOf(...some));
  assert.deepEqual(added.map(({ kind, change }) => [kind, change]), [
    ["dataset", "added"],
    ...CHARTS.map(() => ["chart", "added"]),
    ["dashboard", "added"],
  ]);
  assert.deepEqual(
    differencesOf(assetsOf(...some), assetsOf()).map(({ change }) => change),
    Array(5).fill("removed"),
  );
  assert.deepEqual(differencesOf(assetsOf(...some), assetsOf(...some)), []);
});

Deno.test("a long text shows two lines around each change", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const after = lines.map((line, index) => index === 3 || index === 20 ? `${line}!` : line);
  const diff = lineDiff(`${lines.join("\n")}\n`, `${after.join("\n")}\n`);
  assert.equal(diff.filter((line) => line === "…").length, 1);
  assert.deepEqual(diff.filter((line) => /^[-+]/.test(line)), [
    "-line 3",
    "+line 3!",
    "-line 20",
    "+line 20!",
  ]);
  assert.deepEqual(lineDiff("a", "a\n"), ["-a", "+a"]);
});

Deno.test("a layout whose nodes hold each other, and parts that no other holds, are listed once", () => {
  const loop = { ...TABS, "ROW-0": { ...mapOf(TABS, "ROW-0"), children: ["CHART-31", "TABS-1"] } };
  const parts = partsOf(loop, () => undefined);
  assert.equal(parts.get(id("c", 2))?.place, "nowhere");
  assert.equal(parts.get(id("c", 1))?.place, "tab Ports, row 1");
});
