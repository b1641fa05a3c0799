import { parseJson } from "./tree/parse_json.ts";
import type { Value } from "./tree/value.ts";
import { parseYaml } from "./yaml/mod.ts";

/** Parses a file of data by its content: JSON, else YAML, else the text as it is. A scalar of YAML counts as text. */
export function parseData(text: string): Value {
  const json = parseJson(text);
  if ("value" in json) return json.value;
  const yaml = parseYaml(text);
  if ("problem" in yaml) return text;
  const { value } = yaml.document;
  return typeof value === "object" && value !== null ? value : text;
}
