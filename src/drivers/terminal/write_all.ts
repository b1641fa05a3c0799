/** A stream of the process that is written to at once. */
export interface SyncWriter {
  writeSync(bytes: Uint8Array): number;
}

/** The milliseconds between two tries to write to a stream that is full. */
const PAUSE_MS = 5;

/**
 * Writes a whole text at once. Returns false if nothing reads the stream: its reader has closed the pipe,
 * such as `head` does, or the stream was closed before this process started.
 */
export function writeAll(
  stream: SyncWriter,
  text: string,
  { pause = block }: { readonly pause?: (ms: number) => void } = {},
): boolean {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    try {
      rest = rest.subarray(stream.writeSync(rest));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource) return false;
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      // A process that shares the pipe has made it non-blocking, as Node.js does, and its reader is slow.
      pause(PAUSE_MS);
    }
  }
  return true;
}

/** Waits as a write to a pipe that blocks does: nothing else happens meanwhile. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
