import { cleanLine, stripControls } from "../../../lib/sanitize.ts";
import type { BuildResult, StepResult, StepStatus } from "../../../pipelines/core/build_result.ts";
import type { Style } from "../style.ts";
import {
  countPrograms,
  describeCounts,
  describeStatus,
  failuresOf,
  formatElapsed,
  isFailure,
  paintOf,
  SIGNS,
  WORDS,
} from "./status_words.ts";

/** A tree with more steps than this is shown without the siblings that passed or were skipped. */
const WHOLE_TREE = 100;
/** The number of failures whose output is shown. */
const MOST_FAILURES = 20;

/** Renders the end of a build: its tree, the last lines of each failure, and a summary. */
export function renderReport(result: BuildResult, style: Style): readonly string[] {
  return [
    ...renderResultTree(result.root, style),
    ...renderFailures(result.root, style),
    "",
    renderSummary(result, style),
  ];
}

/** Renders the tree of results. In a large tree, siblings without a failure are counted in one line. */
export function renderResultTree(root: StepResult, style: Style): readonly string[] {
  const lines: string[] = [];
  const isLarge = countSteps(root) > WHOLE_TREE;
  const visit = (step: StepResult, depth: number) => {
    lines.push(`${"  ".repeat(depth)}${renderResult(step, { style, by: "name" })}`);
    const hidden: Partial<Record<StepStatus, number>> = {};
    for (const child of step.steps) {
      if (isLarge && !isWorthALine(child)) hidden[child.status] = (hidden[child.status] ?? 0) + 1;
      else visit(child, depth + 1);
    }
    const counts = describeCounts(hidden);
    if (counts !== "") lines.push(style.dim(`${"  ".repeat(depth + 1)}… ${counts}`));
  };
  visit(root, 0);
  return lines;
}

function isWorthALine(step: StepResult): boolean {
  return isFailure(step.status) || step.status === "cancelled" || step.steps.some(isWorthALine);
}

function countSteps(root: StepResult): number {
  return root.steps.reduce((sum, step) => sum + countSteps(step), 1);
}

/** Renders one result by its name or by its path: `✗ unit  failed  1.2s  exit code 1`. */
export function renderResult(
  step: StepResult,
  { style, by }: { readonly style: Style; readonly by: "name" | "path" },
): string {
  const paint = paintOf(style, step.status);
  return [
    `${paint(SIGNS[step.status])} ${stripControls(step[by])}`,
    paint(WORDS[step.status]),
    ...step.status === "skipped" ? [] : [formatElapsed(step.durationMs)],
    ...step.reason === undefined ? [] : [style.dim(stripControls(step.reason))],
  ].join("  ");
}

/** Renders the last lines of each failure below its path. */
export function renderFailures(root: StepResult, style: Style): readonly string[] {
  const failures = failuresOf(root);
  const lines = failures.slice(0, MOST_FAILURES).flatMap((step) => [
    "",
    `${style.bad(SIGNS[step.status])} ${style.bold(stripControls(step.path))}  ${
      stripControls(describeStatus(step))
    }`,
    ...step.log.map((line) => `    ${cleanLine(line)}`),
  ]);
  const more = failures.length - MOST_FAILURES;
  return more <= 0 ? lines : [...lines, "", `… and ${more} more failures`];
}

/** Renders the result of the build in one line: `✗ web failed in 12s: 1 failed, 3 passed`. */
export function renderSummary({ pipeline, status, durationMs, root }: BuildResult, style: Style): string {
  const words = `${SIGNS[status]} ${stripControls(pipeline)} ${WORDS[status]} in ${
    formatElapsed(durationMs)
  }`;
  return `${style.bold(paintOf(style, status)(words))}: ${describeCounts(countPrograms(root))}`;
}
