import {
  cleanLine,
  defuseWorkflowCommand,
  escapeWorkflowCommand,
  escapeWorkflowProperty,
  stripControls,
} from "../../../lib/sanitize.ts";
import type { BuildEvent } from "../../../pipelines/core/build_event.ts";
import type { BuildResult, Step, StepResult } from "../../../pipelines/core/build_result.ts";
import type { PipelineNode } from "../../../pipelines/core/pipeline.ts";
import type { Spool, SpooledOutput } from "../../../pipelines/ports/spool.ts";
import type { Style } from "../style.ts";
import type { BuildView } from "./build_view.ts";
import { renderResult, renderSummary } from "./report.ts";
import { describeStatus, failuresOf } from "./status_words.ts";

/** The number of annotations of one kind that GitHub shows for a step of a workflow. */
const MOST_ANNOTATIONS = 10;
/** The number of failures whose last lines are shown again at the end. */
const MOST_FAILURES = 20;

/** The parts of a view in GitHub Actions. */
export interface ActionsViewOptions {
  readonly root: PipelineNode;
  /**
   * Takes all output. The runner reads two streams in any order, so a command that switches commands off must stand on
   * the stream of the lines that it is for.
   */
  readonly write: (text: string) => void;
  readonly spool: Spool;
  readonly style: Style;
  /** Returns a word that no program can guess. */
  readonly newToken: () => string;
  /** Whether programs run one at a time, so that no lines interleave. */
  readonly oneAtATime: boolean;
  /** Whether only failures are shown. */
  readonly quiet: boolean;
}

/**
 * Shows a build in the log of GitHub Actions: a log group for each step with output. A step that runs beside others is
 * shown whole when it ends. The runner takes no line of a step for a command.
 */
export function makeActionsView(options: ActionsViewOptions): BuildView {
  const { spool, style, quiet, newToken } = options;
  const beside = options.oneAtATime ? new Set<string>() : pathsBeside(options.root);
  const kept = new Map<string, SpooledOutput>();
  const warnings: string[] = [];
  let open: { readonly step: Step; readonly token: string } | undefined;

  const write = (lines: readonly string[]) => {
    if (lines.length > 0) options.write(`${lines.join("\n")}\n`);
  };
  const say = (lines: readonly string[]) => write(lines.map(defuseWorkflowCommand));

  function openGroup(step: Step): void {
    const token = newToken();
    open = { step, token };
    write([`::group::${escapeWorkflowCommand(stripControls(step.path))}`, `::stop-commands::${token}`]);
  }
  function writeOutput(lines: readonly string[]): void {
    if (open !== undefined) write(lines.map(harmlessUnder(open.token)));
  }
  function closeGroup(): void {
    if (open === undefined) return;
    write([`::${open.token}::`, "::endgroup::"]);
    open = undefined;
    write(warnings.splice(0).map(warn));
  }
  /** Writes lines of steps outside of a group. */
  function writeForeign(lines: readonly string[]): void {
    const token = newToken();
    write([`::stop-commands::${token}`, ...lines.map(harmlessUnder(token)), `::${token}::`]);
  }

  function takeOutput({ step, lines }: Extract<BuildEvent, { kind: "step_output" }>): void {
    if (quiet) return;
    if (beside.has(step.path)) {
      const output = kept.get(step.id) ?? spool.open();
      kept.set(step.id, output);
      output.add(lines);
      return;
    }
    if (open?.step.id !== step.id) {
      closeGroup();
      openGroup(step);
    }
    writeOutput(lines);
  }
  function endStep(step: Step, result: StepResult): void {
    if (quiet) return;
    if (open?.step.id === step.id) closeGroup();
    const output = kept.get(step.id);
    kept.delete(step.id);
    if (output !== undefined) {
      closeGroup();
      openGroup(step);
      output.take(writeOutput);
      closeGroup();
    }
    say([renderResult(result, { style, by: "path" })]);
  }
  function endBuild(result: BuildResult): void {
    closeGroup();
    const failures = failuresOf(result.root);
    for (const step of failures.slice(0, MOST_FAILURES)) {
      say([
        `${style.bad("✗")} ${style.bold(stripControls(step.path))}  ${stripControls(describeStatus(step))}`,
      ]);
      if (step.log.length > 0) writeForeign(step.log.map(cleanLine));
    }
    write(failures.slice(0, MOST_ANNOTATIONS).map(annotate));
    say([renderSummary(result, style)]);
  }
  function end(): void {
    closeGroup();
    kept.clear();
    spool.close();
  }

  return {
    observe(event) {
      switch (event.kind) {
        case "step_output":
          return takeOutput(event);
        case "step_ended":
          return endStep(event.step, event.result);
        case "warning":
          warnings.push(event.text);
          // Within a group commands are switched off.
          if (open === undefined) write(warnings.splice(0).map(warn));
          return;
        case "build_ended":
          endBuild(event.result);
          return end();
        case "build_started":
        case "step_started":
      }
    },
    end,
  };
}

function warn(text: string): string {
  return `::warning::${escapeWorkflowCommand(stripControls(text))}`;
}

function annotate(step: StepResult): string {
  const title = escapeWorkflowProperty(stripControls(step.path));
  return `::error title=${title}::${escapeWorkflowCommand(stripControls(describeStatus(step)))}`;
}

/**
 * Makes the function that cleans a line of a step. A command before it makes the runner take no line for a command until a token.
 * A step might learn the token from the log of the runner, so a line with it loses it. The page of the log reads `##[` even
 * then.
 */
function harmlessUnder(token: string): (line: string) => string {
  const anyToken = new RegExp(token, "gi");
  return (line) => {
    const clean = cleanLine(line).replaceAll("##[", "#\u200b#[");
    return clean.length < token.length ? clean : clean.replaceAll(anyToken, "***");
  };
}

/** Returns the paths of nodes that run beside others, with all nodes below them. */
function pathsBeside(root: PipelineNode): ReadonlySet<string> {
  const paths = new Set<string>();
  const rest: (readonly [PipelineNode, boolean])[] = [[root, false]];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [{ path, work, setup, teardown }, isBeside] = next;
    if (isBeside) paths.add(path);
    for (const node of [setup, teardown]) if (node !== undefined) rest.push([node, isBeside]);
    if (work.kind !== "steps") continue;
    const opens = work.order === "unordered" && work.maxParallel > 1 && work.steps.length > 1;
    for (const step of work.steps) rest.push([step, isBeside || opens]);
  }
  return paths;
}
