import { parsePipeline, type PipelineFileProblem } from "../../../config/pipelines/mod.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { Pipeline, PipelineNode } from "../../../pipelines/core/pipeline.ts";
import { partsOf } from "../../../pipelines/core/plan_run.ts";
import type { CommandEnv } from "../../command.ts";
import { renderSentence } from "../../render/sentence.ts";
import type { Style } from "../../render/style.ts";
import { readPipelineText } from "./read_file.ts";

type Checked = Awaited<ReturnType<typeof parsePipeline>> & { readonly path: string };

/** Checks files of pipelines and prints every problem. The exit code is 2 if there is one. */
export async function runCheck(env: CommandEnv): Promise<ExitCode> {
  const { style, flags } = env;
  const checked: Checked[] = [];
  for (const path of env.args) {
    if (path === undefined) continue;
    checked.push({ path, ...await parsePipeline(await readPipelineText(path, env)) });
  }
  const problems = checked.flatMap((each) => each.problems);
  if (flags.json) env.json({ problems, warnings: checked.flatMap((each) => each.warnings) });
  else env.lines(checked.flatMap((each) => renderChecked(each, style)));
  return problems.length === 0 ? EXIT.done : EXIT.usage;
}

function renderChecked({ path, pipeline, problems, warnings }: Checked, style: Style): readonly string[] {
  const name = path === "-" ? "standard input" : path;
  const lines = [
    ...problems.flatMap((problem) => renderFinding(problem, { style })),
    ...warnings.flatMap((warning) => renderFinding(warning, { style, label: "warning: " })),
  ];
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
    return [...lines, style.bad(`${name}: ${count}`)];
  }
  return pipeline === undefined ? lines : [...lines, describeSound(name, pipeline)];
}

function renderFinding(
  { file, line, column, message, hint }: PipelineFileProblem,
  { style, label = "" }: { readonly style: Style; readonly label?: string },
): readonly string[] {
  const place = `${file}:${line}:${column}:`;
  const [first = "", ...rest] = renderSentence(`${place} ${label}${message}`, style, { indent: 4 });
  const painted = first.startsWith(place) ? style.bold(place) + first.slice(place.length) : first;
  return [painted, ...rest, ...renderSentence(`    ${hint}`, style, { indent: 4 }).map(style.dim)];
}

function describeSound(name: string, { format, root }: Pipeline): string {
  const count = countNodes(root);
  const steps = count === 1 ? "1 step" : `${count} steps`;
  const words = format === "bare" ? "a file of bass, without version: 1" : "version 1";
  return `${name}: no mistake in ${root.name}, ${steps} (${words})`;
}

function countNodes(node: PipelineNode): number {
  return partsOf(node).reduce((sum, part) => sum + countNodes(part), 1);
}
