import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../../lib/errors.ts";

/** The schema that this program writes, as `user_version`. */
const SCHEMA_VERSION = 1;

/** The tree comes last in its row: a list of versions reads none of the pages that hold it. */
const SCHEMA = `
  CREATE TABLE contexts (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, time TEXT NOT NULL, keys TEXT NOT NULL
  );
  CREATE TABLE versions (
    id TEXT NOT NULL, version INTEGER NOT NULL, info TEXT NOT NULL, tree TEXT NOT NULL, PRIMARY KEY (id, version)
  );
  CREATE TABLE claims (
    id TEXT NOT NULL, key TEXT NOT NULL, claim TEXT NOT NULL, PRIMARY KEY (id, key)
  );
  PRAGMA user_version = ${SCHEMA_VERSION};`;

/**
 * Makes the tables of a new file. Throws AppError `store_newer` for a file of a newer program, and `store_damaged` for a
 * database of another program. `name` names the store in messages.
 */
export function prepareSchema(db: DatabaseSync, name: string): void {
  db.exec("PRAGMA synchronous = FULL");
  if (isPrepared(db, name)) return;
  db.exec("PRAGMA journal_mode = WAL");
  inTransaction(db, () => {
    // Another process may have made them in between.
    if (!isPrepared(db, name)) db.exec(SCHEMA);
  });
}

/** Runs synchronous work in one transaction that no other writer can be in. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // SQLite has rolled back already if the disk is full.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function isPrepared(db: DatabaseSync, name: string): boolean {
  const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version === SCHEMA_VERSION) return true;
  if (typeof version === "number" && version > SCHEMA_VERSION) {
    throw new AppError("store_newer", `Opening ${name}: a newer showtime has written it`, {
      hint: "Update showtime, or name another file",
    });
  }
  if (version === 0 && db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) return false;
  throw new AppError("store_damaged", `Opening ${name}: it is a database of another program`, {
    hint: "Name another file as the store of contexts",
  });
}
