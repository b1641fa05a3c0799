import type { BuildState } from "../../pipelines/core/builds/build.ts";
import type { ApiKey, KeyRole } from "../../pipelines/core/builds/api_key.ts";
import type { BuildEvent } from "../../pipelines/core/build_event.ts";
import type { BuildFilter, BuildStore, PlacedEvent, WorkerRow } from "../../pipelines/ports/build_store.ts";
import type { SqlDatabase, SqlRow, SqlStatement, SqlTransaction, SqlValue } from "../../ports/sql.ts";
import { BUILD_COLUMNS, buildOf, jobOf, numberOf, optionalText, textOf } from "./rows.ts";

/** Makes the store of builds in a database with the tables of this folder. */
export function makeBuildStore(database: SqlDatabase): BuildStore {
  const read = async ({ statement, values }: SqlStatement, signal: AbortSignal) =>
    await database.read((each) => each.rows(statement, values), signal);
  const write = (statement: SqlStatement, signal: AbortSignal) => database.write(statement, signal);
  return {
    name: database.name,
    async builds(filter, signal) {
      const rows = await read(selectBuilds(filter), signal);
      return rows.map(buildOf);
    },
    async build(id, signal) {
      const [row] = await read({
        statement: `SELECT ${BUILD_COLUMNS} FROM builds WHERE id = ?`,
        values: [id],
      }, signal);
      return row === undefined ? undefined : buildOf(row);
    },
    async job(id, signal) {
      const [row] = await read({ statement: "SELECT job FROM builds WHERE id = ?", values: [id] }, signal);
      return row === undefined ? undefined : jobOf(row);
    },
    async counts(signal) {
      const rows = await read(
        { statement: "SELECT state, COUNT(*) AS n FROM builds GROUP BY state" },
        signal,
      );
      return new Map(rows.map((row) => [textOf(row, "state") as BuildState, numberOf(row, "n")]));
    },
    async append(write, signal) {
      const kept = await database.change((each) => append(each, write, database), signal);
      if (kept) database.announce();
      return kept;
    },
    async events({ build, after, limit }, signal) {
      const rows = await read({
        statement:
          "SELECT first, attempt, batch FROM events WHERE build = ? AND last > ? AND first <= ? ORDER BY first",
        // Places grow by one, so that no batch is read whose events would be left out.
        values: [build, after, after + limit],
      }, signal);
      return rows.flatMap(placedEvents).filter(({ place }) => place > after).slice(0, limit);
    },
    async workers(signal) {
      const rows = await read({ statement: "SELECT * FROM workers ORDER BY name" }, signal);
      return rows.map((row): WorkerRow => ({
        name: textOf(row, "name"),
        tags: JSON.parse(textOf(row, "tags")) as readonly string[],
        seenAt: numberOf(row, "seen_at"),
        build: optionalText(row, "build"),
      }));
    },
    async noteWorker({ name, tags, seenAt, build }, signal) {
      await write({
        statement: `INSERT INTO workers (name, tags, seen_at, build) VALUES (?, ?, ?, ?)
          ON CONFLICT (name) DO UPDATE SET tags = excluded.tags, seen_at = excluded.seen_at, build = excluded.build`,
        values: [name, JSON.stringify(tags), seenAt, build ?? null],
      }, signal);
    },
    async keys(signal) {
      return (await read({ statement: "SELECT * FROM api_keys ORDER BY name" }, signal)).map(keyOf);
    },
    async addKey({ name, hash, role, tags, pipelines, createdAt }, signal) {
      const added = await write({
        statement:
          `INSERT INTO api_keys (name, hash, role, tags, pipelines, created_at) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (name) DO NOTHING RETURNING name`,
        values: [name, hash, role, listOrNull(tags), listOrNull(pipelines), createdAt],
      }, signal);
      return added.length > 0;
    },
    async removeKey(name, signal) {
      const removed = await write({
        statement: "DELETE FROM api_keys WHERE name = ? RETURNING name",
        values: [name],
      }, signal);
      return removed.length > 0;
    },
    async note(name, signal) {
      const [row] = await read(
        { statement: "SELECT value FROM notes WHERE name = ?", values: [name] },
        signal,
      );
      return row === undefined ? undefined : textOf(row, "value");
    },
    async swapNote({ name, from, to }, signal) {
      const swapped = from === undefined
        ? to === undefined ? [] : await write({
          statement:
            "INSERT INTO notes (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING RETURNING name",
          values: [name, to],
        }, signal)
        : to === undefined
        ? await write({
          statement: "DELETE FROM notes WHERE name = ? AND value = ? RETURNING name",
          values: [name, from],
        }, signal)
        : await write({
          statement: "UPDATE notes SET value = ? WHERE name = ? AND value = ? RETURNING name",
          values: [to, name, from],
        }, signal);
      return swapped.length > 0;
    },
    async lead({ task, holder, now, leaseMs }, signal) {
      const rows = await write({
        statement: `INSERT INTO leads (task, holder, until) VALUES (?, ?, ?)
          ON CONFLICT (task) DO UPDATE SET holder = excluded.holder, until = excluded.until
          WHERE leads.holder = excluded.holder OR leads.until < ? RETURNING task`,
        values: [task, holder, now + leaseMs, now],
      }, signal);
      return rows.length > 0;
    },
    prune: (limits, signal) => database.change((each) => prune(each, limits), signal),
    close: () => database.close(),
  };
}

