import { pythonNumber } from "../tree/python_text.ts";
import { isValueList, isValueMap, type Value, type ValueMap, type ValueNumber } from "../tree/value.ts";
import { styleOf } from "./text_style.ts";
import { YamlWriter } from "./yaml_writer.ts";

/** The options of {@link formatYaml}. */
export interface YamlLayout {
  /** Writes letters beyond ASCII as they are, for people; the original tool escapes them. */
  readonly unicode?: boolean;
  /** Spaces for each level; 2 if left out. PyYAML takes 2 to 9. */
  readonly indent?: number;
  /** Puts the keys of maps in order. */
  readonly sortKeys?: boolean;
}

/** PyYAML's longest key on the line of its value; it counts the tag `!!str` too. */
const LONGEST_KEY = 127 - "!!str".length;

/**
 * Formats a value as PyYAML's `yaml.dump(value, default_flow_style=False, sort_keys=False)` does: keys in their order,
 * lists without indentation, texts quoted where PyYAML would read something else, long lines folded.
 */
export function formatYaml(value: Value, layout: YamlLayout = {}): string {
  const { unicode = false, indent = 2, sortKeys = false } = layout;
  const writer = new YamlWriter({ unicode, step: indent > 1 && indent < 10 ? indent : 2, sortKeys });
  writeNode(writer, value, { indent: undefined, inMap: false });
  // A scalar without quotes that stands alone is closed with a mark.
  const open = !isValueMap(value) && !isValueList(value) &&
    (typeof value !== "string" || styleOf(value, writer.unicode) === "plain");
  return `${writer.finish()}${open ? "...\n" : ""}`;
}

interface Position {
  /** The indentation of what stands around; undefined for the document. */
  readonly indent: number | undefined;
  /** A value of a map, whose list is not indented. */
  readonly inMap: boolean;
}

function writeNode(writer: YamlWriter, value: Value, { indent, inMap }: Position): void {
  if (isValueMap(value)) {
    if (value.size === 0) return writer.indicator("{}");
    return writeMap(writer, value, indent === undefined ? 0 : indent + writer.step);
  }
  if (isValueList(value)) {
    if (value.length === 0) return writer.indicator("[]");
    const unindented = inMap && !writer.atIndentation;
    return writeList(writer, value, indent === undefined ? 0 : indent + (unindented ? 0 : writer.step));
  }
  const inner = indent === undefined ? writer.step : indent + writer.step;
  if (typeof value !== "string") return writer.plain(scalarText(value), inner);
  writer[styleOf(value, writer.unicode)](value, inner);
}

function writeList(writer: YamlWriter, list: readonly Value[], indent: number): void {
  for (const each of list) {
    writer.indent(indent);
    writer.indicator("-", { indents: true });
    writeNode(writer, each, { indent, inMap: false });
  }
}

function writeMap(writer: YamlWriter, map: ValueMap, indent: number): void {
  const entries = writer.sortKeys ? [...map].sort(byKey) : map;
  for (const [key, value] of entries) {
    writer.indent(indent);
    if (isSimpleKey(key)) {
      writer[styleOf(key, writer.unicode)](key, undefined);
      writer.indicator(":", { attached: true });
    } else {
      writer.indicator("?", { indents: true });
      writeNode(writer, key, { indent, inMap: true });
      writer.indent(indent);
      writer.indicator(":", { indents: true });
    }
    writeNode(writer, value, { indent, inMap: true });
  }
}

/** Compares keys by their characters, as Python does. */
function byKey([a]: readonly [string, Value], [b]: readonly [string, Value]): number {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((char, index) => char !== y[index]);
  if (at < 0) return x.length - y.length;
  return (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? -1);
}

/** Whether a key stands on the line of its value. */
function isSimpleKey(key: string): boolean {
  if (key === "" || /[\n\x85\u2028\u2029]/.test(key)) return false;
  return key.length <= LONGEST_KEY || [...key].length <= LONGEST_KEY;
}

function scalarText(value: null | boolean | ValueNumber): string {
  if (value === null || typeof value === "boolean") return String(value);
  const text = pythonNumber(value).replace(/^-?(?=inf|nan)/, "$&.");
  return /[.f]/.test(text) ? text : text.replace("e", ".0e");
}
