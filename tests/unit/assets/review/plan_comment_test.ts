import assert from "node:assert/strict";
import type { AssetDifference } from "../../../../src/assets/core/diff/differences.ts";
import {
  type PlanCommentParts,
  planMarker,
  readPlanComment,
  renderPlanComment,
} from "../../../../src/assets/core/review/plan_comment.ts";
import { recordPlan } from "../../../../src/assets/core/review/plan_record.ts";
import { current, planned, uuid } from "./plans.ts";

const EVIL = "a|b\n<!-- x --> @everyone #1 <img src=x> [l](https://x.example) `c` -->\u202e";

function difference(index: number, text: string): AssetDifference {
  return {
    uuid: uuid(index),
    kind: "chart",
    name: `Chart ${index}`,
    change: "changed",
    statements: [{ kind: "sentence", text }],
    fields: [],
  };
}

function comment(more: Partial<PlanCommentParts> = {}): string {
  const plan = more.plan ?? [planned(1, { fields: ["params.a"], lost: ["columns.port"] })];
  return renderPlanComment({
    instance: "qa",
    plan,
    record: recordPlan(current(plan)),
    differences: [difference(1, "width: 6 → 4")],
    sides: { before: "qa", after: "assets" },
    ...more,
  });
}

Deno.test("renderPlanComment() shows summary, table, folded differences and digest", () => {
  const plan = [
    planned(1, { fields: ["params.a"], lost: ["columns.port"] }),
    planned(2, { action: "conflict", message: "it was edited" }),
    planned(3, { action: "unchanged" }),
  ];
  const lines = comment({ plan }).split("\n");

  assert.equal(lines[0], "<!-- showtime-assets:qa -->");
  assert.deepEqual(readPlanComment(lines.join("\r\n")), recordPlan(current(plan)));
  assert.deepEqual(lines.slice(2), [
    "### Superset assets: what a push to `qa` does",
    "",
    "1 update, 1 conflict, 1 unchanged",
    "",
    "**A push with a conflict writes nothing at all.**",
    "",
    "| action | kind | name | why |",
    "|---|---|---|---|",
    "| update | chart | Chart 1 | deletes columns.port; params.a |",
    "| conflict | chart | Chart 2 | it was edited |",
    "",
    "<details><summary>Differences</summary>",
    "",
    "**qa → assets**: 1 changed",
    "",
    "<details><summary>~ chart Chart 1</summary>",
    "",
    "```diff",
    "width: 6 → 4",
    "```",
    "",
    "</details>",
    "",
    "</details>",
    "",
    `A push that takes its plan from this comment does this and nothing else: \`${"d".repeat(64)}\``,
    "",
  ]);
});

Deno.test("renderPlanComment() escapes the text of people everywhere", () => {
  const text = comment({
    plan: [planned(1, { name: EVIL, message: EVIL, fields: [EVIL], lost: [EVIL] })],
    differences: [{ ...difference(1, EVIL), name: EVIL }],
  });
  const [marker, data, ...rest] = text.split("\n");
  const shown = rest.join("\n").replace(/```+diff\n[\s\S]*?\n```+/g, "");

  assert.equal(marker, planMarker("qa"));
  assert.ok(data?.endsWith("-->"));
  assert.doesNotMatch(shown, /<!--|<img|@everyone|(?<!&)#1|\u202e/);
  const row = rest.find((line) => line.startsWith("| update"));
  assert.doesNotMatch(row ?? "", /(?<!\\)[[\]()`]|:\/\//);
  assert.equal(row?.match(/\|/g)?.length, 5);
});

Deno.test("renderPlanComment() stays below GitHub's limit, and says what it left out", () => {
  const plan = Array.from({ length: 3000 }, (_, index) => planned(index, { name: "🎪|".repeat(200) }));
  const differences = plan.map((_, index) => difference(index, "x".repeat(500)));
  const text = comment({ plan, record: recordPlan(current(plan)), differences });

  assert.ok(text.length <= 60_100, String(text.length));
  assert.match(text, /\nand \d+ more\n[\s\S]*\nand \d+ more\n/);
  assert.match(text, /<\/details>\n\nA push that/);
  assert.equal(readPlanComment(text)?.more, 2750);
});

Deno.test("readPlanComment() reads the second line only, where no text of people can be", () => {
  const [, data = ""] = comment().split("\n");
  assert.ok(readPlanComment(`${planMarker("qa")}\n${data}`) !== undefined);
  assert.equal(readPlanComment(`${planMarker("qa")}\n\n${data}`), undefined);
  assert.equal(readPlanComment(planMarker("qa")), undefined);
});
