import type { FilePosition, FileProblem, FileTree } from "../../pipelines/core/file/file_tree.ts";
import type { SourcePosition } from "../problems.ts";
import { readYaml, type YamlLimits } from "../yaml.ts";

/** The values of a file, and the problems of the text itself. */
export interface TreeWithProblems {
  readonly tree: FileTree;
  readonly problems: readonly FileProblem[];
}

/** Reads a text in YAML. */
export function readYamlTree(text: string, limits: YamlLimits): TreeWithProblems {
  const { where, written, problems, warnings, ...tree } = readYaml("", text, { limits });
  // A mistake in the YAML itself leaves values out, whose absence would be the next mistake.
  const value = problems.some(({ code }) => code === "syntax") ? undefined : tree.value;
  // The parser warns of a tag that it does not know, whose value would be a text without one.
  const doubts = warnings.map(({ message, ...place }) => ({
    ...positionOf(place),
    message: `${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    hint: "Remove it, or write the value in quotes",
  }));
  return {
    tree: { value, where: (path, at) => positionOf(where(path, at)), written },
    problems: [
      ...problems.map(({ message, remedy, ...place }) => ({
        ...positionOf(place),
        message,
        hint: `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}`,
      })),
      ...doubts,
    ],
  };
}

function positionOf({ line = 1, column = 1 }: Omit<SourcePosition, "source">): FilePosition {
  return { line, column };
}
