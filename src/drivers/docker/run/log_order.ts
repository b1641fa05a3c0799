/**
 * Number of lines that wait for earlier ones: the two streams differ by a few buffers of the system at most.
 */
const HELD = 2_000;

interface Stamped {
  readonly at: string;
  readonly text: string;
}

/**
 * Sorts a container's lines into the order in which it wrote them. Standard output and standard error arrive
 * on two streams in no fixed order; `docker logs --timestamps` gives the time of each line.
 */
export class LogOrder {
  readonly #follows: boolean;
  #held: Stamped[] = [];
  #last = "";

  /** `follows` releases each line at once: a reader who follows a log does not wait for order. */
  constructor(options: { readonly follows: boolean }) {
    this.#follows = options.follows;
  }

  /** Takes a line with its time and returns the lines that are due, without their times. */
  take(line: string): readonly string[] {
    const [, at = this.#last, text = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
    this.#last = at;
    this.#held.push({ at, text });
    if (this.#follows) return this.rest();
    return this.#held.length < 2 * HELD ? [] : this.#release(HELD);
  }

  /** Returns all waiting lines; call it at the end of the log. */
  rest(): readonly string[] {
    return this.#release(this.#held.length);
  }

  #release(count: number): readonly string[] {
    // The sort is stable: lines with the same time keep the order in which they came.
    this.#held.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    return this.#held.splice(0, count).map(({ text }) => text);
  }
}
