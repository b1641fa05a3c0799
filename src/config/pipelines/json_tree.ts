import type { FilePath, FilePosition, FileProblem, FileTree } from "../../pipelines/core/file/file_tree.ts";
import { quote } from "../../lib/quote.ts";
import { JsonFault, type JsonNode, JsonReader } from "./json_reader.ts";

/** JSON as plain values with their positions. After a problem the value is undefined. */
export interface JsonTree extends FileTree {
  readonly problems: readonly FileProblem[];
}

/** Reads JSON. A duplicate key is a problem, since JSON's own rule silently drops the first. */
export function readJsonTree(text: string): JsonTree {
  const place = makePlaces(text);
  try {
    const reader = new JsonReader(text);
    const root = reader.document();
    const problems = reader.duplicates.map(({ key, offset, first }) => ({
      ...place(offset),
      message: `the key ${quote(key)} is here for the second time`,
      hint: `Keep one of them (the first is on line ${place(first).line})`,
    }));
    return {
      value: root.value,
      where: (path, at) => place(find(root, path, { at }).offset),
      written: (path) => {
        const { node } = find(root, path, { at: "value" });
        return node !== undefined && typeof node.value === "number" ? node.source : undefined;
      },
      problems,
    };
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault;
    const problem = { ...place(fault.offset), message: fault.message, hint: fault.hint };
    return { value: undefined, where: () => place(0), written: () => undefined, problems: [problem] };
  }
}

/** Goes down a path as far as it leads. `node` is undefined if it ends early. */
function find(
  root: JsonNode,
  path: FilePath,
  { at }: { readonly at: "key" | "value" },
): { readonly offset: number; readonly node: JsonNode | undefined } {
  let node = root;
  let offset = root.offset;
  for (const step of path) {
    const member = node.members?.get(step);
    if (member === undefined) return { offset, node: undefined };
    node = member.node;
    offset = at === "key" ? member.keyOffset : node.offset;
  }
  return { offset, node };
}

/** Makes the function from offsets to lines and columns. */
function makePlaces(text: string): (offset: number) => FilePosition {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
