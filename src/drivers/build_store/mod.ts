/**
 * Builds and their queue, in any database that speaks SQL.
 *
 * What must not happen here: a driver of a database (it comes through `src/ports/sql.ts`), a rule about hooks or
 * pipelines, or a statement with a value in its text. Next: `schema.ts`, `queue.ts`, `store.ts`, then
 * `src/pipelines/ports/job_queue.ts`.
 *
 * @module
 */

export { makeJobQueue } from "./queue.ts";
export { makeBuildStore } from "./store.ts";
export { SCHEMA_VERSION, schemaStatements } from "./schema.ts";
