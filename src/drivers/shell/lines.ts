const MAX_LINE = 64 * 1024;

/** Splits a stream of text into lines; an endless line is passed on in pieces of 64 KB. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #pending = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const parts = (this.#pending + text).split("\n");
    this.#pending = parts.pop() ?? "";
    for (const part of parts) this.#onLine(part.endsWith("\r") ? part.slice(0, -1) : part);
    while (this.#pending.length > MAX_LINE) {
      this.#onLine(this.#pending.slice(0, MAX_LINE));
      this.#pending = this.#pending.slice(MAX_LINE);
    }
  }

  /** Passes on the last line of a stream that ends without a line break. */
  end(): void {
    if (this.#pending !== "") this.#onLine(this.#pending);
    this.#pending = "";
  }
}

/** Keeps the last `limit` characters of what is pushed. */
export class Tail {
  readonly #limit: number;
  #text = "";

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(text: string): void {
    this.#text += text;
    // Cutting only at twice the limit keeps the cost of a long output linear.
    if (this.#text.length > 2 * this.#limit) this.#text = this.#text.slice(-this.#limit);
  }

  text(): string {
    return this.#text.slice(-this.#limit);
  }
}
