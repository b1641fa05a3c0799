import type { NewBuild } from "../../pipelines/core/builds/new_build.ts";
import type { Build } from "../../pipelines/core/builds/build.ts";
import type { Intake, IntakeAnswer } from "../../pipelines/ports/job_queue.ts";
import type { SqlDialect, SqlTransaction } from "../../ports/sql.ts";
import { lockGroup, settleGroup } from "./groups.ts";
import { laneOf, sortedTags } from "./lanes.ts";
import { BUILD_COLUMNS, buildOf, numberOf } from "./rows.ts";

/** The values that intakes of one transaction share. */
export interface IntakeOptions {
  readonly dialect: SqlDialect;
  readonly maxQueued: number;
  readonly now: number;
}

/** Queues the builds of several intakes in one transaction, and answers each. */
export async function takeIn(
  transaction: SqlTransaction,
  intakes: readonly Intake[],
  options: IntakeOptions,
): Promise<readonly IntakeAnswer[]> {
  let waiting = await countWaiting(transaction);
  const answers: IntakeAnswer[] = [];
  for (const intake of intakes) {
    if (await isKnown(transaction, intake.marks)) {
      answers.push({ kind: "repeated" });
      continue;
    }
    if (waiting + intake.builds.length > options.maxQueued && intake.builds.length > 0) {
      answers.push({ kind: "full", waiting });
      continue;
    }
    if (!await keepMarks(transaction, { marks: intake.marks, now: options.now })) {
      answers.push({ kind: "repeated" });
      continue;
    }
    const builds: Build[] = [];
    for (const build of intake.builds) builds.push(await insert(transaction, build, options));
    waiting += builds.length;
    answers.push({ kind: "queued", builds });
  }
  return answers;
}

async function countWaiting(transaction: SqlTransaction): Promise<number> {
  const [row] = await transaction.rows("SELECT COUNT(*) AS n FROM builds WHERE state = 'queued'");
  return row === undefined ? 0 : numberOf(row, "n");
}

/** Whether the database has one of the marks. */
export async function isKnown(transaction: SqlTransaction, marks: readonly string[]): Promise<boolean> {
  for (const mark of marks) {
    const rows = await transaction.rows("SELECT 1 AS found FROM marks WHERE mark = ?", [mark]);
    if (rows.length > 0) return true;
  }
  return false;
}

/** Keeps the marks of an intake; false if another server keeps one of them now. */
async function keepMarks(
  transaction: SqlTransaction,
  { marks, now }: { readonly marks: readonly string[]; readonly now: number },
): Promise<boolean> {
  for (const mark of marks) {
    const rows = await transaction.rows(
      "INSERT INTO marks (mark, at) VALUES (?, ?) ON CONFLICT (mark) DO NOTHING RETURNING mark",
      [mark, now],
    );
    if (rows.length === 0) return false;
  }
  return true;
}

async function insert(
  transaction: SqlTransaction,
  build: NewBuild,
  { dialect, now }: IntakeOptions,
): Promise<Build> {
  const { job, concurrency, retries } = build;
  if (concurrency !== undefined) await lockGroup(transaction, { group: concurrency.group, dialect });
  const [row] = await transaction.rows(
    `INSERT INTO builds (pipeline, state, trace_id, ref, sha, pr, cause, queued_at, worker_tags, lane, group_name,
      group_limit, lost_left, failed_left, job)
      VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${BUILD_COLUMNS}`,
    [
      job.pipeline,
      build.traceId,
      job.ref,
      job.sha ?? null,
      job.pr ?? null,
      JSON.stringify(build.cause),
      now,
      JSON.stringify(sortedTags(build.workerTags)),
      laneOf(build),
      concurrency?.group ?? null,
      concurrency?.limit ?? null,
      retries.lost,
      retries.failed,
      JSON.stringify(job),
    ],
  );
  if (row === undefined) throw new Error("The database returned no row for a new build");
  const queued = buildOf(row);
  if (concurrency === undefined) return queued;
  if (concurrency.cancelInProgress) {
    await supersede(transaction, { newest: queued, group: concurrency.group, now });
  }
  await settleGroup(transaction, concurrency.group);
  return queued;
}

/** Cancels the older builds of a group: those that wait at once, those that run through their workers. */
async function supersede(
  transaction: SqlTransaction,
  { newest, group, now }: { readonly newest: Build; readonly group: string; readonly now: number },
): Promise<void> {
  const reason = `Build ${newest.id} superseded it`;
  const older = "group_name = ? AND id < ?";
  await transaction.rows(
    `UPDATE builds SET state = 'cancelled', reason = ?, ended_at = ? WHERE ${older} AND state = 'queued'`,
    [reason, now, group, newest.id],
  );
  await transaction.rows(
    `UPDATE builds SET state = 'cancelling', reason = ? WHERE ${older} AND state = 'running'`,
    [reason, group, newest.id],
  );
}
