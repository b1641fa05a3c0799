import { type LauncherSettings, PATIENCE_MS } from "./command_line.ts";

/** A day: shells count in numbers that may have only 32 bits. */
const MOST_SECONDS = 86_400;

/** The process of the launcher that watches groups: it takes orders on a pipe, and answers on another one. */
export class WatcherProcess {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array>;
  /** Settles when it takes orders, with `false` if it has ended before or takes too long. */
  readonly ready: Promise<boolean>;
  readonly #begin: (ready: boolean) => void;
  readonly #waiting = new Map<number, (answered: boolean) => void>();
  #usable = true;
  #ended = false;

  /** Starts the process, in a session of its own: no signal for the group of this process reaches it. */
  constructor({ path, launcherPath, graceSeconds, patienceMs = PATIENCE_MS }: LauncherSettings) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.ready = promise;
    this.#begin = (ready) => {
      clearTimeout(timer);
      resolve(ready);
    };
    this.#child = new Deno.Command(path, {
      args: ["watch", String(Math.min(graceSeconds, MOST_SECONDS))],
      cwd: "/",
      env: { PATH: launcherPath },
      detached: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#orders.closed.catch(() => undefined);
    this.#answers = this.#child.stdout.getReader();
    void this.#read();
    const timer = setTimeout(() => {
      this.retire();
      this.#begin(false);
    }, patienceMs);
  }

  /** Whether new groups can be given to it. */
  get isUsable(): boolean {
    return this.#usable;
  }

  /** Takes it for one that does not answer. It keeps its groups: it may be only slow. */
  retire(): void {
    this.#usable = false;
  }

  /** Gives an order about a group. Returns whether the process could take it. */
  async tell(order: "start" | "end", group: number): Promise<boolean> {
    try {
      await this.#orders.write(new TextEncoder().encode(`${order} ${group}\n`));
      return true;
    } catch {
      this.#usable = false;
      return false;
    }
  }

  /** Ends a group. Returns whether the process says that it is gone: it may have ended itself. */
  async endGroup(group: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(group, resolve);
    if (!await this.tell("end", group) || this.#ended) this.#settle(group, false);
    return await promise;
  }

  /** Ends the process, which ends the groups that it still has. It has so many milliseconds to do so. */
  async end(patienceMs: number): Promise<void> {
    await this.#orders.close().catch(() => undefined);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, patienceMs));
    await Promise.race([this.#child.status, limit]);
    clearTimeout(timer);
    await this.#answers.cancel().catch(() => undefined);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for (;;) {
        const { done, value } = await this.#answers.read();
        if (done) break;
        const lines = (rest + decoder.decode(value)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line === "ready") this.#begin(true);
          else this.#settle(Number(line), true);
        }
      }
    } catch {
      // A read fails only if the pipe breaks.
    }
    this.#usable = false;
    this.#ended = true;
    this.#begin(false);
    for (const group of [...this.#waiting.keys()]) this.#settle(group, false);
  }

  #settle(group: number, answered: boolean): void {
    this.#waiting.get(group)?.(answered);
    this.#waiting.delete(group);
  }
}
