import { loadPipeline, renderFileProblem } from "../../../config/pipelines/mod.ts";
import { EXIT, type ExitCode, usageError } from "../../../lib/errors.ts";
import { parseChangeset } from "../../../pipelines/core/changeset.ts";
import { planTree } from "../../../pipelines/core/plan_tree.ts";
import type { CommandEnv } from "../../command.ts";
import { readPipelineText } from "./read_file.ts";
import { renderTree } from "./render_tree.ts";
import { treeDocument } from "./tree_document.ts";

/** Shows the tree of a pipeline, and what would run of it. */
export async function runShow(env: CommandEnv): Promise<ExitCode> {
  const { values, terminal, style, signal } = env;
  const [path = ""] = env.args;
  const file = values.text("changeset");
  if (path === "-" && file === "-") {
    throw usageError(
      "flags_conflict",
      "Reading the command line: the pipeline and the changed paths cannot both be standard input",
      "Name a file for one of them",
    );
  }
  const source = await readPipelineText(path, env);
  const changeset = file === undefined
    ? undefined
    : parseChangeset(await (await (await env.wiring()).pipelineFiles()).readText(file, signal));
  const { pipeline, warnings } = await loadPipeline(source);
  const only = values.text("only");
  const tree = planTree(pipeline.root, { changeset, only });
  for (const warning of warnings) terminal.warn(renderFileProblem(warning));
  if (env.flags.json) {
    env.json(treeDocument(tree, { pipeline, warnings }));
    return EXIT.done;
  }
  env.lines(renderTree(tree, { style, isPlan: changeset !== undefined || only !== undefined }));
  if (changeset?.length === 0) terminal.notice(`${file} names no changed path, so everything runs`);
  return EXIT.done;
}
