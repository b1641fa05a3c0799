import { cleanLine, codeBlock, escapeMarkdown } from "../../../lib/sanitize.ts";
import type { BuildResult, StepResult } from "../../../pipelines/core/build_result.ts";
import {
  countPrograms,
  describeCounts,
  describeStatus,
  failuresOf,
  formatElapsed,
  isFailure,
  SIGNS,
  stepsOf,
  WORDS,
} from "./status_words.ts";

/** GitHub refuses a summary of more than 1 MiB. The job may have written some of it before. */
const MOST_BYTES = 900_000;
/** The share of the table, so that failures have room too. */
const TABLE_BYTES = 300_000;

/** Renders the summary of a job: a table of its steps, and the last lines of each failure. */
export function renderJobSummary(result: BuildResult): string {
  const { pipeline, status, durationMs, root, warnings } = result;
  const head = [
    `### ${SIGNS[status]} ${escapeMarkdown(pipeline)} ${WORDS[status]} in ${formatElapsed(durationMs)}`,
    "",
    `${describeCounts(countPrograms(root))}.`,
    "",
    ...warnings.slice(0, 20).flatMap((text) => [`⚠️ ${escapeMarkdown(text)}`, ""]),
    "| step | result | time | reason |",
    "| :-- | :-- | --: | :-- |",
  ];
  const text = new Limited(MOST_BYTES);
  text.add(head);
  addTable(text, root);
  text.add([""]);
  for (const step of failuresOf(root)) {
    const title = `#### ${SIGNS[step.status]} ${escapeMarkdown(step.path)}: ${
      escapeMarkdown(describeStatus(step))
    }`;
    const isAdded = text.add([
      title,
      "",
      ...step.log.length === 0 ? [] : [codeBlock(step.log.map(cleanLine)), ""],
    ]);
    if (!isAdded) {
      text.addNote("Further failures are left out: GitHub limits the size of a summary.");
      break;
    }
  }
  return text.lines.join("\n");
}

/** Adds a row for each step. In a large build, failures come before the other steps, which may be left out. */
function addTable(text: Limited, root: StepResult): void {
  const rows = stepsOf(root);
  const table = new Limited(TABLE_BYTES);
  const isTooLong = !table.add(rows.map(renderRow));
  const chosen = isTooLong ? rows.filter(({ status }) => isFailure(status)) : rows;
  let count = 0;
  for (const row of chosen) {
    if (text.bytes > TABLE_BYTES || !text.add([renderRow(row)])) break;
    count++;
  }
  const left = rows.length - count;
  if (left > 0) text.addNote(`${left} further steps are left out: GitHub limits the size of a summary.`);
}

function renderRow({ path, status, durationMs, reason }: StepResult): string {
  const time = status === "skipped" ? "" : formatElapsed(durationMs);
  return `| ${escapeMarkdown(path)} | ${SIGNS[status]} ${WORDS[status]} | ${time} | ${
    escapeMarkdown(reason ?? "")
  } |`;
}

/** Lines up to a number of bytes. */
class Limited {
  readonly lines: string[] = [];
  bytes = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Adds all lines, or none if they do not fit. */
  add(lines: readonly string[]): boolean {
    const bytes = lines.reduce((sum, line) => sum + new TextEncoder().encode(line).length + 1, 0);
    if (this.bytes + bytes > this.#most) return false;
    this.lines.push(...lines);
    this.bytes += bytes;
    return true;
  }

  /** Adds a sentence below a table or a section, whatever the size. */
  addNote(sentence: string): void {
    this.lines.push("", sentence, "");
  }
}
