import type { HookOutput } from "../../../environments/ports/hook_events.ts";
import { AppError } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import { type EcsDependencies, LOG_DELAY_MS } from "../dependencies.ts";
import type { LogStream } from "../sdk/logs.ts";

/** The number of lines of a command's output that its failure carries. */
const TAIL_LINES = 50;
/** The most pages that one look at the log reads. */
const PAGES = 20;

/**
 * Reads the output of a hook while the hook runs. A log that cannot be read is left out, because it must not decide
 * about an environment.
 */
export class HookLog {
  readonly #deps: EcsDependencies;
  readonly #stream: LogStream | undefined;
  readonly #output: HookOutput | undefined;
  #token: string | undefined;
  #tail: readonly string[] = [];

  constructor(
    deps: EcsDependencies,
    { stream, output }: { readonly stream: LogStream | undefined; readonly output: HookOutput | undefined },
  ) {
    this.#deps = deps;
    this.#stream = stream;
    this.#output = output;
  }

  /** Hands on the lines that came since the last call. */
  async read(signal: AbortSignal): Promise<void> {
    if (this.#stream === undefined) return;
    try {
      for (let pages = 0; pages < PAGES; pages++) {
        const from = this.#token === undefined ? "beginning" as const : { token: this.#token };
        const page = await (await this.#deps.aws.logs).lines({ ...this.#stream, from }, signal);
        for (const line of page?.lines ?? []) this.#take(line);
        const ended = page?.forward === undefined || page.forward === this.#token;
        this.#token = page?.forward ?? this.#token;
        if (ended) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
    }
  }

  #take(line: string): void {
    const shown = this.#deps.redact(stripControls(line));
    this.#output?.line(shown);
    this.#tail = [...this.#tail, shown].slice(-TAIL_LINES);
  }

  /** Reads to the end, when the command has ended, and returns the last lines. */
  async end(signal: AbortSignal): Promise<readonly string[]> {
    await this.read(signal);
    if (this.#stream === undefined || this.#tail.length > 0) return this.#tail;
    // The last lines of a container take a moment to arrive in CloudWatch.
    await this.#deps.clock.sleep(LOG_DELAY_MS, signal);
    await this.read(signal);
    return this.#tail;
  }
}
