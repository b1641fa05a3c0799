import { parseEvents, YAMLException } from "js-yaml";
import { forbiddenCharacter } from "../../../lib/pyyaml_scalars.ts";
import { Lines, offsetOf, type YamlDocument, type YamlProblem } from "./yaml_document.ts";
import { DEEPEST, TOO_DEEP, YamlFault, YamlReader } from "./yaml_reader.ts";

/**
 * Parses one YAML document as PyYAML's SafeLoader does, except that keys stay as they are written, dates stay text, and
 * NaN and infinity are problems. An empty text is null.
 */
export function parseYaml(
  text: string,
): { readonly document: YamlDocument } | { readonly problem: YamlProblem } {
  const lines = new Lines(text);
  const bad = forbiddenCharacter(text);
  if (bad !== undefined) {
    return {
      problem: { message: `the character ${bad.name} is not allowed in YAML`, line: lines.at(bad.index) },
    };
  }
  try {
    const reader = new YamlReader(text, parseEvents(text, { maxDepth: DEEPEST }));
    const value = reader.document();
    return {
      document: {
        value,
        repeatedKeys: reader.repeated.map(({ key, offset }) => ({ key, line: lines.at(offset) })),
        lineOf(path) {
          const offset = offsetOf(value, path, reader);
          return offset === undefined ? undefined : lines.at(offset);
        },
      },
    };
  } catch (error) {
    if (error instanceof YamlFault) {
      return { problem: { message: error.message, line: lines.at(error.offset) } };
    }
    if (!(error instanceof YAMLException)) throw error;
    const message = error.reason.includes("maxDepth") ? TOO_DEEP : error.reason;
    return { problem: { message, line: error.mark === undefined ? undefined : error.mark.line + 1 } };
  }
}
