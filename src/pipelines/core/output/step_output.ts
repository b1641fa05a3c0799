/**
 * The output of steps: bytes become text, secrets become masks, text becomes lines.
 *
 * What must not happen here: memory that grows with the output, time that is more than linear in it, a secret that leaves
 * because it came in two chunks. Next: `mask_stream.ts`, then `secret_patterns.ts`.
 *
 * @module
 */

import { LineSplitter } from "../../../lib/output/line_splitter.ts";
import { LOG_LINE, LOG_LINES } from "../build_result.ts";
import { MaskStream } from "./mask_stream.ts";
import type { SecretPatterns } from "./secret_patterns.ts";
import { maskCleaned } from "./secrets_to_mask.ts";

/** The streams of a program's output. */
export type OutputStream = "stdout" | "stderr";

/**
 * The output of one step: bytes go in, masked lines come out. Its memory does not grow with the output: at most
 * {@link LOG_LINES} cut lines, one unfinished line a stream, and the beginning of a secret a stream are held.
 */
export class StepOutput {
  readonly #onLines: (lines: readonly string[], stream: OutputStream) => void;
  readonly #patterns: SecretPatterns;
  readonly #streams = new Map<OutputStream, TextStream>();
  #log: string[] = [];

  /** Makes the output of a step. `onLines` takes all lines that one chunk completes. */
  constructor(
    patterns: SecretPatterns,
    onLines: (lines: readonly string[], stream: OutputStream) => void,
  ) {
    this.#patterns = patterns;
    this.#onLines = onLines;
  }

  /** Takes the next chunk of a stream. The bytes are not used after the call. */
  push(bytes: Uint8Array, stream: OutputStream): void {
    const text = this.#streams.get(stream) ?? new TextStream(this.#patterns);
    this.#streams.set(stream, text);
    this.#pass(text.push(bytes), stream);
  }

  /** Passes on the lines that are not finished. */
  end(): void {
    for (const [stream, text] of this.#streams) this.#pass(text.end(), stream);
    this.#streams.clear();
  }

  /** The last lines of both streams, in the order in which they came. */
  log(): readonly string[] {
    // A part of a long text keeps the whole text in memory: the lines are copied.
    return this.#log.length === 0 ? [] : this.#log.slice(-LOG_LINES).join("\n").split("\n");
  }

  #pass(lines: readonly string[], stream: OutputStream): void {
    if (lines.length === 0) return;
    this.#log.push(...lines.slice(-LOG_LINES).map(cut));
    if (this.#log.length > 2 * LOG_LINES) this.#log = this.#log.slice(-LOG_LINES);
    this.#onLines(lines, stream);
  }
}

/** Cuts a line that is very long: it is rarely for people. */
function cut(line: string): string {
  const more = line.length - LOG_LINE;
  return more <= 0 ? line : `${line.slice(0, LOG_LINE).toWellFormed()}… ${more} more characters`;
}

/** One stream of output: UTF-8, in which U+FFFD replaces other bytes. */
class TextStream {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #mask: MaskStream;
  #lines: string[] = [];
  readonly #splitter: LineSplitter;

  constructor(patterns: SecretPatterns) {
    this.#splitter = new LineSplitter((line) => this.#lines.push(maskCleaned(line, patterns)));
    this.#mask = new MaskStream(patterns);
  }

  push(bytes: Uint8Array): readonly string[] {
    this.#splitter.push(this.#mask.push(this.#decoder.decode(bytes, { stream: true })));
    return this.#takeLines();
  }

  end(): readonly string[] {
    this.#splitter.push(this.#mask.push(this.#decoder.decode()) + this.#mask.end());
    this.#splitter.end();
    return this.#takeLines();
  }

  #takeLines(): readonly string[] {
    const lines = this.#lines;
    if (lines.length > 0) this.#lines = [];
    return lines;
  }
}
