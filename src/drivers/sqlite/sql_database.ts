import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Announcements } from "../../lib/waiting/announcements.ts";
import { AppError } from "../../lib/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SqlDatabase, SqlRow, SqlStatement, SqlTransaction, SqlValue } from "../../ports/sql.ts";
import { busyError, explainError, isBusy } from "./explain_error.ts";

/** The file of a database and its tables. */
export interface SqlDatabaseOptions {
  readonly path: string;
  readonly clock: Clock;
  /** The statements that make the tables of a new file. */
  readonly schema: readonly string[];
  readonly schemaVersion: number;
}

/** SQLite itself waits this long for another process, which blocks this one, so it is short. */
const BUSY_MS = 20;
const LONGEST_WAIT_MS = 200;
/** The log is copied into the file after so many pages (16 MB). A commit waits for that, so it is rare. */
const CHECKPOINT_PAGES = 4000;
const ATTEMPTS = 40;

/**
 * Opens a database in one file of this machine, which is made if it is absent. The file is readable by this account only.
 * One connection writes and one reads, so that reading never sees half of a transaction. Throws AppError as the port says.
 */
export async function openSqlDatabase(options: SqlDatabaseOptions): Promise<SqlDatabase> {
  const name = `sqlite ${options.path}`;
  try {
    await createFile(options.path);
    const { DatabaseSync } = await import("node:sqlite");
    const open = () => new DatabaseSync(options.path, { timeout: BUSY_MS });
    const writer = open();
    try {
      prepare(writer, { ...options, name });
      return new SqliteDatabase({ name, writer, reader: open(), clock: options.clock });
    } catch (error) {
      writer.close();
      throw error;
    }
  } catch (error) {
    throw explainError(error, name);
  }
}

async function createFile(path: string): Promise<void> {
  try {
    (await Deno.open(path, { createNew: true, write: true, mode: 0o600 })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function prepare(
  db: DatabaseSync,
  { name, schema, schemaVersion }: SqlDatabaseOptions & { readonly name: string },
): void {
  db.exec("PRAGMA synchronous = FULL");
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version === schemaVersion) return;
  if (version > schemaVersion) {
    throw new AppError("store_newer", `Opening ${name}: a newer showtime has written it`, {
      hint: "Update showtime, or name another folder",
    });
  }
  if (version !== 0 || db.prepare("SELECT 1 FROM sqlite_schema").get() !== undefined) {
    throw new AppError("store_damaged", `Opening ${name}: it is a database of another program`, {
      hint: "Name another folder",
    });
  }
  db.exec("BEGIN IMMEDIATE");
  for (const statement of schema) db.exec(statement);
  db.exec(`PRAGMA user_version = ${schemaVersion}`);
  db.exec("COMMIT");
}

class SqliteDatabase implements SqlDatabase {
  readonly name: string;
  readonly dialect = "sqlite";
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  readonly #announcements = new Announcements();

  constructor({ name, writer, reader, clock }: {
    readonly name: string;
    readonly writer: DatabaseSync;
    readonly reader: DatabaseSync;
    readonly clock: Clock;
  }) {
    this.name = name;
    this.#writer = new Connection(writer, name);
    this.#reader = new Connection(reader, name);
    this.#clock = clock;
  }

  /** Transactions of this process run one after the other. */
  change<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T> {
    const result = this.#last.then(() => this.#change(work, signal));
    this.#last = result.catch(() => {});
    return result;
  }

  write({ statement, values }: SqlStatement, signal: AbortSignal): Promise<readonly SqlRow[]> {
    return this.change((each) => each.rows(statement, values), signal);
  }

  async read<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    try {
      return await work(this.#reader);
    } catch (error) {
      throw isBusy(error) ? busyError(this.name) : error;
    }
  }

  announce(): void {
    this.#announcements.announce();
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#announcements.next(signal);
  }

  async close(): Promise<void> {
    await this.#last;
    this.#writer.db.close();
    this.#reader.db.close();
  }

  async #change<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { db } = this.#writer;
    for (let attempt = 1;; attempt++) {
      signal.throwIfAborted();
      try {
        this.#writer.exec("BEGIN IMMEDIATE");
        const result = await work(this.#writer);
        this.#writer.exec("COMMIT");
        return result;
      } catch (error) {
        // SQLite has rolled back already if the disk is full.
        if (db.isTransaction) db.exec("ROLLBACK");
        if (!isBusy(error)) throw error;
        if (attempt === ATTEMPTS) throw busyError(this.name);
      }
      await this.#clock.sleep(Math.min(2 ** attempt, LONGEST_WAIT_MS) * (0.5 + Math.random()), signal);
    }
  }
}

/** A connection that keeps its prepared statements. Errors of SQLite are explained, except that the file is locked. */
class Connection implements SqlTransaction {
  readonly db: DatabaseSync;
  readonly #name: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, name: string) {
    this.db = db;
    this.#name = name;
  }

  exec(statement: string): void {
    this.#explained(() => this.db.exec(statement));
  }

  rows(statement: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return new Promise((resolve) =>
      resolve(this.#explained(() => this.#prepared(statement).all(...values) as readonly SqlRow[]))
    );
  }

  #prepared(statement: string): StatementSync {
    const known = this.#statements.get(statement);
    if (known !== undefined) return known;
    const prepared = this.db.prepare(statement);
    this.#statements.set(statement, prepared);
    return prepared;
  }

  #explained<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw isBusy(error) ? error : explainError(error, this.#name);
    }
  }
}
