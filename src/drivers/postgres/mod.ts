/**
 * PostgreSQL: a database that several servers share.
 *
 * What must not happen here: a rule about builds, or a statement that only this driver knows besides those for its schema.
 * The package is loaded when the database is opened. Next: `sql_database.ts`, then `src/ports/sql.ts`.
 *
 * @module
 */

export { hasPostgresTables, openPostgresDatabase, type PostgresOptions } from "./sql_database.ts";
