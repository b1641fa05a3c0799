import type { SqlDialect, SqlTransaction } from "../../ports/sql.ts";
import { numberOf, textOf } from "./rows.ts";

const OPEN = "state IN ('queued', 'running', 'cancelling')";
/** SQLite uses the index of groups only with the condition of the index, word for word. */
const WAITING = `state = 'queued' AND ${OPEN}`;

/**
 * Keeps other transactions from changing the builds of a group until this one ends. SQLite has one writer at a time
 * anyway.
 */
export async function lockGroup(
  transaction: SqlTransaction,
  { group, dialect }: { readonly group: string; readonly dialect: SqlDialect },
): Promise<void> {
  if (dialect === "sqlite") return;
  await transaction.rows("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", [group]);
}

/**
 * Decides which waiting builds of a group are blocked: in each lane the oldest ones are free, as many as may run besides
 * those that run now. The limit is that of the newest build.
 */
export async function settleGroup(transaction: SqlTransaction, group: string): Promise<void> {
  const rows = await transaction.rows(
    `SELECT lane, SUM(CASE WHEN state = 'queued' THEN 1 ELSE 0 END) AS waiting,
      SUM(CASE WHEN state = 'queued' THEN 0 ELSE 1 END) AS running, MAX(id) AS newest
      FROM builds WHERE group_name = ? AND ${OPEN} GROUP BY lane`,
    [group],
  );
  if (rows.length === 0) return;
  const newest = Math.max(...rows.map((row) => numberOf(row, "newest")));
  const [limit] = await transaction.rows("SELECT group_limit FROM builds WHERE id = ?", [newest]);
  if (limit === undefined) return;
  const running = rows.reduce((sum, row) => sum + numberOf(row, "running"), 0);
  const free = Math.max(0, numberOf(limit, "group_limit") - running);
  for (const row of rows) {
    if (numberOf(row, "waiting") === 0) continue;
    const lane = textOf(row, "lane");
    const [edge] = await transaction.rows(
      `SELECT id FROM builds WHERE group_name = ? AND lane = ? AND ${WAITING} ORDER BY id LIMIT 1 OFFSET ?`,
      [group, lane, free],
    );
    // Every build before this one is free, and it is the first of those that are blocked.
    const first = edge === undefined ? Number.MAX_SAFE_INTEGER : numberOf(edge, "id");
    await transaction.rows(
      `UPDATE builds SET blocked = 0
        WHERE group_name = ? AND lane = ? AND ${WAITING} AND blocked = 1 AND id < ?`,
      [group, lane, first],
    );
    await transaction.rows(
      `UPDATE builds SET blocked = 1
        WHERE group_name = ? AND lane = ? AND ${WAITING} AND blocked = 0 AND id >= ?`,
      [group, lane, first],
    );
  }
}
