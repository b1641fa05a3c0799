import { EXIT, type ExitCode } from "../../lib/errors.ts";
import { type FileProblem, type FileTree, isFileMap } from "../../pipelines/core/file/file_tree.ts";
import { readPipeline } from "../../pipelines/core/file/read_pipeline.ts";
import type { Pipeline } from "../../pipelines/core/pipeline.ts";
import type { YamlLimits } from "../yaml.ts";
import { readJsonTree } from "./json_tree.ts";
import { PipelineFileError, type PipelineFileProblem } from "./pipeline_file_error.ts";
import type { TreeWithProblems } from "./yaml_tree.ts";

/** The text of a pipeline's file. The end of the path, `.json`, says its language; `-` stands for standard input. */
export interface PipelineText {
  readonly path: string;
  readonly text: string;
}

/** A pipeline, with warnings about its file. */
export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly warnings: readonly PipelineFileProblem[];
}

/** A pipeline with 5,000 steps, as a program writes it, has about 1 MB and 60,000 values. */
const LIMITS: YamlLimits = { fileBytes: 8 * 1024 * 1024, depth: 128, values: 500_000, aliases: 20_000 };

/**
 * Loads a pipeline. Rejects with PipelineFileError `pipeline_invalid` with every problem. A bare file may have an exit code of its
 * own: the builder that it was written for ends with another one.
 */
export async function loadPipeline(
  source: PipelineText,
  { bareExitCode = EXIT.usage }: { readonly bareExitCode?: ExitCode } = {},
): Promise<LoadedPipeline> {
  const { pipeline, problems, warnings, isBare } = await parsePipeline(source);
  if (pipeline === undefined || problems.length > 0) {
    throw new PipelineFileError(nameOf(source), problems, isBare ? bareExitCode : EXIT.usage);
  }
  return { pipeline, warnings };
}

/** Parses a pipeline, and returns its problems; with a problem there is no pipeline. */
export async function parsePipeline(source: PipelineText): Promise<{
  readonly pipeline: Pipeline | undefined;
  readonly problems: readonly PipelineFileProblem[];
  readonly warnings: readonly PipelineFileProblem[];
  /** Whether the text is a map without a version. */
  readonly isBare: boolean;
}> {
  const { tree, problems } = await readTree(source);
  const inFile = (found: readonly FileProblem[]) => found.map((each) => ({ file: nameOf(source), ...each }));
  // Without a value there is nothing to check: the problem in the text is the only one.
  const read = tree.value === undefined && problems.length > 0
    ? { pipeline: undefined, problems: [], warnings: [] }
    : readPipeline(tree);
  const all = [...problems, ...read.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return {
    pipeline: all.length > 0 ? undefined : read.pipeline,
    isBare: isFileMap(tree.value) && !Object.hasOwn(tree.value, "version"),
    problems: inFile(all),
    warnings: inFile(read.warnings),
  };
}

const NO_TREE: FileTree = {
  value: undefined,
  where: () => ({ line: 1, column: 1 }),
  written: () => undefined,
};

const IS_PROGRAM: FileProblem = {
  line: 1,
  column: 1,
  message: "the file is a program, and a pipeline in YAML or JSON is expected",
  hint:
    '"showtime pipeline run" runs it as an entry point, if it is executable and its name does not end in .yml, .yaml or .json',
};

async function readTree({ path, text }: PipelineText): Promise<TreeWithProblems> {
  if (text.startsWith("#!")) return { tree: NO_TREE, problems: [IS_PROGRAM] };
  const isNamedJson = path.toLowerCase().endsWith(".json");
  const isNamedYaml = /\.ya?ml$/i.test(path);
  if (isNamedYaml || (!isNamedJson && !/^\s*\{\s*["}]/.test(text))) return await readYamlFile(text);
  if (text.length > LIMITS.fileBytes) return await readYamlFile(text);
  const { problems, ...tree } = readJsonTree(text);
  if (isNamedJson || problems.length === 0) return { tree, problems };
  // A text without a name that begins as JSON may be YAML in braces.
  const yaml = await readYamlFile(text);
  return yaml.problems.length === 0 ? yaml : { tree, problems };
}

/** Reads YAML. Its package takes some milliseconds to load, which a build from a file of JSON does not need. */
async function readYamlFile(text: string): Promise<TreeWithProblems> {
  const { readYamlTree } = await import("./yaml_tree.ts");
  return readYamlTree(text, LIMITS);
}

function nameOf({ path }: PipelineText): string {
  return path === "-" ? "standard input" : path;
}
