import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatPlanRecord,
  movedSince,
  parsePlanRecord,
  recordPlan,
} from "../../../../src/assets/core/review/plan_record.ts";
import { current, planned, uuid } from "./plans.ts";

const ACTIONS = ["create", "update", "unchanged", "conflict", "skip"] as const;

Deno.test("parsePlanRecord() reads what formatPlanRecord() wrote, for any plan", () => {
  const plans = fc.array(fc.constantFrom(...ACTIONS), { maxLength: 600 });
  fc.assert(fc.property(plans, (actions) => {
    const record = recordPlan(current(actions.map((action, index) => planned(index, { action }))));
    const line = formatPlanRecord(record);

    assert.deepEqual(parsePlanRecord(line), record);
    assert.equal(record.assets.length + record.more, actions.filter((each) => each !== "unchanged").length);
    assert.ok(line.length < 25_000, String(line.length));
    assert.equal(line.indexOf("-->"), line.length - 3);
    assert.deepEqual(
      movedSince(record, current(actions.map((action, index) => planned(index, { action })))),
      [],
    );
  }));
});

Deno.test("parsePlanRecord() takes nothing else for a record", () => {
  const good = formatPlanRecord(recordPlan(current([planned(1)])));
  assert.ok(parsePlanRecord(good) !== undefined);
  for (
    const bad of [
      "",
      `x${good}`,
      `${good}x`,
      good.replace('"version":1', '"version":2'),
      good.replace("d".repeat(64), "d".repeat(63)),
      good.replace(" update ", " upgrade "),
      good.replace(" aaaaaaaa ", " aaaa "),
      good.replace(uuid(1), "1"),
      good.replace("bbbbbbbb", "bbbbbbbb b"),
      good.replace('"more":0', '"more":"0"'),
      good.replace("{", "{{"),
    ]
  ) {
    assert.notEqual(bad, good);
    assert.equal(parsePlanRecord(bad), undefined, bad);
  }
});

Deno.test("movedSince() names each asset whose action or content moved, and no other", () => {
  const record = recordPlan(current([
    planned(1, { action: "create" }),
    planned(2),
    planned(3),
    planned(4),
    planned(5, { action: "unchanged" }),
  ]));
  const now = [
    planned(1, { action: "conflict" }),
    planned(2),
    planned(3, { action: "unchanged" }),
    planned(5, { name: "Calls", kind: "dashboard" }),
  ];

  assert.deepEqual(movedSince(record, current(now)).map(({ uuid, name, what }) => [uuid, name, what]), [
    [uuid(1), "Chart 1", "now conflict, was create"],
    [uuid(3), "Chart 3", "now unchanged, was update"],
    [uuid(4), undefined, "no longer in the folder, was update"],
    [uuid(5), "Calls", "now update, was unchanged"],
  ]);
});

Deno.test("movedSince() says on which side the content is another one", () => {
  const record = recordPlan(current([planned(1)]));
  const whatOf = (sides: { readonly ours?: string; readonly theirs?: string }) =>
    movedSince(record, current([planned(1)], sides)).map(({ what }) => what);

  assert.deepEqual(whatOf({ ours: "c" }), ["other content in the folder"]);
  assert.deepEqual(whatOf({ theirs: "c" }), ["other content on the instance"]);
  assert.deepEqual(whatOf({ ours: "c", theirs: "c" }), ["other content in the folder and on the instance"]);
  assert.deepEqual(whatOf({}), []);
});

Deno.test("movedSince() does not judge an asset that a cut record may have left out", () => {
  const many = Array.from({ length: 300 }, (_, index) => planned(index));
  const record = recordPlan(current(many));

  assert.equal(record.more, 50);
  assert.deepEqual(movedSince(record, current(many, { ours: "c" })).length, 250);
});
