/** A database that speaks SQL. */

/** A value in a row or a statement. Large integers of some databases arrive as texts. */
export type SqlValue = string | number | null;

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement in which `?` stands for each value in turn. */
export interface SqlStatement {
  readonly statement: string;
  readonly values?: readonly SqlValue[];
}

/** The statements of one transaction. */
export interface SqlTransaction {
  /** Runs a statement, in which `?` stands for each value in turn, and returns its rows. */
  rows(statement: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** The databases whose SQL is spoken here. */
export type SqlDialect = "sqlite" | "postgres";

/**
 * A database. Every call throws AppError: `store_unreachable` (retryable) if it does not answer, `store_refused` if it
 * denies the request, `store_full` if its disk is full, `store_damaged` if it holds something else, `store_newer` if a
 * newer program wrote it, and `store_busy` (exit code 4) if other processes keep it locked for too long.
 */
export interface SqlDatabase {
  /** Names the database in messages, without a login. */
  readonly name: string;
  readonly dialect: SqlDialect;
  /**
   * Runs work in one transaction, which is on disk when the call returns. The work has no effect if it throws. It may run
   * again if another transaction was in its way.
   */
  change<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Runs one statement as a transaction of its own, like {@link change} in one request to the database. */
  write(statement: SqlStatement, signal: AbortSignal): Promise<readonly SqlRow[]>;
  /** Reads a state that no transaction is in the middle of changing. */
  read<T>(work: (transaction: SqlTransaction) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Announces a change to every process that waits in {@link changed}. It never throws. */
  announce(): void;
  /** Resolves after the next announcement of any process on this database. It may resolve for no reason. */
  changed(signal: AbortSignal): Promise<void>;
  /** Ends the connections, after which no call works. */
  close(): Promise<void>;
}
