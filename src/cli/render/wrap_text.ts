import type { Style } from "./style.ts";
import { pad, textWidth } from "./text_width.ts";

/** The least room for a value beside its name. On a narrower terminal the value continues below. */
const NARROWEST = 24;

/**
 * Breaks text between its words, so that no line is wider than `columns` as far as the words allow. The first line keeps
 * its indentation, and the others get `indent`. Returns one line if `columns` is undefined.
 */
export function wrapText(
  text: string,
  { columns, indent }: { readonly columns: number | undefined; readonly indent: number },
): readonly string[] {
  if (columns === undefined || textWidth(text) <= columns) return [text];
  const [first = "", ...words] = text.trim().split(" ");
  const lines: string[] = [];
  let line = text.slice(0, text.length - text.trimStart().length) + first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (textWidth(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = " ".repeat(indent) + word;
    }
  }
  return [...lines, line];
}

/**
 * Renders a name and its value in two columns. The value is broken between its words and stays in its column. The value
 * may contain no escapes; the name is painted here.
 */
export function wrapFact(
  { name, value }: { readonly name: string; readonly value: string },
  { style, indent, width }: {
    readonly style: Style;
    /** The spaces before the name. */
    readonly indent: number;
    /** The width of the names' column, gap included. */
    readonly width: number;
  },
): readonly string[] {
  const { columns } = style;
  const place = indent + Math.max(width, textWidth(name) + 1);
  const hanging = columns !== undefined && columns - place < NARROWEST ? indent * 2 : place;
  const [first = "", ...rest] = wrapText(" ".repeat(place) + value, { columns, indent: hanging });
  const label = style.dim(pad(name, place - indent));
  return [`${" ".repeat(indent)}${label}${first.slice(place)}`, ...rest];
}
