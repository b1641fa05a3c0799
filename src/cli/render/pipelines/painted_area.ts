import type { ScreenLine } from "./live_tree.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE_END = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** The size of a terminal. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The lines at the end of a terminal that are painted over. Each method returns the text to write. The cursor is hidden
 * only within one text, so a process that ends at any time leaves it visible.
 */
export class PaintedArea {
  #widths: readonly number[] = [];
  #columns = 0;
  #shown = "";

  /** Paints lines in place of the earlier ones; an empty text if they are the same. */
  paint(lines: readonly ScreenLine[], size: ScreenSize): string {
    const body = lines.map(({ text }) => `${text}${CLEAR_LINE_END}\n`).join("");
    if (body === this.#shown && size.columns === this.#columns) return "";
    const text = `${HIDE_CURSOR}${this.#toStart(size)}${body}${CLEAR_BELOW}${SHOW_CURSOR}`;
    this.#shown = body;
    this.#widths = lines.map(({ width }) => width);
    this.#columns = size.columns;
    return text;
  }

  /** Removes the lines, so that other text can stand in their place. */
  clear(size: ScreenSize): string {
    const text = this.#widths.length === 0 ? "" : `${this.#toStart(size)}${CLEAR_BELOW}`;
    this.#widths = [];
    this.#shown = "";
    return text;
  }

  /** Moves to the first line. A terminal that became narrower has broken the lines that no longer fit. */
  #toStart({ columns, rows }: ScreenSize): string {
    const broken = columns < this.#columns
      ? this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
      : this.#widths.length;
    const up = Math.min(broken, rows - 1);
    return up <= 0 ? "\r" : `\r\x1b[${up}A`;
  }
}
