/** The output of steps that is shown when they end. */

/** The number of bytes that are kept of the beginning of an output, and as many of its end. */
export const SPOOLED_BYTES = 5_000_000;

/** Keeps the output of steps outside of the memory. */
export interface Spool {
  /** Begins the output of a step. */
  open(): SpooledOutput;
  /** Gives up all outputs that are still open, and the files that they are in. */
  close(): void;
}

/** The output of one step. */
export interface SpooledOutput {
  /** Adds lines, which have no line breaks in them. Never throws: output that cannot be kept is left out. */
  add(lines: readonly string[]): void;
  /**
   * Passes on the first and last {@link SPOOLED_BYTES} in whole lines, in pieces, with a line about the bytes left out
   * between them; then gives the output up.
   */
  take(write: (lines: readonly string[]) => void): void;
}
