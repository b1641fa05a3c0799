import { usageError } from "../../lib/errors.ts";
import type { PipelineFiles } from "../../pipelines/ports/pipeline_files.ts";
import { makeAppFiles } from "./app_files.ts";

/** The largest text on standard input, in bytes: as large as a file may be. */
const LARGEST = 16 * 1024 * 1024;

/** Makes the port to the files that a command line names. `input` is standard input. */
export function makePipelineFiles(
  input: () => ReadableStream<Uint8Array<ArrayBuffer>> = () => Deno.stdin.readable,
): PipelineFiles {
  const files = makeAppFiles();
  return {
    async readText(path, signal) {
      if (path === "-") return await readInput(input(), signal);
      const text = await files.read(path);
      if (text !== undefined) return text;
      throw usageError("file_missing", `Reading ${path}: there is no such file`, "Correct the path");
    },
  };
}

async function readInput(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): Promise<string> {
  const reader = input.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (let next = await reader.read(); next.value !== undefined; next = await reader.read()) {
      parts.push(next.value);
      size += next.value.length;
      if (size > LARGEST) throw unreadable(`it has more than ${LARGEST} bytes`);
    }
    signal.throwIfAborted();
    return decode(await new Blob(parts).arrayBuffer());
  } finally {
    signal.removeEventListener("abort", stop);
    reader.releaseLock();
  }
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable("it is not UTF-8 text");
  }
}

function unreadable(state: string) {
  return usageError("file_unreadable", `Reading standard input: ${state}`, "Pass the text of a file");
}
