/** The comment of a plan on a pull request: summary, table, folded differences and digest. */

import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { AssetDifference } from "../diff/differences.ts";
import { type DiffSides, renderDiffMarkdown } from "../diff/render_diff.ts";
import type { PlannedAsset } from "../plan/plan.ts";
import { formatPlanRecord, parsePlanRecord, type PlanRecord } from "./plan_record.ts";

/** The length that a comment stays under. GitHub refuses more than 65,536 characters. */
const LONGEST = 60_000;
/** The length that the table stays under. */
const LONGEST_TABLE = 15_000;
/** The length of a cell, before it is escaped. */
const LONGEST_CELL = 160;
/** The number of fields that a cell names. */
const MOST_FIELDS = 4;

/** The parts of a comment. */
export interface PlanCommentParts {
  readonly instance: string;
  readonly plan: readonly PlannedAsset[];
  readonly record: PlanRecord;
  readonly differences: readonly AssetDifference[];
  readonly sides: DiffSides;
}

/** Returns the invisible beginning of an instance's comment, by which the comment is found again. */
export function planMarker(instance: string): string {
  return `<!-- showtime-assets:${instance} -->`;
}

/** Renders the comment. Text of people is escaped, and what is too long is cut. */
export function renderPlanComment({ instance, plan, record, differences, sides }: PlanCommentParts): string {
  const conflicts = plan.filter(({ action }) => action === "conflict").length;
  const head = [
    planMarker(instance),
    formatPlanRecord(record),
    `### Superset assets: what a push to \`${instance}\` does`,
    "",
    countActions(plan) || "The folder has no assets",
    ...(conflicts === 0 ? [] : ["", "**A push with a conflict writes nothing at all.**"]),
    "",
    ...renderRows(plan),
  ].join("\n");
  const foot =
    `\nA push that takes its plan from this comment does this and nothing else: \`${record.digest}\`\n`;
  if (differences.length === 0) return `${head}${foot}`;
  const [open, close] = ["\n<details><summary>Differences</summary>\n\n", "\n</details>\n"];
  const left = LONGEST - head.length - foot.length - open.length - close.length;
  return `${head}${open}${renderDiffMarkdown(differences, { sides, longest: left })}${close}${foot}`;
}

/** Reads the record of a comment that {@link renderPlanComment} wrote; undefined if it has none. */
export function readPlanComment(body: string): PlanRecord | undefined {
  // The second line stands before every text of people. GitHub may have changed the line breaks.
  return parsePlanRecord(body.split(/\r?\n/, 2)[1] ?? "");
}

function countActions(plan: readonly PlannedAsset[]): string {
  const counts = new Map<string, number>();
  for (const { action } of plan) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} ${action}`).join(", ");
}

function renderRows(plan: readonly PlannedAsset[]): readonly string[] {
  const shown = plan.filter(({ action }) => action !== "unchanged");
  if (shown.length === 0) return [];
  const lines = ["| action | kind | name | why |", "|---|---|---|---|"];
  let length = 0;
  for (const [index, asset] of shown.entries()) {
    const line = `| ${asset.action} | ${asset.kind} | ${cell(asset.name)} | ${cell(describe(asset))} |`;
    length += line.length + 1;
    if (length > LONGEST_TABLE) return [...lines, "", `and ${shown.length - index} more`, ""];
    lines.push(line);
  }
  return [...lines, ""];
}

function describe({ message, fields, lost }: PlannedAsset): string {
  const more = fields.length > MOST_FIELDS ? " …" : "";
  return [
    ...(lost.length === 0 ? [] : [`deletes ${lost.join(", ")}`]),
    ...(message === undefined ? [] : [message]),
    ...(fields.length === 0 ? [] : [fields.slice(0, MOST_FIELDS).join(", ") + more]),
  ].join("; ");
}

function cell(text: string): string {
  const chars = [...text];
  const short = chars.length > LONGEST_CELL ? `${chars.slice(0, LONGEST_CELL).join("")}…` : text;
  return escapeMarkdown(short);
}
