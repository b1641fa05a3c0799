import assert from "node:assert/strict";
import {
  EVERYTHING,
  fitsGlob,
  isIgnored,
  isSelected,
  type Selectable,
  type Selection,
  selectsAll,
  withDependencies,
} from "../../../src/assets/core/select.ts";
import { assetsOf, chartFile, dashboardFile, databaseFile, datasetFile, id, stored } from "./samples.ts";

const CHART: Selectable = {
  kind: "chart",
  uuid: id("c"),
  name: "Calls per port",
  id: 31,
  owners: ["7", "ada@example.org", "ada", "Ada Lovelace"],
  tags: ["gold"],
};

function selects(selection: Partial<Selection>, asset: Selectable = CHART): boolean {
  return isSelected(asset, { ...EVERYTHING, ...selection });
}

Deno.test("without flags everything is selected", () => {
  assert.ok(selectsAll(EVERYTHING) && selects({}));
  assert.ok(selectsAll({ ...EVERYTHING, dependencies: false }));
  for (const flag of [{ kinds: ["chart"] }, { ids: [1] }, { names: ["x"] }, { published: true }] as const) {
    assert.ok(!selectsAll({ ...EVERYTHING, ...flag }));
  }
});

Deno.test("a repeated flag means or, different flags mean and", () => {
  assert.ok(selects({ kinds: ["dataset", "chart"] }));
  assert.ok(selects({ ids: [5, 31], names: ["calls *"] }));
  assert.ok(!selects({ ids: [31], names: ["Other*"] }));
  assert.ok(!selects({ kinds: ["dashboard"], ids: [31] }));
});

Deno.test("a UUID is selected by its beginning, an owner by number, name or address, a tag by its whole name", () => {
  assert.ok(selects({ uuids: [id("c").slice(0, 8).toUpperCase()] }));
  assert.ok(!selects({ uuids: ["ffff"] }) && !selects({ uuids: ["c"] }, { ...CHART, uuid: undefined }));
  for (const owner of ["7", "ADA", "ada@example.org", "ada lovelace"]) {
    assert.ok(selects({ owners: [owner] }), owner);
  }
  assert.ok(!selects({ owners: ["bob"] }) && !selects({ owners: ["ada"] }, { ...CHART, owners: undefined }));
  assert.ok(selects({ tags: ["gold"] }) && !selects({ tags: ["go"] }));
  assert.ok(!selects({ published: true }) && selects({ published: true }, { ...CHART, published: true }));
});

Deno.test("a glob has * and ?, ignores letter case, and gives no other character a meaning", () => {
  assert.ok(fitsGlob("sandbox *", "Sandbox of (x) [y]"));
  assert.ok(fitsGlob("a?c", "abc") && !fitsGlob("a?c", "ac"));
  assert.ok(fitsGlob("*", "two\nlines") && fitsGlob("(x)+", "(x)+") && !fitsGlob("(x)+", "xx"));
  assert.ok(!fitsGlob("port", "ports"));
});

Deno.test("a rule of ignore is about a name, kind or UUID", () => {
  const chart = stored("chart", chartFile());
  assert.ok(isIgnored(chart, ["name:Other", "name:Calls*"]));
  assert.ok(isIgnored(chart, ["kind:chart"]) && isIgnored(chart, [`uuid:${id("c").slice(0, 5)}*`]));
  assert.ok(!isIgnored(chart, ["kind:dataset", "name:Calls", "Calls*", "other:*"]));
});

Deno.test("what the selected assets use comes along, as far as it is there", () => {
  const all = assetsOf(
    stored("database", databaseFile()),
    stored("dataset", datasetFile()),
    stored("chart", chartFile({ uuid: id("c", 1) })),
    stored("chart", chartFile({ uuid: id("c", 9) })),
    stored("dashboard", dashboardFile()),
  );
  const found = (uuid: typeof CHART.uuid) =>
    [
      ...withDependencies([...all.values()].filter((asset) => asset.uuid === uuid), all).keys(),
    ].sort();
  assert.deepEqual(found(id("b")), [id("a"), id("b"), id("c", 1), id("d")]);
  assert.deepEqual(found(id("c", 9)), [id("a"), id("c", 9), id("d")]);
  assert.deepEqual(found(id("a")), [id("a")]);
});
