import { stripControls } from "../../../lib/sanitize.ts";
import type { StepStatus } from "../../../pipelines/core/build_result.ts";
import type { Style } from "../style.ts";
import { cut } from "../table.ts";
import { textWidth } from "../text_width.ts";
import type { BuildTree, LiveNode, NodeState } from "./build_tree.ts";
import { cleanLastLine } from "./clean_line.ts";
import { type CollapsedRow, type CollapsedTree, collapseTree } from "./collapsed_tree.ts";
import { formatElapsed, paintOf, SIGNS, WORDS } from "./status_words.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const FRAME_MS = 100;
/** A screen with fewer lines shows the footer alone. */
const LEAST_LINES = 3;

/** A painted line with its width in columns. */
export interface ScreenLine {
  readonly text: string;
  readonly width: number;
}

/** The surroundings of one picture. */
export interface Picture {
  readonly style: Style;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  /** Whether the build was cancelled, and tear-downs run. */
  readonly cancelled: boolean;
}

interface Segment {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

/**
 * Renders the tree of a running build: whole if it fits the screen, else collapsed. No line is wider than the screen.
 */
export function renderLiveTree(tree: BuildTree, picture: Picture): readonly ScreenLine[] {
  const room = picture.rows - 2;
  const footer = renderFooter(tree, picture);
  if (room < LEAST_LINES) return [footer];
  if (tree.size <= room) return [...wholeLines(tree.root, picture), footer];
  const { rows, hidden } = collapseTree(tree.root, room);
  return [...rows.map((row) => renderRow(row, picture)), ...renderHidden(hidden, picture), footer];
}

function wholeLines(root: LiveNode, picture: Picture): readonly ScreenLine[] {
  const lines: ScreenLine[] = [];
  const visit = (node: LiveNode, depth: number) => {
    lines.push(renderNode(node, depth, picture));
    for (const child of node.children) visit(child, depth + 1);
  };
  visit(root, 0);
  return lines;
}

function renderRow({ node, depth, counts }: CollapsedRow, picture: Picture): ScreenLine {
  if (counts === undefined) return renderNode(node, depth, picture);
  return fit([{ text: `${indent(depth, picture)}${countsOf(counts)}`, paint: picture.style.dim }], picture);
}

/** Says in one line how many steps have none. */
function renderHidden({ running, failed }: CollapsedTree["hidden"], picture: Picture): readonly ScreenLine[] {
  const words = [
    ...running === 0 ? [] : [`${running} more running`],
    ...failed === 0 ? [] : [`${failed} more failed`],
  ];
  return words.length === 0 ? [] : [fit([{ text: `… ${words.join(", ")}` }], picture)];
}

const COUNTED: readonly NodeState[] = ["passed", "failed", "timed_out", "cancelled", "skipped", "waiting"];

function countsOf(counts: ReadonlyMap<NodeState, number>): string {
  return COUNTED.flatMap((state) => {
    const count = counts.get(state) ?? 0;
    if (count === 0) return [];
    const isOpen = state === "waiting" || state === "running";
    return [isOpen ? `${count} ${state}` : `${SIGNS[state]} ${count} ${WORDS[state]}`];
  }).join(" · ");
}

function renderNode(node: LiveNode, depth: number, picture: Picture): ScreenLine {
  const { style, now } = picture;
  const before = indent(depth, picture);
  const name = stripControls(node.name);
  switch (node.state) {
    case "waiting":
      return fit([{ text: `${before}· ${name}`, paint: style.dim }], picture);
    case "running": {
      const line = node.runsProgram ? cleanLastLine(node.lastLine) : "";
      return fit([
        { text: `${before}${spinnerAt(now)} ` },
        { text: name, paint: style.bold },
        { text: `  ${formatElapsed(now - node.startedAt)}` },
        { text: line === "" ? "" : `  ${line}`, paint: style.dim },
      ], picture);
    }
    default:
      return fit(endedSegments(node, { before, name, status: node.state, style }), picture);
  }
}

function endedSegments(
  node: LiveNode,
  { before, name, status, style }: {
    readonly before: string;
    readonly name: string;
    readonly status: StepStatus;
    readonly style: Style;
  },
): readonly Segment[] {
  const paint = paintOf(style, status);
  const time = status === "skipped" ? "" : `  ${formatElapsed(node.durationMs)}`;
  return [
    { text: `${before}${SIGNS[status]} `, paint },
    { text: name },
    { text: `  ${WORDS[status]}`, paint },
    { text: time },
    { text: node.reason === undefined ? "" : `  ${stripControls(node.reason)}`, paint: style.dim },
  ];
}

function renderFooter(tree: BuildTree, picture: Picture): ScreenLine {
  const counts = tree.programs;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const running = counts.get("running") ?? 0;
  const failed = (counts.get("failed") ?? 0) + (counts.get("timed_out") ?? 0);
  const done = all - running - (counts.get("waiting") ?? 0);
  const { style, cancelled } = picture;
  return fit([
    { text: `${done} of ${all} done, ${running} running` },
    { text: failed === 0 ? "" : `, ${failed} failed`, paint: style.bad },
    {
      text: cancelled ? "; cancelling: Ctrl-C again ends everything at once" : "",
      paint: style.warm,
    },
  ], picture);
}

/** Deep nodes of a narrow screen are indented less, so that their names stay readable. */
function indent(depth: number, { columns }: Pick<Picture, "columns">): string {
  return " ".repeat(Math.min(depth * 2, Math.floor(columns / 3)));
}

function spinnerAt(now: number): string {
  return FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length] ?? FRAMES[0];
}

/** Joins segments into a line that leaves the last column free, since some terminals break a line that fills it. */
function fit(segments: readonly Segment[], { columns }: Pick<Picture, "columns">): ScreenLine {
  let text = "";
  let width = 0;
  const room = Math.max(1, columns - 1);
  for (const segment of segments) {
    if (segment.text === "") continue;
    if (width >= room) break;
    const whole = textWidth(segment.text);
    const part = width + whole <= room ? segment.text : cut(segment.text, room - width);
    text += segment.paint?.(part) ?? part;
    width += textWidth(part);
    if (part !== segment.text) break;
  }
  return { text, width };
}
