import { stripControls } from "../../../lib/sanitize.ts";
import type { PipelineNode } from "../../../pipelines/core/pipeline.ts";
import type { Streams } from "../../streams.ts";
import type { Style } from "../style.ts";
import { BuildTree } from "./build_tree.ts";
import type { BuildView } from "./build_view.ts";
import { renderLiveTree } from "./live_tree.ts";
import { PaintedArea } from "./painted_area.ts";
import { renderReport } from "./report.ts";

/** The time between two pictures, in milliseconds. */
const REPAINT_MS = 100;
/** The size of a terminal that does not know its own. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/** The parts of a view on a terminal. */
export interface TerminalViewOptions {
  readonly root: PipelineNode;
  readonly streams: Streams;
  readonly style: Style;
  /** Aborts when the build is cancelled. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Calls a function again and again; returns the function that ends it. */
  readonly every: (ms: number, call: () => void) => () => void;
}

/**
 * Shows the tree of a build in place while it runs, and its report at the end. The tree goes to stderr and the report to
 * stdout; both are terminals.
 */
export function makeTerminalView(options: TerminalViewOptions): BuildView {
  const { root, streams, style, signal, now } = options;
  const tree = new BuildTree(root);
  const area = new PaintedArea();
  const size = () => {
    const { columns, rows } = streams.size() ?? USUAL_SIZE;
    // A terminal without a window, as `script` makes one, has no columns.
    return columns > 0 && rows > 0 ? { columns, rows } : USUAL_SIZE;
  };
  let stop: (() => void) | undefined = options.every(REPAINT_MS, paint);

  function paint(): void {
    const { columns, rows } = size();
    const lines = renderLiveTree(tree, { style, columns, rows, now: now(), cancelled: signal.aborted });
    const text = area.paint(lines, { columns, rows });
    if (text !== "") streams.stderr(text);
  }
  function end(): void {
    if (stop === undefined) return;
    stop();
    stop = undefined;
    streams.stderr(area.clear(size()));
  }

  return {
    observe(event) {
      tree.apply(event);
      if (event.kind !== "build_ended") return;
      end();
      const warnings = event.result.warnings.map((text) => style.warm(`warning: ${stripControls(text)}`));
      streams.stdout(`${[...renderReport(event.result, style), ...warnings].join("\n")}\n`);
    },
    end,
  };
}
