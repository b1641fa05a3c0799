/**
 * SQLite: databases in one file of this machine each, for contexts and for builds.
 *
 * What must not happen here: a rule about contexts, or a wait that Ctrl-C does not end. `node:sqlite` is loaded when the
 * store is first used. Next: `sqlite_store.ts`, then `src/contexts/ports/context_store.ts`.
 *
 * @module
 */

export { makeSqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";
export { openSqlDatabase, type SqlDatabaseOptions } from "./sql_database.ts";
