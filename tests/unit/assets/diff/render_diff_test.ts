import assert from "node:assert/strict";
import type { AssetDifference } from "../../../../src/assets/core/diff/differences.ts";
import {
  countDifferences,
  renderDiffHtml,
  renderDiffMarkdown,
  renderDiffText,
} from "../../../../src/assets/core/diff/render_diff.ts";
import { id } from "../samples.ts";

const EVIL = '<script>alert(1)</script> <img src=x onerror=1> "quoted" & \u001b[31mred\u202e';

function difference(name: string, more: Partial<AssetDifference> = {}): AssetDifference {
  return {
    uuid: id("c"),
    kind: "chart",
    name,
    change: "changed",
    fields: ["sql"],
    statements: [
      { kind: "sentence", text: `${EVIL}: 1 → 2` },
      { kind: "text", label: EVIL, lines: [`-${EVIL}`, "+```", " </details>"] },
    ],
    ...more,
  };
}

const SIDES = { before: "git:main", after: EVIL };

Deno.test("HTML has no script, nothing from elsewhere, and text of people only escaped", () => {
  const html = renderDiffHtml([difference(EVIL)], SIDES);
  const attributes = [...html.matchAll(/<[a-z0-9]+ ([^>]*)>/g)].map(([, each]) => each);
  assert.deepEqual([...new Set(attributes)], [
    'lang="en"',
    'charset="utf-8"',
    'name="viewport" content="width=device-width"',
    "open",
    'class="changed"',
  ]);
  assert.ok(!/url\(|@import|https?:/.test(html));
  assert.match(html, /&#60;script&#62;alert\(1\)&#60;\/script&#62;/);
  assert.ok(!html.includes("\u001b") && !html.includes("\u202e"));
  const tags = new Set([...html.matchAll(/<([a-z0-9]+)/g)].map(([, name]) => name));
  assert.deepEqual(
    [...tags].sort(),
    ["b", "del", "details", "h1", "html", "ins", "li", "meta", "p", "pre", "style", "summary", "title", "ul"],
  );
  assert.match(html, /<del>-/);
  assert.match(html, /<ins>\+```<\/ins>/);
});

Deno.test("Markdown keeps text of people within its fence, and escapes it outside", () => {
  const text = renderDiffMarkdown([difference(EVIL), difference(EVIL, { change: "added", statements: [] })], {
    sides: SIDES,
  });
  assert.ok(!text.replace(/````diff[\s\S]*?\n````\n/g, "").match(/<script|<img/));
  // A fence in a text is shorter than the one around it, so it does not end it.
  assert.match(text, /\n````diff\n/);
  assert.ok(!text.includes("\u001b"));
  assert.match(text, /^\*\*git:main → /);
});

Deno.test("Markdown that is too long says how many assets it leaves out", () => {
  const many = Array.from({ length: 50 }, (_, index) => difference(`chart ${index}`));
  const text = renderDiffMarkdown(many, { sides: SIDES, longest: 3000 });
  assert.ok(text.length < 3100);
  const [, left = ""] = /and (\d+) more\n$/.exec(text) ?? [];
  assert.equal(text.split("<details>").length - 1 + Number(left), 50);
});

Deno.test("text has a sign for each asset, and no control characters", () => {
  const kinds: string[] = [];
  const lines = renderDiffText([
    difference("a"),
    difference("b", { change: "added", statements: [] }),
    difference(EVIL, { change: "removed", statements: [] }),
  ], (line, kind) => {
    kinds.push(kind);
    return line;
  });
  assert.equal(lines[0], '~ chart "a"');
  assert.deepEqual([lines.at(-2)?.slice(0, 1), lines.at(-1)?.slice(0, 1)], ["+", "-"]);
  assert.deepEqual(kinds, ["title", "plain", "plain", "minus", "plus", "plain", "plus", "minus"]);
  assert.ok(!lines.join("").includes("\u001b"));
});

Deno.test("differences are counted by what they are", () => {
  assert.equal(countDifferences([]), "no differences");
  const some = (["changed", "added", "changed", "removed"] as const).map((change) =>
    difference("a", { change })
  );
  assert.equal(countDifferences(some), "1 added, 2 changed, 1 removed");
});
