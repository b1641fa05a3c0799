import { LineSplitter } from "../../lib/output/line_splitter.ts";
import type { ShellCommand, ShellResult } from "../../ports/shell.ts";
import { Tail } from "./tail.ts";

const KEPT_CHARACTERS = 1024 * 1024;
/** Time that the pipes of a killed child may stay open: a grandchild can hold them open for ever. */
const DRAIN_MS = 1000;

/** The command of a child, and how its output and end are handled. */
export interface ChildOptions {
  readonly command: ShellCommand;
  readonly redact: (text: string) => string;
  readonly graceMs: number;
}

/** Runs a child to its end. When the promise settles no process, timer, listener or pipe of it is left. */
export async function runChild(
  child: Deno.ChildProcess,
  options: ChildOptions,
  signal: AbortSignal,
): Promise<ShellResult> {
  const { command } = options;
  const ending = new Ending(child, options.graceMs);
  const failures: unknown[] = [];
  const onLine = (line: string) => {
    if (command.onLine === undefined || failures.length > 0) return;
    try {
      command.onLine(options.redact(line));
    } catch (error) {
      failures.push(error);
      ending.begin();
    }
  };
  const onAbort = () => ending.begin();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) ending.begin();
  let timedOut = false;
  const limit = command.timeoutMs === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    ending.begin();
  }, command.timeoutMs);
  const out = new Pipe(child.stdout, onLine);
  const err = new Pipe(child.stderr, onLine);
  try {
    const fed = feed(child, command.stdin);
    const status = await child.status;
    ending.exited();
    await Promise.race([Promise.all([out.ended, err.ended, fed]), ending.drained]);
    if (failures.length > 0) throw failures[0];
    signal.throwIfAborted();
    return { code: status.code, stdout: out.text(), stderr: options.redact(err.text()), timedOut };
  } finally {
    if (limit !== undefined) clearTimeout(limit);
    signal.removeEventListener("abort", onAbort);
    ending.dispose();
    await Promise.all([out.close(), err.close()]);
  }
}

/** The end of a child: TERM, then KILL after the grace period, then its pipes are given up. */
class Ending {
  readonly drained: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #graceMs: number;
  readonly #giveUp: () => void;
  #begun = false;
  #gone = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(child: Deno.ChildProcess, graceMs: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.drained = promise;
    this.#giveUp = resolve;
    this.#child = child;
    this.#graceMs = graceMs;
  }

  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#gone) return this.#drain();
    this.#kill("SIGTERM");
    this.#timer = setTimeout(() => this.#kill("SIGKILL"), this.#graceMs);
  }

  exited(): void {
    this.#gone = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#begun) this.#drain();
  }

  dispose(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }

  #drain(): void {
    this.#timer = setTimeout(this.#giveUp, DRAIN_MS);
  }

  #kill(how: Deno.Signal): void {
    try {
      this.#child.kill(how);
    } catch {
      // The child has ended by itself in the meantime.
    }
  }
}

/** Reads one of the child's streams to its end, line by line. */
class Pipe {
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #tail = new Tail(KEPT_CHARACTERS);
  readonly #lines: LineSplitter;

  constructor(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void) {
    this.#reader = stream.getReader();
    this.#lines = new LineSplitter(onLine);
    this.ended = this.#read();
  }

  text(): string {
    return this.#tail.text();
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
    await this.ended;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        this.#take(decoder.decode(value, { stream: !done }));
        if (done) break;
      }
    } catch {
      // A broken pipe counts as ended: the child's exit code shows whether it failed.
    }
    this.#lines.end();
  }

  #take(text: string): void {
    this.#tail.push(text);
    this.#lines.push(text);
  }
}

async function feed(child: Deno.ChildProcess, text: string | undefined): Promise<void> {
  if (text === undefined) return;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // A child may end without reading all of its input.
  }
}
