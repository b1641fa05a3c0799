import { type LauncherSettings, PATIENCE_MS } from "./command_line.ts";
import { WatcherProcess } from "./watcher_process.ts";
import { WatchedProgram } from "./watched_program.ts";

/**
 * What stands beside the programs of a build and ends their groups, also when this process dies: one process of the
 * launcher, which is started with the first program. If it is killed, the next program has another one.
 */
export class Watch implements AsyncDisposable {
  readonly #settings: LauncherSettings;
  readonly #processes = new Set<WatcherProcess>();
  #current: WatcherProcess | undefined;

  /** Makes a watch. Nothing is started. */
  constructor(settings: LauncherSettings) {
    this.#settings = settings;
  }

  /** Starts the process, unless it runs. Throws what Deno throws if it cannot be started. */
  begin(): WatcherProcess {
    if (this.#current?.isUsable === true) return this.#current;
    const started = new WatcherProcess(this.#settings);
    this.#current = started;
    this.#processes.add(started);
    return started;
  }

  /**
   * Watches the group of a program, whose leader is its first process. It is watched when the promise settles. Throws if
   * the process of the watch cannot be started, or ends at once.
   */
  async add(child: Deno.ChildProcess): Promise<WatchedProgram> {
    const { graceSeconds, patienceMs = PATIENCE_MS } = this.#settings;
    // The process may have ended since the last program.
    for (let tries = 0; tries < 2; tries++) {
      const process = this.begin();
      if (!await process.ready || !await process.tell("start", child.pid)) continue;
      return new WatchedProgram(child, { process, patienceMs: graceSeconds * 1000 + patienceMs });
    }
    throw new Error("the watcher ends as soon as it is started");
  }

  /** Ends the watch, and every program that it still watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { patienceMs = PATIENCE_MS } = this.#settings;
    await Promise.all([...this.#processes].map((process) => process.end(patienceMs)));
    this.#processes.clear();
    this.#current = undefined;
  }
}
