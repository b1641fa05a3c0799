/** The length of the longest line in one piece. */
const MAX_LINE = 64 * 1024;

/**
 * Splits a stream of text into lines; an endless line is passed on in pieces of 64 KB. Pieces of well-formed text are
 * well-formed. The time is linear in the text, however it is cut into chunks.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  /** The beginning of a line that has not ended: shorter than a piece. */
  #pending = "";

  /** Makes a splitter that calls `onLine` with each line, without its line break. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next chunk. */
  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#pass(this.#cut(this.#pending + text.slice(start, end)));
      this.#pending = "";
      start = end + 1;
    }
    this.#pending = this.#cut(this.#pending + text.slice(start));
  }

  /** Passes on the last line of a stream that ends without a line break. */
  end(): void {
    if (this.#pending !== "") this.#onLine(this.#pending);
    this.#pending = "";
  }

  #pass(line: string): void {
    this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  /** Passes on whole pieces, and returns the rest. */
  #cut(line: string): string {
    if (line.length <= MAX_LINE) return line;
    let start = 0;
    while (line.length - start > MAX_LINE) {
      const end = start + MAX_LINE - (isHighSurrogate(line.charCodeAt(start + MAX_LINE - 1)) ? 1 : 0);
      this.#onLine(line.slice(start, end));
      start = end;
    }
    return line.slice(start);
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
