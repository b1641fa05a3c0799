import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Spool, SPOOLED_BYTES, type SpooledOutput } from "../../pipelines/ports/spool.ts";

/** An output of fewer bytes stays in memory. */
const HELD_BYTES = 64 * 1024;
/** The bytes that are passed on at once. */
const PIECE_BYTES = 256 * 1024;
const LINE_BREAK = 10;

/** The sizes of a spool; tests make them small. */
export interface SpoolSizes {
  /** The bytes that are kept of the beginning, and as many of the end. */
  readonly kept: number;
  /** The bytes that stay in memory. */
  readonly held: number;
}

/**
 * Makes a spool in temporary files. A file is opened when an output grows too large for the memory. Where the system
 * allows it, its name is removed at once, so that nothing is left if this process is killed.
 */
export function makeSpool(sizes: SpoolSizes = { kept: SPOOLED_BYTES, held: HELD_BYTES }): Spool {
  const open = new Set<FileOutput>();
  return {
    open() {
      const output = new FileOutput(sizes, () => void open.delete(output));
      open.add(output);
      return output;
    },
    close() {
      for (const output of [...open]) output.give();
    },
  };
}

/** The file has the first bytes, and behind them the last bytes as a ring. */
class FileOutput implements SpooledOutput {
  readonly #sizes: SpoolSizes;
  readonly #onEnd: () => void;
  /** Bytes that are not yet in the file. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** The bytes that have passed into the file. */
  #filed = 0;
  #file: { readonly handle: Deno.FsFile; readonly path: string | undefined } | undefined;
  #failed = false;

  constructor(sizes: SpoolSizes, onEnd: () => void) {
    this.#sizes = sizes;
    this.#onEnd = onEnd;
  }

  add(lines: readonly string[]): void {
    if (this.#failed || lines.length === 0) return;
    const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > this.#sizes.held) this.#flush();
  }

  take(write: (lines: readonly string[]) => void): void {
    try {
      if (this.#file === undefined) pass(this.#held, write);
      else this.#takeFile(this.#file.handle, write);
    } catch {
      this.#failed = true;
    }
    if (this.#failed) {
      write(["… some output is missing here: the temporary folder is full or cannot be used …"]);
    }
    this.give();
  }

  /** Gives the output up. */
  give(): void {
    this.#held = [];
    const file = this.#file;
    this.#file = undefined;
    try {
      file?.handle.close();
      if (file?.path !== undefined) Deno.removeSync(file.path);
    } catch {
      // The system removes temporary files in time.
    }
    this.#onEnd();
  }

  #flush(): void {
    try {
      this.#file ??= openTemporary();
      for (const bytes of this.#held) this.#store(this.#file.handle, bytes);
    } catch {
      // The disk is full, or nothing may be written: the build goes on.
      this.#failed = true;
    }
    this.#held = [];
    this.#heldBytes = 0;
  }

  #store(file: Deno.FsFile, bytes: Uint8Array): void {
    const { kept } = this.#sizes;
    for (let rest = bytes; rest.length > 0;) {
      const inHead = this.#filed < kept;
      const inRing = (this.#filed - kept) % kept;
      const room = inHead ? kept - this.#filed : kept - inRing;
      const part = rest.subarray(0, room);
      file.seekSync(inHead ? this.#filed : kept + inRing, Deno.SeekMode.Start);
      for (let left = part; left.length > 0;) left = left.subarray(file.writeSync(left));
      this.#filed += part.length;
      rest = rest.subarray(part.length);
    }
  }

  #takeFile(file: Deno.FsFile, write: (lines: readonly string[]) => void): void {
    this.#flush();
    const { kept } = this.#sizes;
    if (this.#filed <= 2 * kept) return pass(readBetween(file, 0, this.#filed), write);
    const start = (this.#filed - kept) % kept;
    const head = new Uint8Array(kept);
    readAt(file, head, 0);
    const headEnd = head.lastIndexOf(LINE_BREAK) + 1;
    // A character of several bytes may be cut if the beginning is one long line.
    pass(piecesOf(head.subarray(0, headEnd === 0 ? kept : headEnd)), write);
    const tail = new Uint8Array(kept);
    readAt(file, tail.subarray(0, kept - start), kept + start);
    readAt(file, tail.subarray(kept - start), kept);
    const tailStart = tail.subarray(0, -1).indexOf(LINE_BREAK) + 1;
    const left = this.#filed - (headEnd === 0 ? kept : headEnd) - (kept - tailStart);
    write([`… ${left} bytes left out …`]);
    pass(piecesOf(tail.subarray(tailStart)), write);
  }
}

function openTemporary(): { readonly handle: Deno.FsFile; readonly path: string | undefined } {
  // Deno's own function asks for more rights than the program has.
  const path = join(tmpdir(), `showtime-output-${crypto.randomUUID()}`);
  const handle = Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 });
  try {
    Deno.removeSync(path);
    return { handle, path: undefined };
  } catch {
    // Windows keeps the name of a file that is open.
    return { handle, path };
  }
}

function* readBetween(file: Deno.FsFile, from: number, to: number): Iterable<Uint8Array> {
  for (let at = from; at < to; at += PIECE_BYTES) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, to - at));
    readAt(file, piece, at);
    yield piece;
  }
}

function* piecesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function readAt(file: Deno.FsFile, into: Uint8Array, offset: number): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let rest = into; rest.length > 0;) {
    const count = file.readSync(rest);
    if (count === null) {
      throw new RangeError("Reading spooled output: the file is shorter than what was written");
    }
    rest = rest.subarray(count);
  }
}

/** Passes bytes on as whole lines. */
function pass(pieces: Iterable<Uint8Array>, write: (lines: readonly string[]) => void): void {
  const decoder = new TextDecoder();
  let begun = "";
  for (const piece of pieces) {
    const lines = (begun + decoder.decode(piece, { stream: true })).split("\n");
    begun = lines.pop() ?? "";
    if (lines.length > 0) write(lines);
  }
  begun += decoder.decode();
  if (begun !== "") write([begun]);
}
