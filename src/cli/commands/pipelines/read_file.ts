import type { PipelineText } from "../../../config/pipelines/mod.ts";
import type { CommandEnv } from "../../command.ts";

/** Reads the text of a pipeline's file. Throws AppError (exit code 2) if it cannot be read. */
export async function readPipelineText(path: string, env: CommandEnv): Promise<PipelineText> {
  const files = await (await env.wiring()).pipelineFiles();
  if (path === "-" && env.terminal.can.ask) env.terminal.say("Type the pipeline, and end it with Ctrl-D");
  return { path, text: await files.readText(path, env.signal) };
}
