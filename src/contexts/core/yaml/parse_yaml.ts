import { parseEvents, YAMLException } from "js-yaml";
import { forbiddenCharacter } from "../../../lib/scalars/pyyaml_scalars.ts";
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
      const { message, offset, refused } = error;
      return { problem: { message, line: lines.at(offset), ...refused ? { refused: true } : {} } };
    }
    if (!(error instanceof YAMLException)) throw error;
    const message = plainReason(error.reason);
    return {
      problem: {
        message,
        line: error.mark === undefined ? undefined : error.mark.line + 1,
        ...message === TOO_DEEP ? { refused: true } : {},
      },
    };
  }
}

/** Puts reasons of the YAML package into words that help. PyYAML itself accepts less indentation inside of quotes. */
function plainReason(reason: string): string {
  if (reason.includes("maxDepth")) return TOO_DEEP;
  return reason === "deficient indentation"
    ? "the text in quotes, the list or the map above goes on here: indent this line further than its key, or close it"
    : reason;
}
