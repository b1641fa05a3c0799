import assert from "node:assert/strict";
import {
  chartsInScope,
  filterDatasets,
  renameCharts,
} from "../../../../src/assets/core/stored_form/chart_references.ts";
import { mapOf, type TreeMap } from "../../../../src/assets/core/tree.ts";
import { chartNode, dashboardFile, id, layoutOf } from "../samples.ts";

const [ONE, TWO, THREE] = [id("c", 1), id("c", 2), id("c", 3)];
const LAYOUT = layoutOf([[31, ONE], [32, TWO]], [[33, THREE]]);
const same = (uuid: string) => uuid;

Deno.test("a scope covers the charts below its roots in the layout, without those it excludes", () => {
  const covered = (rootPath: readonly string[], excluded: readonly string[] = []) =>
    chartsInScope(LAYOUT, { scope: { rootPath, excluded }, referenceOf: same });
  assert.deepEqual(covered(["ROOT_ID"]), [ONE, TWO, THREE]);
  assert.deepEqual(covered(["ROOT_ID"], [TWO]), [ONE, THREE]);
  assert.deepEqual(covered(["ROW-0"]), [ONE, TWO]);
  assert.deepEqual(covered(["ROW-0", "ROW-1"], [ONE]), [TWO, THREE]);
  assert.deepEqual(covered(["TAB-gone"]), []);
  assert.deepEqual(covered([]), []);
});

Deno.test("a scope reads the children of the layout, since `parents` may be out of date", () => {
  const stale = {
    ...LAYOUT,
    "CHART-33": chartNode("CHART-33", { uuid: THREE, chartId: 33, parents: ["ROW-0"] }),
  };
  const scope = { rootPath: ["ROW-0"], excluded: [] };
  assert.deepEqual(chartsInScope(stale, { scope, referenceOf: same }), [ONE, TWO]);
});

Deno.test("a layout whose nodes hold each other ends", () => {
  const loop: TreeMap = {
    ...LAYOUT,
    "ROW-0": { id: "ROW-0", type: "ROW", children: ["ROW-1", "CHART-31"] },
    "ROW-1": { id: "ROW-1", type: "ROW", children: ["ROW-0"] },
  };
  const scope = { rootPath: ["TAB-x"], excluded: [] };
  assert.deepEqual(chartsInScope(loop, { scope, referenceOf: same }), []);
});

Deno.test("every reference is renamed, references to charts elsewhere are dropped, and derived lists are left out", () => {
  const names: Readonly<Record<string, number>> = { 31: 1, 32: 2, 33: 3 };
  const renamed = renameCharts(mapOf(dashboardFile(), "metadata"), (each) => names[each]);
  const text = JSON.stringify(renamed);
  assert.ok(!text.includes("999") && !text.includes("chartsInScope"), text);
  assert.deepEqual(renamed["timed_refresh_immune_slices"], [1]);
  assert.deepEqual(renamed["expanded_slices"], { 2: true });
  assert.deepEqual(renamed["chart_configuration"], {
    1: { id: 1, crossFilters: { scope: "global" } },
    2: { id: 2, crossFilters: { scope: { rootPath: ["ROOT_ID"], excluded: [3] } } },
  });
  assert.deepEqual(renamed["global_chart_configuration"], {
    scope: { rootPath: ["ROOT_ID"], excluded: [2] },
  });
  assert.deepEqual((renamed["native_filter_configuration"] as readonly TreeMap[])[0]?.["scope"], {
    rootPath: ["ROW-0"],
    excluded: [2],
  });
});

Deno.test("the datasets of filters are found at any depth, each once", () => {
  const filter = { targets: [{ datasetUuid: id("d", 2) }, { datasetUuid: id("d", 1).toUpperCase() }] };
  assert.deepEqual(filterDatasets({ native_filter_configuration: [filter, filter] }), [
    id("d", 1),
    id("d", 2),
  ]);
});
