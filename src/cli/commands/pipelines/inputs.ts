import { parseChangeset } from "../../../pipelines/core/changeset.ts";
import type { Pipeline, PipelineNode } from "../../../pipelines/core/pipeline.ts";
import { partsOf } from "../../../pipelines/core/plan_run.ts";
import { parseVariableFile, type VariableLine } from "../../../pipelines/core/variable_file.ts";
import { usageError } from "../../../lib/errors.ts";
import type { Terminal } from "../../../ports/terminal.ts";

/** Reads the files beside a pipeline. */
export interface InputReader {
  /** Throws AppError (exit code 2) if there is no such file. */
  readonly readText: (path: string) => Promise<string>;
  readonly terminal: Pick<Terminal, "warn">;
}

/** Reads the file of changed paths; undefined without one. Throws AppError (exit code 2). */
export async function readChangeset(
  path: string | undefined,
  { readText }: InputReader,
): Promise<readonly string[] | undefined> {
  return path === undefined ? undefined : parseChangeset(await readText(path));
}

/** Reads a file of variables or secrets; empty without one. Throws AppError `variables_invalid` (exit code 2). */
export async function readVariables(
  path: string | undefined,
  { readText, terminal }: InputReader,
): Promise<ReadonlyMap<string, string>> {
  if (path === undefined) return new Map();
  const { values, problems, warnings } = parseVariableFile(await readText(path));
  const shown = ({ line, message, hint }: VariableLine) => `${path}:${line}: ${message}. ${hint}`;
  for (const warning of warnings) terminal.warn(shown(warning));
  const [first] = problems;
  if (first === undefined) return values;
  throw usageError(
    "variables_invalid",
    [
      `Reading ${path}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}`,
      ...problems.map((each) => `  ${shown(each)}`),
    ]
      .join("\n"),
    `Correct ${problems.length === 1 ? "the line" : "the lines"}, and run it again`,
  );
}

/** The variables and secrets of a build. */
export interface BuildValues {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * Takes the secrets that nodes name from the variables, unless the file of secrets has them. They are masked then, and only
 * the nodes that name them see them.
 */
export function takeSecrets({ root }: Pipeline, { env, secrets }: BuildValues): BuildValues {
  const visible = { ...env };
  const taken = new Map(secrets);
  const visit = (node: PipelineNode): void => {
    for (const name of node.secrets) {
      const value = env[name];
      if (value !== undefined && !taken.has(name)) taken.set(name, value);
      delete visible[name];
    }
    partsOf(node).forEach(visit);
  };
  visit(root);
  return { env: visible, secrets: taken };
}
