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
  /** The last count of the builds that wait; undefined without one. */
  readonly counted?: WaitingCount | undefined;
}

/** A count of the builds that wait, with those that this process has queued since then. */
export interface WaitingCount {
  readonly waiting: number;
  /** The time of the count itself. */
  readonly at: number;
}

/** Milliseconds after which the builds are counted again: other servers queue some, and workers take some. */
const COUNTED_MS = 1000;
/** Below the limit by this much, the last count is good enough. Other servers queue fewer in a second. */
const MARGIN = 10_000;

/**
 * Queues the builds of several intakes in one transaction, and answers each. Counting costs more the more builds wait, so
 * a commit counts only if the last count is old, or if the limit is near.
 */
export async function takeIn(
  transaction: SqlTransaction,
  intakes: readonly Intake[],
  options: IntakeOptions,
): Promise<{ readonly answers: readonly IntakeAnswer[]; readonly counted: WaitingCount }> {
  const { maxQueued, now } = options;
  const added = intakes.reduce((sum, { builds }) => sum + builds.length, 0);
  const last = options.counted;
  const isGood = last !== undefined && Math.abs(now - last.at) < COUNTED_MS &&
    last.waiting + added + MARGIN <= maxQueued;
  const counted = isGood ? last : { waiting: await countWaiting(transaction), at: now };
  let { waiting } = counted;
  const answers: IntakeAnswer[] = [];
  for (const intake of intakes) {
    if (await isKnown(transaction, intake.marks)) {
      answers.push({ kind: "repeated" });
      continue;
    }
    if (waiting + intake.builds.length > maxQueued && intake.builds.length > 0) {
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
  return { answers, counted: { ...counted, waiting } };
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
