/** More than a pipe holds, and a line break at its start: the writer waits until the watcher closes the pipe. */
const STOP = new Uint8Array(256 * 1024);
STOP[0] = 10;

/**
 * The process that stands beside a program and ends its group. It reads a line from the pipe, which is the order to do so,
 * and reads no further. When no process of the group is left it ends, which breaks the pipe.
 */
export class Watcher {
  /** Settles when no process of the group is left, or when the watcher has not answered for too long. */
  readonly gone: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #patienceMs: number;
  readonly #settle: () => void;
  #ended = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(child: Deno.ChildProcess, patienceMs: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gone = promise;
    this.#settle = resolve;
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    this.#stdin.closed.catch(() => undefined);
    this.#patienceMs = patienceMs;
    child.status.then(() => this.#ended = true, () => undefined);
  }

  /** Orders the end of the group. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer = setTimeout(() => this.#giveUp(), this.#patienceMs);
    this.#order().then(() => this.#broken());
  }

  async #order(): Promise<void> {
    try {
      // A kernel with large pages has pipes that hold more than one.
      for (;;) await this.#stdin.write(STOP);
    } catch {
      // The watcher has closed the pipe.
    }
  }

  /** Gives the pipe back. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#stdin.abort().catch(() => undefined);
  }

  /** The watcher is gone. If it was killed, the program runs on and only its handle can end it. */
  #broken(): void {
    this.#settle();
    if (this.#ended) return;
    this.#kill("SIGTERM");
  }

  #giveUp(): void {
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
