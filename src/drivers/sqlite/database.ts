import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../ports/clock.ts";
import { busyError, explainError, isBusy } from "./explain_error.ts";
import { prepareSchema } from "./schema.ts";

/** The file of a store and how long it may be locked. */
export interface DatabaseOptions {
  readonly path: string;
  /** Names the store in messages. */
  readonly name: string;
  /** Milliseconds to wait while other processes have the lock. */
  readonly busyMs: number;
  readonly clock: Clock;
  /** Makes the folder of a file that only this account can read. */
  readonly prepare: (path: string) => Promise<void>;
}

/** The longest wait between two attempts, in milliseconds. */
const LONGEST_WAIT = 200;
/** SQLite itself waits this long, which blocks the process, so it is short. */
const OWN_TIMEOUT_MS = 20;

/** The connection to a file, opened when it is first used. */
export class Database {
  readonly #options: DatabaseOptions;
  #db: DatabaseSync | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** Runs synchronous work on the file; returns undefined if there is no file. */
  async read<T>(work: (db: DatabaseSync) => T, signal: AbortSignal): Promise<T | undefined> {
    const { path, name } = this.#options;
    try {
      if (this.#db === undefined && await find(path) === undefined) return undefined;
    } catch (error) {
      throw explainError(error, name);
    }
    return await this.write(work, signal);
  }

  /** Runs synchronous work on the file, which is made if it is absent. The work runs again while the file is locked. */
  async write<T>(work: (db: DatabaseSync) => T, signal: AbortSignal): Promise<T> {
    const { clock, name, busyMs } = this.#options;
    const start = clock.now();
    for (let wait = 2;; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      signal.throwIfAborted();
      try {
        return work(this.#db ??= await this.#open());
      } catch (error) {
        if (!isBusy(error)) throw explainError(error, name);
        if (clock.now() - start >= busyMs) throw busyError(name);
      }
      // Writers that wait equally long would meet again.
      await clock.sleep(wait * (0.5 + Math.random()), signal);
    }
  }

  /** Closes the file. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  async #open(): Promise<DatabaseSync> {
    const { path, name, prepare } = this.#options;
    const found = await find(path);
    if (found?.isDirectory) throw new Deno.errors.IsADirectory(path);
    if (found === undefined) {
      await prepare(path);
      await create(path);
    }
    const { DatabaseSync } = await import("node:sqlite");
    const db = new DatabaseSync(path, { timeout: OWN_TIMEOUT_MS });
    try {
      prepareSchema(db, name);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }
}

/** SQLite gives its other files the mode of this one. An existing file must not be opened: closing it ends its locks. */
async function create(path: string): Promise<void> {
  try {
    (await Deno.open(path, { createNew: true, write: true, mode: 0o600 })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** Finds the file; undefined if it is missing, also behind a link that leads to nothing yet. */
async function find(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
