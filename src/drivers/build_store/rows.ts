import type { Build, BuildCause, BuildState } from "../../pipelines/core/builds/build.ts";
import type { JobSpec } from "../../pipelines/core/builds/job.ts";
import type { SqlRow } from "../../ports/sql.ts";

/** The columns that {@link buildOf} reads. */
export const BUILD_COLUMNS =
  "id, pipeline, state, reason, trace_id, ref, sha, pr, cause, attempt, worker, queued_at, started_at, ended_at, " +
  "exit_code, worker_tags";

/** Reads a build from a row with {@link BUILD_COLUMNS}. */
export function buildOf(row: SqlRow): Build {
  return {
    id: String(row["id"]),
    pipeline: textOf(row, "pipeline"),
    state: textOf(row, "state") as BuildState,
    reason: optionalText(row, "reason"),
    traceId: textOf(row, "trace_id"),
    ref: optionalText(row, "ref"),
    sha: optionalText(row, "sha"),
    pr: optionalNumber(row, "pr"),
    cause: JSON.parse(textOf(row, "cause")) as BuildCause,
    attempt: numberOf(row, "attempt"),
    worker: optionalText(row, "worker"),
    queuedAt: numberOf(row, "queued_at"),
    startedAt: optionalNumber(row, "started_at"),
    endedAt: optionalNumber(row, "ended_at"),
    exitCode: optionalNumber(row, "exit_code"),
    workerTags: JSON.parse(textOf(row, "worker_tags")) as readonly string[],
  };
}

/** Reads the job of a row. */
export function jobOf(row: SqlRow): JobSpec {
  return JSON.parse(textOf(row, "job")) as JobSpec;
}

/** Reads a column that is never empty. Throws Error if the row has no such column. */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (value === undefined || value === null) throw new Error(`The column ${column} is empty`);
  return String(value);
}

/** Reads a column with a number, which some databases give as text. */
export function numberOf(row: SqlRow, column: string): number {
  return Number(textOf(row, column));
}

/** Reads a column that may be empty. */
export function optionalText(row: SqlRow, column: string): string | undefined {
  const value = row[column];
  return value === undefined || value === null ? undefined : String(value);
}

/** Reads a column that may be empty or has a number. */
export function optionalNumber(row: SqlRow, column: string): number | undefined {
  const text = optionalText(row, column);
  return text === undefined ? undefined : Number(text);
}
