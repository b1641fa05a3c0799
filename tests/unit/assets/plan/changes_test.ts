import assert from "node:assert/strict";
import { changesOf, lostMembers } from "../../../../src/assets/core/plan/changes.ts";
import { judgeState } from "../../../../src/assets/core/plan/state.ts";
import { chartFile, dashboardFile, datasetFile, stored } from "../samples.ts";

Deno.test("a change is named by its path, members of a dataset by their names", () => {
  const before = stored("dataset", datasetFile());
  const after = stored(
    "dataset",
    datasetFile({
      metrics: [{ metric_name: "count", expression: "SUM(1)", extra: {} }],
      columns: [{ column_name: "port", type: "TEXT" }, { column_name: "new" }],
      schema: null,
    }),
  );
  assert.deepEqual(changesOf(before, after).map(({ path }) => path), [
    "metrics.count.expression",
    "columns.new",
    "columns.port.type",
    "columns.at",
    "schema",
  ]);
  assert.deepEqual(changesOf(before, before), []);
  assert.deepEqual(lostMembers(before, after), ["columns.at"]);
});

Deno.test("the order of columns, and 1 for 1.0, are no changes; a longer list is one change", () => {
  const chart = (params: Readonly<Record<string, unknown>>) =>
    stored("chart", chartFile({ params: JSON.stringify(params) }));
  assert.deepEqual(changesOf(chart({ a: 1, b: [1] }), chart({ b: [1], a: 1.0 })), []);
  assert.deepEqual(changesOf(chart({ b: [1] }), chart({ b: [1, 2] })), [{
    path: "params.b",
    before: [1],
    after: [1, 2],
  }]);
});

Deno.test("filters are compared by their ids, not by their places", () => {
  const filter = (name: string) => ({
    id: `F-${name}`,
    name,
    scope: { rootPath: ["ROOT_ID"], excluded: [] },
  });
  const dashboard = (names: readonly string[]) =>
    stored("dashboard", dashboardFile({ metadata: { native_filter_configuration: names.map(filter) } }));
  const [change, ...more] = changesOf(dashboard(["a"]), dashboard(["b", "a"]));
  assert.equal(change?.path, "metadata.native_filter_configuration.F-b");
  assert.equal(more.length, 0);
});

Deno.test("a state says on which side an asset was changed since both were known to be equal", () => {
  const base = new Set(["old"]);
  assert.equal(judgeState({ ours: undefined, theirs: "x", base }), "only_there");
  assert.equal(judgeState({ ours: "x", theirs: undefined, base }), "ahead");
  assert.equal(judgeState({ ours: "x", theirs: "x", base: undefined }), "in_step");
  assert.equal(judgeState({ ours: "new", theirs: "old", base }), "ahead");
  assert.equal(judgeState({ ours: "old", theirs: "new", base }), "behind");
  assert.equal(judgeState({ ours: "mine", theirs: "new", base }), "both");
  assert.equal(judgeState({ ours: "mine", theirs: "new", base: undefined }), "both");
});
