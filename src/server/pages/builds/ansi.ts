import { html } from "hono/html";
import { stripControls } from "../../../lib/sanitize.ts";
import type { Html } from "../elements.ts";

/** The paint of a piece of text: the names of its classes in the style sheet. */
interface Piece {
  readonly classes: string;
  readonly text: string;
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for
const PAINT = /\x1b\[([\d;:]{0,64})m/;
/** No line has more pieces than this: the rest of it is not painted. */
const MOST_PIECES = 200;

/**
 * Splits a line of output at its paint (SGR). The eight colours, bright or not, bold, faint, italic and underlined are kept as
 * classes. Other escapes and control characters are removed, and a tab becomes four spaces. Each line begins unpainted.
 */
export function paintedPieces(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const paint = new Map<string, string>();
  let rest = line.replaceAll("\t", "    ");
  const add = (text: string) => {
    const clean = stripControls(text);
    if (clean !== "") pieces.push({ classes: [...paint.values()].join(" "), text: clean });
  };
  while (pieces.length < MOST_PIECES) {
    const found = PAINT.exec(rest);
    if (found === null) break;
    add(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
    change(paint, (found[1] ?? "").split(/[;:]/).map(Number));
  }
  add(rest);
  return pieces;
}

const STYLES: Readonly<Record<number, string>> = { 1: "bold", 2: "faint", 3: "italic", 4: "underlined" };

function change(paint: Map<string, string>, codes: readonly number[]): void {
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    const style = STYLES[code];
    if (code === 0) paint.clear();
    else if (style !== undefined) paint.set(style, `ansi-${style}`);
    else if (code === 22) ["bold", "faint"].forEach((each) => paint.delete(each));
    else if (code === 23 || code === 24) paint.delete(code === 23 ? "italic" : "underlined");
    else if (code >= 30 && code <= 37) paint.set("color", `ansi-${code - 30}`);
    else if (code >= 90 && code <= 97) paint.set("color", `ansi-${code - 90}`);
    else if (code === 39) paint.delete("color");
    // A colour of 256 or of 16 million is left out with its numbers.
    else if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
  }
}

/** Renders a line of output as text with classes for its paint. */
export function painted(line: string): Html {
  return html`${
    paintedPieces(line).map(({ classes, text }) =>
      classes === "" ? text : html`<span class="${classes}">${text}</span>`
    )
  }`;
}
