import { isPrintable } from "./text_style.ts";

/** The column after which PyYAML folds a line at its next space. */
const WIDTH = 80;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\0", "0"],
  ["\x07", "a"],
  ["\b", "b"],
  ["\t", "t"],
  ["\n", "n"],
  ["\v", "v"],
  ["\f", "f"],
  ["\r", "r"],
  ["\x1b", "e"],
  ['"', '"'],
  ["\\", "\\"],
  ["\x85", "N"],
  ["\xa0", "_"],
  ["\u2028", "L"],
  ["\u2029", "P"],
]);

const WIDE = ["U", 8] as const;

/** Writes tokens and scalars of YAML with the line breaks of PyYAML's emitter. */
export class YamlWriter {
  /** Whether letters beyond ASCII are written as they are. */
  readonly unicode: boolean;
  /** Spaces for each level. */
  readonly step: number;
  readonly sortKeys: boolean;
  #text = "";
  #column = 0;
  /** True after a space and at the beginning of a line. */
  #spaced = true;
  /** True while the line has only spaces, `-`, `?` and `:`. */
  #indentation = true;

  constructor(
    { unicode, step, sortKeys }: {
      readonly unicode: boolean;
      readonly step: number;
      readonly sortKeys: boolean;
    },
  ) {
    this.unicode = unicode;
    this.step = step;
    this.sortKeys = sortKeys;
  }

  /** Whether a block may begin on this line. */
  get atIndentation(): boolean {
    return this.#indentation;
  }

  /** Ends the last line and returns the text. */
  finish(): string {
    return this.#column === 0 ? this.#text : `${this.#text}\n`;
  }

  /** Begins an entry at a column, on this line if only indentation is before it. */
  indent(column: number): void {
    const begun = this.#column > column || (this.#column === column && !this.#spaced);
    if (!this.#indentation || begun) this.#break();
    if (this.#column >= column) return;
    this.#write(" ".repeat(column - this.#column));
    this.#spaced = true;
  }

  /** Writes a sign such as `-` or `[]`, after a space unless it is attached. */
  indicator(sign: string, { attached = false, indents = false } = {}): void {
    this.#write(this.#spaced || attached ? sign : ` ${sign}`);
    this.#spaced = false;
    this.#indentation &&= indents;
  }

  /** Writes a text without quotes. Keys have no `indent`, and are not folded. */
  plain(text: string, indent: number | undefined): void {
    if (!this.#spaced) this.#write(" ");
    this.#words(text, indent);
    this.#spaced = false;
    this.#indentation = false;
  }

  /** Writes a text in single quotes. */
  single(text: string, indent: number | undefined): void {
    this.indicator("'");
    this.#words(text.replaceAll("'", "''"), indent);
    this.indicator("'", { attached: true });
  }

  /** Writes a text in double quotes, with escapes. */
  double(text: string, indent: number | undefined): void {
    this.indicator('"');
    const chars = [...text];
    let run = "";
    chars.forEach((char, index) => {
      const escape = this.#escape(char);
      if (escape !== undefined) {
        this.#write(run + escape);
        run = "";
      }
      const foldable = index > 0 && index < chars.length - 1 && (char === " " || run === "");
      const column = this.#column + (escape === undefined ? run.length : -1);
      if (indent !== undefined && foldable && column > WIDTH) {
        this.#write(`${run}\\`);
        run = "";
        this.indent(indent);
        this.#spaced = false;
        this.#indentation = false;
        // A backslash keeps the spaces at the beginning of a line.
        if ((escape === undefined ? char : chars[index + 1]) === " ") this.#write("\\");
      }
      if (escape === undefined) run += char;
    });
    this.#write(run);
    this.indicator('"', { attached: true });
  }

  #escape(char: string): string | undefined {
    if (char !== '"' && char !== "\\" && isPrintable(char, this.unicode)) return undefined;
    const short = ESCAPES.get(char);
    if (short !== undefined) return `\\${short}`;
    const code = char.codePointAt(0) ?? 0;
    const [letter, digits] = code <= 0xff ? ["x", 2] as const : code <= 0xffff ? ["u", 4] as const : WIDE;
    return `\\${letter}${code.toString(16).toUpperCase().padStart(digits, "0")}`;
  }

  /** Writes a text with its line breaks, and folds it at single spaces beyond the width. */
  #words(text: string, indent: number | undefined): void {
    if (indent === undefined || (this.#column + text.length <= WIDTH && !text.includes("\n"))) {
      return this.#write(text);
    }
    for (const match of text.matchAll(/ +|\n+|[^ \n]+/g)) {
      const [token] = match;
      const inside = match.index > 0 && match.index + token.length < text.length;
      if (token === " " && inside && this.#column > WIDTH) {
        this.indent(indent);
      } else if (token.startsWith("\n")) {
        this.#break();
        for (const _ of token) this.#break();
        this.indent(indent);
      } else {
        this.#write(token);
      }
    }
  }

  #break(): void {
    this.#text += "\n";
    this.#column = 0;
    this.#spaced = true;
    this.#indentation = true;
  }

  #write(text: string): void {
    this.#text += text;
    this.#column += text.length;
  }
}
