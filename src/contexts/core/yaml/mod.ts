/**
 * YAML as PyYAML reads and writes it, since the original tool reads and writes the same files.
 *
 * @module
 */

export { formatYaml } from "./format_yaml.ts";
export { parseYaml } from "./parse_yaml.ts";
export type { YamlDocument, YamlProblem } from "./yaml_document.ts";