/** Makes the statement that lists builds. */
function selectBuilds(
  { pipeline, pipelines, state, oldestFirst = false, after, limit }: BuildFilter,
): { readonly statement: string; readonly values: readonly SqlValue[] } {
  const conditions: readonly (readonly [condition: string, values: readonly (SqlValue | undefined)[]])[] = [
    ["pipeline = ?", [pipeline]],
    // A key without any pipeline sees no build.
    [`pipeline IN (${pipelines?.map(() => "?").join(", ") || "NULL"})`, pipelines ?? [undefined]],
    ["state = ?", [state]],
    [oldestFirst ? "id > ?" : "id < ?", [after]],
  ];
  const given = conditions.filter(([, values]) => !values.includes(undefined));
  const where = given.length === 0 ? "" : ` WHERE ${given.map(([condition]) => condition).join(" AND ")}`;
  return {
    statement: `SELECT ${BUILD_COLUMNS} FROM builds${where} ORDER BY id ${
      oldestFirst ? "ASC" : "DESC"
    } LIMIT ?`,
    values: [...given.flatMap(([, values]) => values as readonly SqlValue[]), limit],
  };
}

async function append(
  transaction: SqlTransaction,
  { build, attempt, sha, from, events: sent }: Parameters<BuildStore["append"]>[0],
  { dialect }: SqlDatabase,
): Promise<boolean> {
  const lock = dialect === "postgres" ? " FOR UPDATE" : "";
  const [row] = await transaction.rows(
    `SELECT event_count, attempt_first FROM builds WHERE id = ? AND attempt = ? AND state IN ('running', 'cancelling')${lock}`,
    [build, attempt],
  );
  if (row === undefined) return false;
  const count = numberOf(row, "event_count");
  const stored = count - numberOf(row, "attempt_first");
  const events = sent.slice(Math.max(0, stored - from));
  const batch = JSON.stringify(events);
  if (events.length > 0) {
    await transaction.rows(
      "INSERT INTO events (build, first, last, attempt, batch) VALUES (?, ?, ?, ?, ?)",
      [build, count + 1, count + events.length, attempt, batch],
    );
  }
  await transaction.rows(
    `UPDATE builds SET event_count = ?, event_bytes = event_bytes + ?, sha = COALESCE(?, sha) WHERE id = ?`,
    [count + events.length, events.length === 0 ? 0 : batch.length, sha ?? null, build],
  );
  return true;
}

function placedEvents(row: SqlRow): readonly PlacedEvent[] {
  const first = numberOf(row, "first");
  const attempt = numberOf(row, "attempt");
  const events = JSON.parse(textOf(row, "batch")) as readonly BuildEvent[];
  return events.map((event, at) => ({ place: first + at, attempt, event }));
}

/** Marks are kept longer than a delivery is repeated: 7 days. */
const MARKS_KEPT_MS = 7 * 24 * 3600 * 1000;
const ENDED = "state NOT IN ('queued', 'running', 'cancelling')";

async function prune(
  transaction: SqlTransaction,
  { now, before, maxBytes }: Parameters<BuildStore["prune"]>[0],
): Promise<number> {
  await transaction.rows("DELETE FROM marks WHERE at < ?", [now - MARKS_KEPT_MS]);
  let removed = await remove(transaction, `${ENDED} AND ended_at < ?`, [before]);
  const [total] = await transaction.rows("SELECT COALESCE(SUM(event_bytes), 0) AS n FROM builds");
  let over = (total === undefined ? 0 : numberOf(total, "n")) - maxBytes;
  while (over > 0) {
    const [oldest] = await transaction.rows(
      `SELECT id, event_bytes FROM builds WHERE ${ENDED} AND event_bytes > 0 ORDER BY id LIMIT 1`,
    );
    if (oldest === undefined) break;
    over -= numberOf(oldest, "event_bytes");
    removed += await remove(transaction, "id = ?", [textOf(oldest, "id")]);
  }
  return removed;
}

async function remove(
  transaction: SqlTransaction,
  condition: string,
  values: readonly SqlValue[],
): Promise<number> {
  const rows = await transaction.rows(`DELETE FROM builds WHERE ${condition} RETURNING id`, values);
  for (const row of rows) {
    const id = textOf(row, "id");
    await transaction.rows("DELETE FROM events WHERE build = ?", [id]);
    await transaction.rows("DELETE FROM notes WHERE name LIKE ? OR name LIKE ?", [
      `news ${id} %`,
      `status ${id} %`,
    ]);
  }
  return rows.length;
}

function keyOf(row: SqlRow): ApiKey {
  return {
    name: textOf(row, "name"),
    hash: textOf(row, "hash"),
    role: textOf(row, "role") as KeyRole,
    tags: listOf(row, "tags"),
    pipelines: listOf(row, "pipelines"),
    createdAt: numberOf(row, "created_at"),
  };
}

function listOf(row: SqlRow, column: string): readonly string[] | undefined {
  const text = optionalText(row, column);
  return text === undefined ? undefined : JSON.parse(text) as readonly string[];
}

function listOrNull(list: readonly string[] | undefined): string | null {
  return list === undefined ? null : JSON.stringify(list);
}
