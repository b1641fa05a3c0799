import { formatJson } from "../tree/format_json.ts";
import { parseJson } from "../tree/parse_json.ts";
import { isFalsy, pythonText } from "../tree/python_text.ts";
import { isValueList, type Value } from "../tree/value.ts";
import { parseYaml } from "../yaml/mod.ts";

/**
 * Prints a value as `--get` of the original tool does: a list as JSON, anything else as Python. Undefined if
 * it prints nothing, as for an absent, false or empty value other than a list.
 */
export function printAsOriginal(value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (isValueList(value)) return formatJson(value, { ascii: true });
  return isFalsy(value) ? undefined : pythonText(value);
}

/**
 * Reads the content of a file behind `file://`: JSON, else YAML, scalars included, else the text as it is.
 */
export function readAsOriginal(text: string): Value {
  const json = parseJson(text);
  if ("value" in json) return json.value;
  const yaml = parseYaml(text);
  return "document" in yaml ? yaml.document.value : text;
}
