import { AppError, usageError } from "../../lib/errors.ts";
import type { PipelineFiles } from "../../pipelines/ports/pipeline_files.ts";
import { describeFileError } from "./file_error.ts";

/** The largest text that is read, in bytes. */
const LARGEST = 16 * 1024 * 1024;

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * Makes the port to the files that a command line names. They may be pipes: a shell passes `<(git diff --name-only)` as
 * one. `input` is standard input.
 */
export function makePipelineFiles(input: () => Bytes = () => Deno.stdin.readable): PipelineFiles {
  return {
    async readText(path, signal) {
      // Deno opens this path only for programs that may do everything.
      const isInput = path === "-" || path === "/dev/stdin";
      const name = isInput ? "standard input" : path;
      return decode(
        name,
        await readBytes(name, isInput ? input() : await unlessAborted(open(path), signal), signal),
      );
    },
  };
}

async function open(path: string): Promise<Bytes> {
  try {
    const file = await Deno.open(path, { read: true });
    if (!(await file.stat()).isDirectory) return file.readable;
    file.close();
    throw unreadable(path, "it is a folder");
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw usageError("file_missing", `Reading ${path}: there is no such file`, "Correct the path");
    }
    throw unreadable(path, describeFileError(error));
  }
}

/** Waits for a file. A named pipe opens only when another process writes to it. */
async function unlessAborted(opening: Promise<Bytes>, signal: AbortSignal): Promise<Bytes> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([opening, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function readBytes(name: string, bytes: Bytes, signal: AbortSignal): Promise<ArrayBuffer> {
  const reader = bytes.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (let next = await reader.read(); next.value !== undefined; next = await reader.read()) {
      parts.push(next.value);
      size += next.value.length;
      if (size > LARGEST) throw unreadable(name, `it has more than ${LARGEST} bytes`);
    }
    signal.throwIfAborted();
    return await new Blob(parts).arrayBuffer();
  } finally {
    signal.removeEventListener("abort", stop);
    // This closes the file, if the end was not reached.
    stop();
  }
}

function decode(name: string, bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(name, "it is not UTF-8 text");
  }
}

function unreadable(name: string, state: string): AppError {
  return usageError(
    "file_unreadable",
    `Reading ${name}: ${state}`,
    "Name a text file in UTF-8 that you may read",
  );
}
