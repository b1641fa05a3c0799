const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const FRAME_MS = 120;
const CLEAR = "\r\x1b[2K";

/** Shows what the program waits for and how long: a moving line on a terminal, else a line on each change. */
export class Spinner {
  readonly #write: (text: string) => void;
  readonly #moves: boolean;
  readonly #width: number;
  readonly #now: () => number;
  #text: string | undefined;
  #since = 0;
  #frame = 0;
  #counted = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    write: (text: string) => void,
    options: { readonly moves: boolean; readonly columns: number; readonly now: () => number },
  ) {
    this.#write = write;
    this.#moves = options.moves;
    this.#width = options.columns;
    this.#now = options.now;
  }

  /** Shows another text; undefined ends the line. The time counts from the first text. */
  show(said: string | undefined): void {
    if (said === undefined) return this.#end();
    // Sentences of AWS end with a period, which would stand before the time.
    const text = said.replace(/[\s.]+$/, "");
    if (text === this.#text) return;
    if (this.#text === undefined) this.#since = this.#now();
    this.#text = text;
    if (!this.#moves) return this.#write(`${text}${this.#elapsed()}\n`);
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS);
    this.#draw();
  }

  /** Counts a line of output that is hidden. */
  count(): void {
    this.#counted++;
  }

  /** Clears the moving line while other text is written, and draws it again. */
  around(write: () => void): void {
    const moving = this.#moves && this.#text !== undefined;
    if (moving) this.#write(CLEAR);
    write();
    if (moving) this.#draw();
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#moves && this.#text !== undefined) this.#write(CLEAR);
    this.#text = undefined;
    this.#counted = 0;
  }

  #draw(): void {
    const sign = FRAMES[this.#frame++ % FRAMES.length] ?? "";
    const tail = `${this.#elapsed()}${this.#counted === 0 ? "" : ` · ${this.#counted} lines`}`;
    const room = Math.max(10, this.#width - tail.length - 3);
    const text = this.#text ?? "";
    const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
    this.#write(`${CLEAR}${sign} ${shown}${tail}`);
  }

  #elapsed(): string {
    const seconds = Math.floor((this.#now() - this.#since) / 1000);
    return seconds < 1 ? "" : ` (${seconds}s)`;
  }
}
