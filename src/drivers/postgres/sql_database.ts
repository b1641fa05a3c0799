import type { Sql, TransactionSql } from "postgres";
import { AppError } from "../../lib/errors.ts";
import { Announcements } from "../../lib/waiting/announcements.ts";
import type { SqlDatabase, SqlRow, SqlStatement, SqlTransaction, SqlValue } from "../../ports/sql.ts";
import { explainError, isConflict } from "./explain_error.ts";

/** A database and its tables. */
export interface PostgresOptions {
  /** As `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /** The statements that make the tables of a new schema. */
  readonly schema: readonly string[];
  readonly schemaVersion: number;
}

/** The schema in the database that holds the tables. */
const SCHEMA = "showtime";
const CHANNEL = "showtime_changed";
/** The number of the advisory lock that guards the making of the tables. */
const MIGRATION_LOCK = 7_469_681;
const ATTEMPTS = 20;
const CONNECTIONS = 8;

/**
 * Opens a database. The tables stand in the schema `showtime`, which is made if it is absent. Throws AppError as the
 * port says.
 */
export async function openPostgresDatabase(options: PostgresOptions): Promise<SqlDatabase> {
  const name = nameOf(options.url);
  const sql = await connect(options.url, CONNECTIONS);
  try {
    await migrate(sql, { ...options, name });
    return await PostgresDatabase.open(sql, name);
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw explainError(error, name);
  }
}

/** Whether a database has the tables of this program. Throws AppError as the port says. */
export async function hasPostgresTables(url: string): Promise<boolean> {
  const sql = await connect(url, 1);
  try {
    const [row] = await sql`SELECT to_regclass(${`${SCHEMA}.schema_version`}) IS NOT NULL AS found`;
    return row?.["found"] === true;
  } catch (error) {
    throw explainError(error, nameOf(url));
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function connect(url: string, max: number): Promise<Sql> {
  const { default: postgres } = await import("postgres");
  return postgres(url, {
    max,
    connect_timeout: 10,
    // Types are read as text or number. Asking the server for its own types costs a request per connection.
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "showtime", search_path: SCHEMA, statement_timeout: 30_000 },
  });
}

async function migrate(
  sql: Sql,
  { schema, schemaVersion, name }: PostgresOptions & { readonly name: string },
): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`;
    await transaction.unsafe(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    await transaction.unsafe("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
    const [row] = await transaction.unsafe("SELECT version FROM schema_version");
    const version = Number(row?.["version"] ?? 0);
    if (version === schemaVersion) return;
    if (version > schemaVersion) {
      throw new AppError("store_newer", `Opening ${name}: a newer showtime has written it`, {
        hint: "Update showtime, or name another database",
      });
    }
    for (const statement of schema) await transaction.unsafe(statement);
    await transaction`INSERT INTO schema_version (version) VALUES (${schemaVersion})`;
  });
}

/** Names a database without its login and without its parameters. */
function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres ${host}${pathname}`;
  } catch {
    return "postgres";
  }
}

class PostgresDatabase implements SqlDatabase {
  readonly name: string;
  readonly dialect = "postgres";
  readonly #sql: Sql;
  readonly #announcements = new Announcements();

  private constructor(sql: Sql, name: string) {
    this.#sql = sql;
    this.name = name;
  }

  /** Listens to the other processes. After the connection was away, it counts as an announcement. */
  static async open(sql: Sql, name: string): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(sql, name);
    const wake = () => database.#announcements.announce();
    await sql.listen(CHANNEL, wake, wake);
    return database;
  }

  change<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#retried(async () => {
      const answer: { value?: T } = {};
      await this.#sql.begin(async (transaction) => {
        answer.value = await work(statementsOf(transaction));
      });
      return answer.value as T;
    }, signal);
  }

  /** PostgreSQL makes a transaction of each statement without one. */
  write({ statement, values }: SqlStatement, signal: AbortSignal): Promise<readonly SqlRow[]> {
    return this.#retried(() => statementsOf(this.#sql).rows(statement, values), signal);
  }

  async #retried<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1;; attempt++) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw this.#explain(error);
      }
    }
  }

  async read<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    try {
      return await work(statementsOf(this.#sql));
    } catch (error) {
      throw this.#explain(error);
    }
  }

  announce(): void {
    this.#sql.notify(CHANNEL, "").catch(() => this.#announcements.announce());
  }

  changed(signal: AbortSignal): Promise<void> {
    return this.#announcements.next(signal);
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 5 });
  }

  /** An error of the work itself, such as an AppError, stays as it is. */
  #explain(error: unknown): unknown {
    const isVendors = error instanceof Error && "code" in error && !(error instanceof AppError);
    return isVendors ? explainError(error, this.name) : error;
  }
}

function statementsOf(sql: Sql | TransactionSql): SqlTransaction {
  return {
    async rows(statement: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
      let at = 0;
      const text = statement.replaceAll("?", () => `$${++at}`);
      return [...await sql.unsafe(text, [...values], { prepare: true })] as readonly SqlRow[];
    },
  };
}
