/**
 * Reads a pipeline's file, given as plain values with their positions, and finds all of its mistakes at once. Nothing here
 * reads a file or knows YAML, and nothing throws because of what a file holds. Start with `read_node.ts`.
 *
 * @module
 */

import type { Pipeline } from "../pipeline.ts";
import { describeKind, type FileProblem, type FileTree, isFileMap } from "./file_tree.ts";
import { Findings } from "./findings.ts";
import { nameNodes } from "./name_nodes.ts";
import { readNode } from "./read_node.ts";

/** A file that was read. */
export interface ReadPipeline {
  /** Undefined if there is a problem. */
  readonly pipeline: Pipeline | undefined;
  /** From top to bottom, each with its place. */
  readonly problems: readonly FileProblem[];
  /** Passages without effect, and likely mistakes. */
  readonly warnings: readonly FileProblem[];
}

/** Reads a pipeline. A file with `version` is of this program's format, and one without it is a bare file. */
export function readPipeline(tree: FileTree): ReadPipeline {
  const { value } = tree;
  const hasVersion = isFileMap(value) && Object.hasOwn(value, "version");
  const format = hasVersion ? "version-1" : "bare";
  const findings = new Findings(tree, format);
  if (hasVersion && value["version"] !== 1) {
    findings.problem(["version"], {
      message: typeof value["version"] === "number"
        ? `this program reads version 1, and the file has version ${value["version"]}`
        : describeKind("version", { value: value["version"], expected: "the number 1" }),
      hint: 'Write "version: 1"',
    });
  }
  const placed = { part: "root", path: [], value } as const;
  const [names] = nameNodes([placed], findings);
  const root = readNode(placed, { named: names ?? { name: "", segment: "" }, above: undefined, findings });
  const { problems, warnings } = findings;
  return {
    pipeline: problems.length > 0 || root === undefined ? undefined : { format, root },
    problems,
    warnings,
  };
}
