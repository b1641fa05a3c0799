const BUFFER_BYTES = 64 * 1024;

/** Reads one of a program's output streams to its end, into one buffer again and again. */
export class OutputPipe {
  /** Settles at the end of the stream. Never rejects: a broken pipe counts as ended. */
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamBYOBReader;

  constructor(stream: ReadableStream<Uint8Array>, onBytes: (bytes: Uint8Array) => void) {
    this.#reader = stream.getReader({ mode: "byob" });
    this.ended = this.#read(onBytes);
  }

  /** Gives the stream up, whether it ended or not. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
    await this.ended;
  }

  async #read(onBytes: (bytes: Uint8Array) => void): Promise<void> {
    let buffer = new Uint8Array(BUFFER_BYTES);
    try {
      for (;;) {
        const { done, value } = await this.#reader.read(buffer);
        if (done || value === undefined) return;
        onBytes(value);
        buffer = new Uint8Array(value.buffer, 0, BUFFER_BYTES);
      }
    } catch {
      // A read fails only if the pipe breaks.
    }
  }
}
