import { AppError, EXIT, type ExitCode, toError } from "../../../lib/errors.ts";
import type { BuildResult } from "../../../pipelines/core/build_result.ts";
import type { Pipeline, PipelineNode } from "../../../pipelines/core/pipeline.ts";
import { resultDocument } from "../../../pipelines/core/result_document.ts";
import type { CommandEnv } from "../../command.ts";
import { renderJson } from "../../render/json.ts";
import { failuresOf } from "../../render/pipelines/status_words.ts";
import type { PipelineTools } from "../../wiring_types.ts";
import type { RunFlags } from "./run_flags.ts";

/** A build that has ended. */
export interface EndedBuild {
  readonly result: BuildResult;
  readonly code: ExitCode;
  readonly pipeline: Pipeline;
  readonly tools: Pick<PipelineTools, "writeResult" | "appendText" | "redact">;
  readonly flags: Pick<RunFlags, "result" | "file">;
}

/**
 * Reports a build besides its view: the document on stdout and in a file, the summary of a job in Actions, and the next
 * step. Returns the exit code, which is a failure if the file was asked for and cannot be written.
 */
export async function reportResult(env: CommandEnv, build: EndedBuild): Promise<ExitCode> {
  const { result, code, tools, flags } = build;
  const document = resultDocument(result, code);
  if (env.flags.json) env.json(document);
  await writeSummary(env, build);
  adviseNext(env, build);
  if (flags.result === undefined) return code;
  try {
    await tools.writeResult(flags.result, `${tools.redact(renderJson(document))}\n`);
    return code;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    env.fail(error);
    return code === EXIT.done ? error.exitCode : code;
  }
}

/** Writes the summary of the job in Actions. Without it the build is what it is. */
async function writeSummary(
  { variables, terminal }: CommandEnv,
  { result, tools }: EndedBuild,
): Promise<void> {
  const path = variables["GITHUB_ACTIONS"] === "true" ? variables["GITHUB_STEP_SUMMARY"] : undefined;
  if (path === undefined || path === "") return;
  const { renderJobSummary } = await import("../../render/pipelines/job_summary.ts");
  try {
    await tools.appendText(path, `${tools.redact(renderJobSummary(result))}\n`);
  } catch (error) {
    terminal.warn(`Writing the summary of the job: ${toError(error).message}`);
  }
}

/** Names the command that runs the first failed step alone. */
function adviseNext(env: CommandEnv, { result, pipeline, flags }: EndedBuild): void {
  const isPlain = /^[\w./@%+,:-]+$/;
  const paths = stepPaths(pipeline.root);
  const failed = failuresOf(result.root).find(({ path }) => paths.has(path) && path !== result.root.path);
  if (failed === undefined || !isPlain.test(failed.path) || !isPlain.test(flags.file) || flags.file === "-") {
    return;
  }
  env.next(`run the failed step alone with "showtime pipeline run ${flags.file} --only ${failed.path}"`);
}

/** Returns the paths of steps that can be run alone: those of set-ups and tear-downs cannot. */
function stepPaths(root: PipelineNode): ReadonlySet<string> {
  const paths = new Set<string>();
  const visit = ({ path, work }: PipelineNode): void => {
    paths.add(path);
    if (work.kind === "steps") work.steps.forEach(visit);
  };
  visit(root);
  return paths;
}
