/** A terminal's screen for tests: it follows the escape sequences that views write, and fails on any other. */

import { textWidth } from "../../../src/cli/render/text_width.ts";

/** The visible lines of a terminal. */
export class Screen {
  columns: number;
  rows: number;
  cursorVisible = true;
  /** Lines from the top, those that scrolled away included. */
  readonly #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** All lines, without spaces at their ends and without empty lines at the end. */
  get lines(): readonly string[] {
    return this.#lines.map((line) => line.join("").trimEnd()).join("\n").trimEnd().split("\n");
  }

  /** The lines that a person sees. */
  get visible(): readonly string[] {
    return this.lines.slice(this.#top());
  }

  write(text: string): void {
    // deno-lint-ignore no-control-regex -- escape sequences are what is looked for
    for (const [part] of text.matchAll(/\x1b\[[?0-9;]*[A-Za-z]|./gsu)) {
      if (part.startsWith("\x1b")) this.#control(part);
      else if (part === "\n") this.#newLine();
      else if (part === "\r") this.#column = 0;
      else this.#put(part);
    }
  }

  /** Breaks lines that no longer fit, as terminals do that keep text when they become narrower. */
  resize(columns: number, rows: number): void {
    const before = this.#lines.splice(0);
    let cursor = 0;
    for (const [at, line] of before.entries()) {
      if (at === this.#row) cursor = this.#lines.length;
      const used = line.join("").trimEnd() === "" ? 0 : line.length;
      for (let from = 0; from === 0 || from < used; from += columns) {
        this.#lines.push(line.slice(from, from + columns));
      }
    }
    this.columns = columns;
    this.rows = rows;
    this.#row = cursor;
  }

  #top(): number {
    return Math.max(0, this.#lines.length - this.rows);
  }

  #newLine(): void {
    this.#row++;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #put(character: string): void {
    const width = textWidth(character);
    if (this.#column + width > this.columns) this.#newLine();
    const line = this.#lines[this.#row] ?? [];
    while (line.length < this.#column) line.push(" ");
    if (width === 0) line[this.#column - 1] += character;
    else line[this.#column++] = character;
    // The second cell of a wide character is empty.
    if (width === 2) line[this.#column++] = "";
  }

  #control(sequence: string): void {
    const amount = Number(/\d+/.exec(sequence)?.[0] ?? "1");
    if (sequence === "\x1b[?25l") this.cursorVisible = false;
    else if (sequence === "\x1b[?25h") this.cursorVisible = true;
    else if (sequence.endsWith("A")) this.#row = Math.max(this.#top(), this.#row - amount);
    else if (sequence === "\x1b[K") this.#lines[this.#row]?.splice(this.#column);
    else if (sequence === "\x1b[J") {
      this.#lines[this.#row]?.splice(this.#column);
      this.#lines.splice(this.#row + 1);
    } else if (!sequence.endsWith("m")) throw new Error(`an unknown escape: ${JSON.stringify(sequence)}`);
  }
}
