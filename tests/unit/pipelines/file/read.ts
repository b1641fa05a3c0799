import assert from "node:assert/strict";
import { parsePipeline } from "../../../../src/config/pipelines/mod.ts";
import type { Pipeline, PipelineNode } from "../../../../src/pipelines/core/pipeline.ts";

/** Reads a file that has to be sound. */
export async function readSound(text: string, path = "build.yml"): Promise<Pipeline> {
  const { pipeline, problems } = await parsePipeline({ path, text });
  assert.deepEqual(problems, []);
  assert.ok(pipeline);
  return pipeline;
}

/** The children of a node. */
export function stepsOf({ work }: PipelineNode): readonly PipelineNode[] {
  return work.kind === "steps" ? work.steps : [];
}

/** The problems of a file as `line:column message`, and as hints. */
export async function problemsOf(
  text: string,
  path = "build.yml",
): Promise<{ readonly messages: readonly string[]; readonly hints: readonly string[] }> {
  const { pipeline, problems } = await parsePipeline({ path, text });
  assert.equal(pipeline === undefined, problems.length > 0);
  return {
    messages: problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
    hints: problems.map(({ hint }) => hint),
  };
}

/** The warnings of a sound file as `line:column message`. */
export async function warningsOf(text: string, path = "build.yml"): Promise<readonly string[]> {
  const { problems, warnings } = await parsePipeline({ path, text });
  assert.deepEqual(problems, []);
  return warnings.map(({ line, column, message }) => `${line}:${column} ${message}`);
}
