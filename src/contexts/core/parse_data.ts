import { parseJson } from "./tree/parse_json.ts";
import type { Value } from "./tree/value.ts";
import { parseYaml, type YamlProblem } from "./yaml/mod.ts";

/**
 * Parses a file of data by its content: JSON, else YAML, else the text as it is. A scalar of YAML counts as text. Data that
 * cannot be stored is a problem and not a text: NaN, endless aliases, too many levels.
 */
export function parseData(text: string): { readonly value: Value } | { readonly problem: YamlProblem } {
  const json = parseJson(text);
  if ("value" in json) return json;
  if (json.problem.refused && /^\s*[{[]/.test(text)) return json;
  const yaml = parseYaml(text);
  if ("problem" in yaml) return yaml.problem.refused ? yaml : { value: text };
  const { value } = yaml.document;
  return { value: typeof value === "object" && value !== null ? value : text };
}
