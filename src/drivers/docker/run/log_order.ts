/** How many lines wait for others: what the two streams can be apart is a few buffers of the system. */
const HELD = 2_000;

interface Stamped {
  readonly at: string;
  readonly text: string;
}

/**
 * Puts a container's lines in the order in which it wrote them. The engine hands standard output and standard error over on
 * two streams, and which of them is read first is chance; `docker logs --timestamps` tells the time of each line.
 */
export class LogOrder {
  readonly #follows: boolean;
  #held: Stamped[] = [];
  #last = "";

  /** Whoever follows a log gets each line when it comes. */
  constructor(options: { readonly follows: boolean }) {
    this.#follows = options.follows;
  }

  /** Takes a line with its time, and hands over the lines whose turn has come, without. */
  take(line: string): readonly string[] {
    const [, at = this.#last, text = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
    this.#last = at;
    this.#held.push({ at, text });
    if (this.#follows) return this.rest();
    return this.#held.length < 2 * HELD ? [] : this.#release(HELD);
  }

  /** Hands over what waits: nothing more is to come. */
  rest(): readonly string[] {
    return this.#release(this.#held.length);
  }

  #release(count: number): readonly string[] {
    // What has one time stays as it came.
    this.#held.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    return this.#held.splice(0, count).map(({ text }) => text);
  }
}
