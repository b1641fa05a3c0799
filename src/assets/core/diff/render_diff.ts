/** Renders differences as text, as Markdown for a comment, and as one HTML file without script. */

import { escapeMarkdown } from "../../../lib/sanitize.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { AssetDifference, DiffStatement } from "./differences.ts";

/** The sides of a comparison, as the person named them. */
export interface DiffSides {
  readonly before: string;
  readonly after: string;
}

const SIGNS: Readonly<Record<AssetDifference["change"], string>> = { added: "+", removed: "-", changed: "~" };

/** Renders differences as lines for a terminal, which `paint` may colour. */
export function renderDiffText(
  differences: readonly AssetDifference[],
  paint: (line: string, kind: "title" | "plus" | "minus" | "plain") => string,
): readonly string[] {
  return differences.flatMap((each) => [
    paint(
      stripControls(`${SIGNS[each.change]} ${each.kind} "${each.name}"`),
      each.change === "added" ? "plus" : each.change === "removed" ? "minus" : "title",
    ),
    ...each.statements.flatMap((statement) =>
      statementLines(statement).map((line) =>
        paint(
          `    ${stripControls(line)}`,
          line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "plain",
        )
      )
    ),
  ]);
}

function statementLines(statement: DiffStatement): readonly string[] {
  return statement.kind === "sentence" ? [statement.text] : [`${statement.label}:`, ...statement.lines];
}

/** Counts differences in a sentence: `1 added, 2 changed`. */
export function countDifferences(differences: readonly AssetDifference[]): string {
  const counts = (["added", "changed", "removed"] as const)
    .map((change) => ({ change, count: differences.filter((each) => each.change === change).length }))
    .filter(({ count }) => count > 0);
  return counts.map(({ change, count }) => `${count} ${change}`).join(", ") || "no differences";
}

/** Renders differences as Markdown, each asset folded. Text of people is escaped; long diffs are cut. */
export function renderDiffMarkdown(
  differences: readonly AssetDifference[],
  { sides, longest = 60_000 }: { readonly sides: DiffSides; readonly longest?: number },
): string {
  const head = `**${escapeMarkdown(sides.before)} → ${escapeMarkdown(sides.after)}**: ${
    countDifferences(differences)
  }\n`;
  let text = head;
  for (const [index, each] of differences.entries()) {
    const title = `${SIGNS[each.change]} ${each.kind} ${escapeMarkdown(each.name)}`;
    const fence = "`".repeat(Math.max(3, longestTicks(each) + 1));
    const body = each.statements.length === 0
      ? `\n- ${title}\n`
      : `\n<details><summary>${
        withoutMentions(escapeHtml(`${SIGNS[each.change]} ${each.kind} ${each.name}`))
      }</summary>\n\n${fence}diff\n` +
        `${
          each.statements.flatMap(statementLines).map((line) => stripControls(line)).join("\n")
        }\n${fence}\n\n</details>\n`;
    if (text.length + body.length > longest) return `${text}\nand ${differences.length - index} more\n`;
    text += body;
  }
  return text;
}

/** Keeps GitHub from taking a name in HTML for the mention of a person or an issue. */
function withoutMentions(html: string): string {
  return html.replace(/@|(?<!&)#/g, "$&\u200b");
}

function longestTicks({ statements }: AssetDifference): number {
  const runs = statements.flatMap(statementLines).join("\n").match(/`+/g) ?? [];
  return Math.max(0, ...runs.map(({ length }) => length));
}

/** Renders differences as one HTML page without script or anything from elsewhere. */
export function renderDiffHtml(differences: readonly AssetDifference[], sides: DiffSides): string {
  const title = `${escapeHtml(sides.before)} → ${escapeHtml(sides.after)}`;
  const assets = differences.map((each) => {
    const head = `<summary class="${each.change}">${SIGNS[each.change]} ${each.kind} <b>${
      escapeHtml(each.name)
    }</b></summary>`;
    const body = each.statements.map((statement) =>
      statement.kind === "sentence"
        ? `<li>${escapeHtml(statement.text)}</li>`
        : `<li>${escapeHtml(statement.label)}<pre>${statement.lines.map(htmlLine).join("\n")}</pre></li>`
    );
    return `<details open>${head}${body.length === 0 ? "" : `<ul>${body.join("")}</ul>`}</details>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
summary { cursor: pointer; }
pre { overflow-x: auto; padding: .5rem; border: 1px solid #8888; }
.added, ins { color: #1a7f37; text-decoration: none; }
.removed, del { color: #cf222e; text-decoration: none; }
@media (prefers-color-scheme: dark) { .added, ins { color: #3fb950; } .removed, del { color: #ff7b72; } }
</style>
<h1>${title}</h1>
<p>${countDifferences(differences)}</p>
${assets.join("\n")}
</html>
`;
}

function htmlLine(line: string): string {
  const text = escapeHtml(line);
  return line.startsWith("+") ? `<ins>${text}</ins>` : line.startsWith("-") ? `<del>${text}</del>` : text;
}

function escapeHtml(text: string): string {
  return stripControls(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
