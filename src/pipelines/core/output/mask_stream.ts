import type { SecretPatterns } from "./secret_patterns.ts";

/** The text in the place of a secret. */
const MASK = "***";

/**
 * Masks secrets in a stream of text, however it is cut into chunks. It holds back the end of the stream only while that may
 * become a secret. Secrets that overlap become one mask.
 */
export class MaskStream {
  readonly #patterns: SecretPatterns;
  #state = 0;
  /** The secrets found in the text that is held back, in order and apart. Indexes count from the start of that text. */
  #found: Range[] = [];
  /** The number of codes at the start of the held text that belong to a mask that is already written. */
  #masked = 0;

  /** Makes a stream that masks each occurrence of the patterns. */
  constructor(patterns: SecretPatterns) {
    this.#patterns = patterns;
  }

  /** Takes the next chunk, and returns the text that is certain by now. */
  push(chunk: string): string {
    if (this.#patterns.isEmpty) return chunk;
    const held = this.#patterns.heldText(this.#state);
    this.#state = this.#patterns.scan(this.#state, chunk, {
      onFound: (end, length) => this.#add({ start: held.length + end - length, end: held.length + end }),
    });
    const certain = held.length + chunk.length - this.#patterns.depthOf(this.#state);
    if (this.#found.length === 0 && this.#masked === 0 && held === "") return chunk.slice(0, certain);
    return this.#take(held + chunk, certain);
  }

  /** Returns the text that is held back: no more text comes. */
  end(): string {
    const held = this.#patterns.heldText(this.#state);
    this.#state = 0;
    return this.#take(held, held.length);
  }

  /** Adds a secret that ends after all those before it. */
  #add({ start, end }: Range): void {
    let first = start;
    for (let last = this.#found.at(-1); last !== undefined && last.end > first; last = this.#found.at(-1)) {
      first = Math.min(first, last.start);
      this.#found.pop();
    }
    if (first < this.#masked) this.#masked = end;
    else this.#found.push({ start: first, end });
  }

  /** Returns the first codes of the text with masks, and forgets them. */
  #take(text: string, certain: number): string {
    let written = "";
    let from = Math.min(this.#masked, certain);
    let masked = this.#masked;
    const later: Range[] = [];
    for (const { start, end } of this.#found) {
      if (start >= certain) {
        later.push({ start: start - certain, end: end - certain });
        continue;
      }
      written += text.slice(from, start) + MASK;
      from = Math.min(end, certain);
      masked = end;
    }
    this.#found = later;
    this.#masked = Math.max(0, masked - certain);
    return written + text.slice(from, certain);
  }
}

interface Range {
  readonly start: number;
  /** The index after the last code. */
  readonly end: number;
}
