import { cleanLine, defuseWorkflowCommand, stripControls } from "../../../lib/sanitize.ts";
import type { Style } from "../style.ts";
import type { BuildView } from "./build_view.ts";
import { renderFailures, renderResult, renderSummary } from "./report.ts";
import { describeStatus, failuresOf, isFailure } from "./status_words.ts";

/** The parts of a view in plain lines. */
export interface LinesViewOptions {
  /** Takes the output of steps; undefined if it is not shown. */
  readonly output: ((text: string) => void) | undefined;
  /** Takes lines about the build. */
  readonly talk: (text: string) => void;
  readonly warn: (text: string) => void;
  /** The style of {@link LinesViewOptions.talk}. */
  readonly style: Style;
  /** Whether only failures are shown, with their last lines. */
  readonly quiet: boolean;
  /** Whether a workflow's runner reads the output of steps and must find no command in it. */
  readonly inActions: boolean;
}

/**
 * Shows a build as plain lines: each line of output as `path | line`, the beginning and the end of each step, and a
 * summary. A reader finds the output of one step by the beginning of its lines.
 */
export function makeLinesView(options: LinesViewOptions): BuildView {
  const { output, talk, warn, style, quiet, inActions } = options;
  const defuse = inActions ? defuseWorkflowCommand : (line: string) => line;
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) talk(`${lines.map(defuse).join("\n")}\n`);
  };

  return {
    observe(event) {
      switch (event.kind) {
        case "step_started":
          if (!quiet) write([style.dim(`▸ ${stripControls(event.step.path)}`)]);
          break;
        case "step_output": {
          const before = `${stripControls(event.step.path)} | `;
          output?.(`${event.lines.map((line) => defuse(before + cleanLine(line))).join("\n")}\n`);
          break;
        }
        case "step_ended":
          if (!quiet) write([renderResult(event.result, { style, by: "path" })]);
          break;
        case "warning":
          warn(event.text);
          break;
        case "build_ended": {
          const { result } = event;
          if (quiet && !isFailure(result.status) && result.status !== "cancelled") break;
          const failures = quiet
            // The first line is the empty one between two failures.
            ? renderFailures(result.root, style).slice(1)
            : failuresOf(result.root).map((step) =>
              `${style.bad(stripControls(step.path))}: ${stripControls(describeStatus(step))}`
            );
          write([...failures, renderSummary(result, style)]);
          break;
        }
        case "build_started":
      }
    },
    end: () => undefined,
  };
}
