/** Texts to find, all at once, in a stream: the automaton of Aho and Corasick. */

/** Ranges of codes that one table holds: UTF-16 has 65536 codes. */
const CODES = 0x10000;

/**
 * The automaton for a set of texts. A state is a number; 0 is the start. It stands for the longest end of the stream that
 * is the beginning of a text. The time for a stream is linear in its length, whatever the texts are.
 */
export class SecretPatterns {
  /** 1 for each code that a text begins with; below, 1 for each pair of codes, as a hash. */
  readonly #firsts = new Uint8Array(CODES);
  readonly #pairs = new Uint8Array(CODES);
  readonly #edges: Edges;
  readonly #fails: Int32Array;
  readonly #depths: Int32Array;
  /** The length of the longest text that ends in the state; 0 if no text does. */
  readonly #longest: Int32Array;
  /** A text that begins as the state does. */
  readonly #texts: readonly string[];
  readonly #textOf: Int32Array;

  /** Builds the automaton. Texts that are empty are left out. */
  constructor(texts: readonly string[]) {
    this.#texts = [...new Set(texts)].filter((text) => text !== "");
    const most = this.#texts.reduce((sum, { length }) => sum + length, 1);
    this.#edges = new Edges(most);
    this.#fails = new Int32Array(most);
    this.#depths = new Int32Array(most);
    this.#longest = new Int32Array(most);
    this.#textOf = new Int32Array(most);
    this.#link(this.#addAll());
  }

  /** Whether there is no text to find. */
  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  /** The number of codes at the end of the stream that may be the beginning of a text. */
  depthOf(state: number): number {
    return this.#depths[state] ?? 0;
  }

  /** The last codes of the stream that led to the state: as many as {@link depthOf} says. */
  heldText(state: number): string {
    return state === 0 ? "" : (this.#texts[this.#textOf[state] ?? 0] ?? "").slice(0, this.depthOf(state));
  }

  /**
   * Reads a chunk and returns the next state. Calls `onFound` with the index in the chunk after each place where a text
   * ends, and the length of the longest one that ends there.
   */
  scan(
    state: number,
    chunk: string,
    { onFound }: { readonly onFound: (end: number, length: number) => void },
  ): number {
    const last = chunk.length - 1;
    for (let index = 0; index <= last; index++) {
      const code = chunk.charCodeAt(index);
      if (state === 0) {
        // Nearly all output is passed over here.
        if (this.#firsts[code] === 0) continue;
        if (index < last && this.#pairs[pairOf(code, chunk.charCodeAt(index + 1))] === 0) continue;
      }
      state = this.#next(state, code);
      const length = this.#longest[state] ?? 0;
      if (length > 0) onFound(index + 1, length);
    }
    return state;
  }

  #next(state: number, code: number): number {
    for (let from = state;; from = this.#fails[from] ?? 0) {
      const to = this.#edges.find(from, code);
      if (to !== 0) return to;
      if (from === 0) return 0;
    }
  }

  /** Adds the texts to the tree, and returns its edges in the order in which the states were made. */
  #addAll(): readonly (readonly [from: number, code: number])[] {
    const made: (readonly [number, number])[] = [[0, 0]];
    for (const [number, text] of this.#texts.entries()) {
      const first = text.charCodeAt(0);
      this.#firsts[first] = 1;
      // A text of one code fits every pair.
      if (text.length > 1) this.#pairs[pairOf(first, text.charCodeAt(1))] = 1;
      else for (let code = 0; code < CODES; code++) this.#pairs[pairOf(first, code)] = 1;
      let state = 0;
      for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        let to = this.#edges.find(state, code);
        if (to === 0) {
          to = made.length;
          made.push([state, code]);
          this.#edges.add(state, code, { to });
          this.#depths[to] = index + 1;
          this.#textOf[to] = number;
        }
        state = to;
      }
      this.#longest[state] = text.length;
    }
    return made;
  }

  /** Sets where each state falls back to, from the shallow states to the deep ones. */
  #link(made: readonly (readonly [from: number, code: number])[]): void {
    const order = made.map((_, state) => state).slice(1).sort((a, b) => this.depthOf(a) - this.depthOf(b));
    for (const state of order) {
      const [from, code] = made[state] ?? [0, 0];
      const fail = from === 0 ? 0 : this.#next(this.#fails[from] ?? 0, code);
      this.#fails[state] = fail;
      if (this.#longest[state] === 0) this.#longest[state] = this.#longest[fail] ?? 0;
    }
  }
}

function pairOf(first: number, second: number): number {
  return ((first << 8) ^ second) & (CODES - 1);
}

/** The edges of the tree: a hash table without objects, since a private key has thousands of edges. */
class Edges {
  readonly #mask: number;
  readonly #froms: Int32Array;
  readonly #codes: Uint16Array;
  /** 0 where a slot is free: no edge leads to the start. */
  readonly #tos: Int32Array;

  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(most * 2 + 1));
    this.#mask = slots - 1;
    this.#froms = new Int32Array(slots);
    this.#codes = new Uint16Array(slots);
    this.#tos = new Int32Array(slots);
  }

  /** Returns the state behind an edge; 0 if there is no such edge. */
  find(from: number, code: number): number {
    return this.#tos[this.#slotOf(from, code)] ?? 0;
  }

  add(from: number, code: number, { to }: { readonly to: number }): void {
    const slot = this.#slotOf(from, code);
    this.#froms[slot] = from;
    this.#codes[slot] = code;
    this.#tos[slot] = to;
  }

  #slotOf(from: number, code: number): number {
    let slot = (Math.imul(from, 0x9e3779b1) ^ Math.imul(code + 1, 0x85ebca6b)) >>> 7 & this.#mask;
    while (this.#tos[slot] !== 0 && (this.#froms[slot] !== from || this.#codes[slot] !== code)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}
