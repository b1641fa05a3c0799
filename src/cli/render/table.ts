import { stripControls } from "../../lib/sanitize.ts";
import type { Style } from "./style.ts";
import { pad, textWidth } from "./text_width.ts";
import { wrapText } from "./wrap_text.ts";

/** A cell of a table. Its text may come from people, so it is cleaned here. */
export interface Cell {
  readonly text: string;
  readonly url?: string | undefined;
  readonly paint?: ((text: string) => string) | undefined;
}

/** A column. If the terminal is too narrow, a column that may shrink is cut and ends in `…`. */
export interface Column {
  readonly title: string;
  readonly shrinks?: boolean;
  /** Whether the column continues on the lines below instead. Only the last column may. */
  readonly wraps?: boolean;
}

const GAP = 2;
/** No column is cut below this width. */
const NARROWEST = 6;

/**
 * Renders aligned rows, one line each unless a column wraps. An emoji counts for the two columns it takes. On a terminal
 * no line is wider than the terminal, as far as the columns that shrink allow. Elsewhere nothing is cut.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { readonly style: Style },
): readonly string[] {
  const { style } = options;
  const texts = rows.map((row) => columns.map((_, index) => stripControls(row[index]?.text ?? "")));
  const natural = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...texts.map((row) => textWidth(row[index] ?? "")))
  );
  const widths = fit(natural, { columns, available: style.columns });
  const lines = [
    style.bold(
      columns.map(({ title }, index) => pad(cut(title, widths[index] ?? 0), widths[index] ?? 0))
        .join(" ".repeat(GAP)).trimEnd(),
    ),
  ];
  for (const [at, row] of rows.entries()) {
    const last = lastFilled(texts[at] ?? []);
    const below: string[] = [];
    const cells = columns.slice(0, last + 1).map((column, index) => {
      const width = widths[index] ?? 0;
      const whole = texts[at]?.[index] ?? "";
      const [first = "", ...rest] = column.wraps === true
        ? wrapText(whole, { columns: width, indent: 0 })
        : [whole];
      const place = widths.slice(0, index).reduce((sum, each) => sum + each + GAP, 0);
      below.push(...rest.map((line) => " ".repeat(place) + cut(line, width)));
      const text = cut(first, width);
      const painted = style.link(row[index]?.paint?.(text) ?? text, row[index]?.url);
      return index === last ? painted : painted + " ".repeat(Math.max(0, width - textWidth(text)));
    });
    lines.push(cells.join(" ".repeat(GAP)), ...below);
  }
  return lines;
}

function lastFilled(texts: readonly string[]): number {
  return Math.max(0, texts.findLastIndex((text) => text !== ""));
}

/** Takes width from the widest columns that may shrink until the row fits. */
function fit(
  natural: readonly number[],
  { columns, available }: { readonly columns: readonly Column[]; readonly available: number | undefined },
): readonly number[] {
  const widths = [...natural];
  if (available === undefined) return widths;
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - available;
  for (; excess > 0; excess--) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      const { shrinks, wraps } = columns[index] ?? {};
      if ((shrinks !== true && wraps !== true) || width <= NARROWEST) continue;
      if (widest < 0 || width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Cuts text to a width in columns, with `…` at the end, and never inside of a visible character. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    used += textWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
