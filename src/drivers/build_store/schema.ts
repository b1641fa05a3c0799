import type { SqlDialect } from "../../ports/sql.ts";

/** The number of the schema that this program writes. */
export const SCHEMA_VERSION = 1;

/**
 * Returns the statements that make the tables, for a database without any.
 *
 * A waiting build has a lane: the tags that a worker needs, its pipeline, and whether workers of the replaced tool may
 * run it. There are few lanes, so that a claim looks at the oldest build of each and at no other. A build that waits for
 * others of its group is `blocked` and is in no claim's way.
 */
export function schemaStatements(dialect: SqlDialect): readonly string[] {
  const key = dialect === "sqlite"
    ? "INTEGER PRIMARY KEY AUTOINCREMENT"
    : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
  return [
    `CREATE TABLE builds (
      id ${key}, pipeline TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, trace_id TEXT NOT NULL, ref TEXT, sha TEXT,
      pr BIGINT, cause TEXT NOT NULL, attempt BIGINT NOT NULL DEFAULT 0, worker TEXT, queued_at BIGINT NOT NULL,
      started_at BIGINT, ended_at BIGINT, exit_code BIGINT, worker_tags TEXT NOT NULL, lane TEXT NOT NULL,
      group_name TEXT, group_limit BIGINT, blocked BIGINT NOT NULL DEFAULT 0, lease_until BIGINT,
      lost_left BIGINT NOT NULL, failed_left BIGINT NOT NULL, event_count BIGINT NOT NULL DEFAULT 0,
      attempt_first BIGINT NOT NULL DEFAULT 0,
      event_bytes BIGINT NOT NULL DEFAULT 0, job TEXT NOT NULL
    )`,
    `CREATE INDEX builds_claimable ON builds (lane, id) WHERE state = 'queued' AND blocked = 0`,
    `CREATE INDEX builds_of_group ON builds (group_name, lane, id)
      WHERE group_name IS NOT NULL AND state IN ('queued', 'running', 'cancelling')`,
    `CREATE INDEX builds_leased ON builds (lease_until) WHERE state IN ('running', 'cancelling')`,
    `CREATE INDEX builds_by_state ON builds (state, id)`,
    `CREATE INDEX builds_by_pipeline ON builds (pipeline, id)`,
    `CREATE TABLE events (
      build BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, attempt BIGINT NOT NULL, batch TEXT NOT NULL,
      PRIMARY KEY (build, first)
    )`,
    `CREATE TABLE marks (mark TEXT PRIMARY KEY, at BIGINT NOT NULL)`,
    `CREATE INDEX marks_by_age ON marks (at)`,
    `CREATE TABLE workers (name TEXT PRIMARY KEY, tags TEXT NOT NULL, seen_at BIGINT NOT NULL, build TEXT)`,
    `CREATE TABLE api_keys (
      name TEXT PRIMARY KEY, hash TEXT NOT NULL, role TEXT NOT NULL, tags TEXT, pipelines TEXT, created_at BIGINT NOT NULL
    )`,
    `CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
    `CREATE TABLE leads (task TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL)`,
  ];
}
