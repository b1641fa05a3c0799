import type { Budget } from "./limits.ts";

/** Collects the text that a part of a template prints. */
export class Output {
  readonly #parts: string[] = [];
  readonly #budget: Budget;
  #length = 0;

  /** Makes an empty output. */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Prints a text. */
  write(text: string): void {
    this.#length += text.length;
    this.#budget.output(this.#length, text.length);
    this.#parts.push(text);
  }

  /** The whole text. */
  text(): string {
    return this.#parts.join("");
  }
}
