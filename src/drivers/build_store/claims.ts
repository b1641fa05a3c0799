import type { Claimed, ClaimRequest } from "../../pipelines/ports/job_queue.ts";
import type { SqlDialect, SqlTransaction } from "../../ports/sql.ts";
import { lockGroup, settleGroup } from "./groups.ts";
import { fitsLane } from "./lanes.ts";
import { BUILD_COLUMNS, buildOf, jobOf, numberOf, optionalText, textOf } from "./rows.ts";

const CLAIMABLE = "state = 'queued' AND blocked = 0";

/** The table by the index of claimable builds. SQLite has no figures about its indexes, and chooses the one by state itself. */
function claimable(dialect: SqlDialect): string {
  return dialect === "sqlite" ? "builds INDEXED BY builds_claimable" : "builds";
}

/**
 * Reads each lane with a waiting build by one look into the index, however many builds wait in it. The order with a limit
 * leaves PostgreSQL no other way: for a minimum it reads the whole index while its figures say that hardly any build waits.
 */
function lanesOf(dialect: SqlDialect): string {
  const builds = claimable(dialect);
  const firstAfter = (lane: string) =>
    `(SELECT lane FROM ${builds} WHERE ${CLAIMABLE} AND lane > ${lane} ORDER BY lane, id LIMIT 1)`;
  return `WITH RECURSIVE found (lane) AS (
    SELECT ${firstAfter("''")}
    UNION ALL
    SELECT ${firstAfter("found.lane")} FROM found WHERE found.lane IS NOT NULL
  ) SELECT lane FROM found WHERE lane IS NOT NULL`;
}

/** A claim and the SQL to make it in. */
export interface ClaimOptions {
  readonly request: ClaimRequest & { readonly now: number };
  readonly dialect: SqlDialect;
}

/** Whether a claim that begins now would find a build that fits. It locks nothing. */
export async function mayClaim(
  transaction: SqlTransaction,
  { request, dialect }: ClaimOptions,
): Promise<boolean> {
  return (await fittingLanes(transaction, { request, dialect })).length > 0;
}

async function fittingLanes(
  transaction: SqlTransaction,
  { request, dialect }: ClaimOptions,
): Promise<readonly string[]> {
  const rows = await transaction.rows(lanesOf(dialect));
  return rows.map((row) => textOf(row, "lane")).filter((lane) => fitsLane(lane, request));
}

/** Claims the oldest build that fits; undefined if nothing fits. */
export async function claimOldest(
  transaction: SqlTransaction,
  { request, dialect }: ClaimOptions,
): Promise<Claimed | undefined> {
  const fitting = await fittingLanes(transaction, { request, dialect });
  const heads: Head[] = [];
  for (const lane of fitting) {
    const [row] = await transaction.rows(
      `SELECT id, group_name FROM ${claimable(dialect)} WHERE lane = ? AND ${CLAIMABLE} ORDER BY id LIMIT 1`,
      [lane],
    );
    if (row !== undefined) {
      heads.push({ id: numberOf(row, "id"), lane, group: optionalText(row, "group_name") });
    }
  }
  for (const head of heads.sort((a, b) => a.id - b.id)) {
    const claimed = await claimHead(transaction, head, { request, dialect });
    if (claimed === undefined) continue;
    const answer = request.handsOver ? await handOver(transaction, claimed, request.now) : claimed;
    if (head.group !== undefined) await settleGroup(transaction, head.group);
    return answer;
  }
  return undefined;
}

/** The oldest build of a lane. */
interface Head {
  readonly id: number;
  readonly lane: string;
  readonly group: string | undefined;
}

/**
 * Claims the oldest build of a head's lane and group; undefined if other servers have taken all. Without a group, builds
 * that other servers are claiming are skipped. With a group, the group is locked first: every transaction takes the two
 * in this order.
 */
async function claimHead(
  transaction: SqlTransaction,
  { lane, group }: Head,
  { request, dialect }: ClaimOptions,
): Promise<Claimed | undefined> {
  if (group !== undefined) await lockGroup(transaction, { group, dialect });
  const skip = dialect === "postgres" && group === undefined ? " FOR UPDATE SKIP LOCKED" : "";
  const [row] = await transaction.rows(
    `UPDATE builds SET state = 'running', reason = NULL, attempt = attempt + 1, attempt_first = event_count, worker = ?, started_at = ?,
      lease_until = ?, exit_code = NULL
      WHERE ${CLAIMABLE} AND id = (
        SELECT id FROM ${claimable(dialect)} WHERE lane = ? AND ${CLAIMABLE} AND group_name ${
      group === undefined ? "IS NULL" : "= ?"
    }
          ORDER BY id LIMIT 1${skip}
      ) RETURNING ${BUILD_COLUMNS}, job`,
    [
      request.worker,
      request.now,
      request.now + request.leaseMs,
      lane,
      ...(group === undefined ? [] : [group]),
    ],
  );
  return row === undefined ? undefined : { build: buildOf(row), job: jobOf(row) };
}

async function handOver(
  transaction: SqlTransaction,
  { build, job }: Claimed,
  now: number,
): Promise<Claimed> {
  const [row] = await transaction.rows(
    `UPDATE builds SET state = 'handed_over', reason = ?, ended_at = ?, lease_until = NULL WHERE id = ?
      RETURNING ${BUILD_COLUMNS}`,
    ["A worker without leases took it: its result is not reported", now, build.id],
  );
  return { build: row === undefined ? build : buildOf(row), job };
}
