/** The limits of a template. Each limit ends a runaway without a clock. */
export interface TemplateLimits {
  /** Steps of evaluation; 32 characters that an operation makes or reads count as one. */
  readonly steps: number;
  /** Characters of the result, and of any text on the way. */
  readonly text: number;
  /** Levels of values, expressions and calls in each other. */
  readonly depth: number;
  /** Characters of the template with its macros. */
  readonly source: number;
}

/** The usual limits. */
export const USUAL_LIMITS: TemplateLimits = {
  steps: 1_000_000,
  text: 8 * 1024 * 1024,
  depth: 400,
  source: 1024 * 1024,
};

const CHARACTERS_PER_STEP = 32;
const BITS_PER_STEP = 256;

/** A fault of a template before its place is known. */
export class Fault extends Error {}

/** A fault with its place in the source. */
export class PlacedFault extends Fault {
  /** The offset in the joined source. */
  readonly at: number;

  /** Makes the fault. */
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Counts what one template uses and throws {@link Fault} beyond a limit. */
export class Budget {
  readonly limits: TemplateLimits;
  #steps = 0;
  #depth = 0;

  /** Makes a budget that is not used up at all. */
  constructor(limits: Partial<TemplateLimits> = {}) {
    this.limits = { ...USUAL_LIMITS, ...limits };
  }

  /** Counts steps. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.limits.steps) {
      throw new Fault(`it takes more than ${this.limits.steps} steps`);
    }
  }

  /** Counts a text that is about to be made or read, by its length. */
  text(length: number): void {
    this.output(length, length);
  }

  /** Counts the bits of large integers. */
  bits(count: number): void {
    this.step(Math.floor(count / BITS_PER_STEP));
  }

  /** Counts a text that is added to others; `total` is the length of all of them. */
  output(total: number, added: number): void {
    if (total > this.limits.text) {
      throw new Fault(`a text would have more than ${this.limits.text} characters`);
    }
    this.step(1 + Math.floor(added / CHARACTERS_PER_STEP));
  }

  /** Runs a function one level deeper. */
  nested<T>(work: () => T): T {
    this.enter();
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** Goes one level deeper, until {@link leave}. */
  enter(): void {
    if (++this.#depth > this.limits.depth) {
      this.#depth--;
      throw new Fault(`it is nested deeper than ${this.limits.depth} levels`);
    }
  }

  /** Comes back from {@link enter}. */
  leave(): void {
    this.#depth--;
  }
}
