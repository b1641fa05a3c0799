import { pythonNumber } from "./python_text.ts";
import { isValueList, isValueNumber, type Value } from "./value.ts";

/** The options of {@link formatJson}. */
export interface JsonLayout {
  /** Spaces, or a text, for each level, with one value on each line; everything on one line if left out. */
  readonly indent?: number | string;
  /** Leaves out the spaces after `,` and `:`. */
  readonly compact?: boolean;
  /** Escapes what is not ASCII, as Python's `json.dumps` does. */
  readonly ascii?: boolean;
}

/**
 * Formats a value as Python's `json.dumps` does: `{"a": 1}`, keys in their order, `1.0` with its fraction.
 */
export function formatJson(value: Value, layout: JsonLayout = {}): string {
  return format(value, layout, "");
}

function format(value: Value, layout: JsonLayout, margin: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return formatJsonText(value, layout.ascii);
  if (isValueNumber(value)) return pythonNumber(value);
  const inner = layout.indent === undefined ? "" : margin + marginOf(layout.indent);
  const colon = layout.compact ? ":" : ": ";
  const [open, close, parts] = isValueList(value)
    ? ["[", "]", value.map((each) => format(each, layout, inner))]
    : [
      "{",
      "}",
      [...value].map(([key, each]) =>
        `${formatJsonText(key, layout.ascii)}${colon}${format(each, layout, inner)}`
      ),
    ];
  if (parts.length === 0) return `${open}${close}`;
  if (layout.indent === undefined) return `${open}${parts.join(layout.compact ? "," : ", ")}${close}`;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}

function marginOf(indent: number | string): string {
  return typeof indent === "string" ? indent : " ".repeat(indent);
}

function formatJsonText(text: string, ascii = false): string {
  const json = JSON.stringify(text);
  if (!ascii) return json;
  // deno-lint-ignore no-control-regex -- everything beyond ASCII, and DEL
  return json.replace(/[^\x00-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
