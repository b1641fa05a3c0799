import type { WatcherProcess } from "./watcher_process.ts";

/** A program whose group the watcher ends. */
export class WatchedProgram {
  /** Settles when no process of the group is left, or when the watcher has not answered for too long. */
  readonly gone: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #process: WatcherProcess;
  readonly #patienceMs: number;
  readonly #settle: () => void;
  #ended = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes a program that the process watches already. */
  constructor(
    child: Deno.ChildProcess,
    { process, patienceMs }: { readonly process: WatcherProcess; readonly patienceMs: number },
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#settle = resolve;
    this.#child = child;
    this.#process = process;
    this.#patienceMs = patienceMs;
    child.status.then(() => this.#ended = true, () => undefined);
  }

  /** Orders the end of the group. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer = setTimeout(() => this.#giveUp(), this.#patienceMs);
    this.#process.endGroup(this.#child.pid).then((answered) => answered ? this.#settle() : this.#broken());
  }

  /** Gives the timer back. */
  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** The watcher is gone. If it was killed, the program runs on and only its handle can end it. */
  #broken(): void {
    this.#settle();
    if (!this.#ended) this.#kill("SIGTERM");
  }

  #giveUp(): void {
    this.#process.retire();
    this.#kill("SIGKILL");
    this.#settle();
  }

  #kill(how: Deno.Signal): void {
    try {
      this.#child.kill(how);
    } catch {
      // The program has ended in the meantime.
    }
  }
}
