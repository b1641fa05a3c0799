import { formatJson } from "../../contexts/core/tree/format_json.ts";
import { parseJson } from "../../contexts/core/tree/parse_json.ts";
import { isValueMap, type ValueMap } from "../../contexts/core/tree/value.ts";
import { formatYaml } from "../../contexts/core/yaml/format_yaml.ts";
import { readYaml } from "../../contexts/core/yaml/read_yaml.ts";

/** The formats of files that hold a tree, as the original tool writes them. */
export type TreeFormat = "yamlfile" | "jsonfile";

/** Formats a tree. JSON has an indent of 2, ASCII only, and no newline at the end. */
export function formatTree(tree: ValueMap, format: TreeFormat): string {
  return format === "yamlfile" ? formatYaml(tree) : formatJson(tree, { indent: 2, ascii: true });
}

/** A tree, or what is wrong with the text, with the line. */
export type ParsedTree = { readonly tree: ValueMap } | { readonly problem: string };

/** Parses a file. */
export async function parseTree(text: string, format: TreeFormat): Promise<ParsedTree> {
  if (text.trim() === "") return { problem: "it is empty" };
  const parsed = format === "yamlfile" ? await readYaml(text) : parseJson(text);
  if ("problem" in parsed) return { problem: `line ${parsed.problem.line}: ${parsed.problem.message}` };
  return isValueMap(parsed.value) ? { tree: parsed.value } : { problem: "line 1: it holds no map" };
}
