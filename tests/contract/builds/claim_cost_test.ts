/** What a claim looks at, by the plans of the databases: its cost must not grow with the builds that wait. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { claimOldest } from "../../../src/drivers/build_store/claims.ts";
import { settleGroup } from "../../../src/drivers/build_store/groups.ts";
import { makeJobQueue, SCHEMA_VERSION, schemaStatements } from "../../../src/drivers/build_store/mod.ts";
import { openPostgresDatabase } from "../../../src/drivers/postgres/mod.ts";
import type { SqlDatabase, SqlRow, SqlStatement, SqlTransaction } from "../../../src/ports/sql.ts";
import { startPostgres } from "../../worlds/builds/postgres_server.ts";
import { part } from "../../worlds/require.ts";

const REQUEST = {
  worker: "w",
  tags: [],
  pipelines: undefined,
  handsOver: false,
  leaseMs: 30_000,
  now: 1,
};

Deno.test("on SQLite a claim and the end of a build read the indexes made for them, and never all builds that wait", async () => {
  using database = new DatabaseSync(":memory:");
  for (const statement of schemaStatements("sqlite")) database.exec(statement);
  const insert = database.prepare(
    "INSERT INTO builds (pipeline, state, trace_id, cause, queued_at, worker_tags, lane, group_name, group_limit, lost_left, " +
      "failed_left, job) VALUES ('web', 'queued', 't', '{\"kind\":\"api\"}', 1, '[]', ?, ?, 1, 1, 0, '{}')",
  );
  const statements: string[] = [];
  const transaction: SqlTransaction = {
    rows(statement, values = []) {
      statements.push(statement);
      return Promise.resolve(database.prepare(statement).all(...values) as readonly SqlRow[]);
    },
  };
  const lane = JSON.stringify([[], "web", true]);
  for (const group of [null, "g", "g"]) insert.run(lane, group);

  await claimOldest(transaction, { request: REQUEST, dialect: "sqlite" });
  await settleGroup(transaction, "g");

  const plans = statements.flatMap((statement) =>
    database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all().map(({ detail }) => ({ statement, detail }))
  );
  const reads = plans.filter(({ detail }) => /\bbuilds\b/.test(String(detail)));
  assert.ok(reads.length >= 6, JSON.stringify(plans));
  assert.deepEqual(reads.filter(({ detail }) => /SCAN|builds_by_/.test(String(detail))), []);
});

const NEVER = new AbortController().signal;
const WAITING = 5_000;
const postgres = await part("postgres");

interface PlanNode {
  readonly "Actual Rows": number;
  readonly Plans?: readonly PlanNode[];
}

/** Returns the most rows that one part of a plan read. */
function mostRows(plan: PlanNode): number {
  return Math.max(plan["Actual Rows"], ...(plan.Plans ?? []).map(mostRows));
}

postgres.test(
  "on PostgreSQL a claim reads a row of each lane, before the database has figures about the builds",
  async () => {
    await using server = await startPostgres();
    const database = await openPostgresDatabase({
      url: await server.database(),
      // PostgreSQL makes its figures a minute later by itself, or never.
      schema: [...schemaStatements("postgres"), "ALTER TABLE builds SET (autovacuum_enabled = off)"],
      schemaVersion: SCHEMA_VERSION,
    });
    try {
      await database.write({
        statement:
          `INSERT INTO builds (pipeline, state, trace_id, cause, queued_at, worker_tags, lane, lost_left, failed_left, job)
          SELECT 'web', 'queued', 't', '{"kind":"api"}', 1, '["nowhere"]', ?, 1, 0, '{}'
          FROM generate_series(1, ${WAITING})`,
        values: [JSON.stringify([["nowhere"], "web", true])],
      }, NEVER);
      const read: number[] = [];
      const explained = async (each: SqlTransaction, { statement, values = [] }: SqlStatement) => {
        const [row] = await each.rows(`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`, values);
        const plans = row?.["QUERY PLAN"] as unknown as readonly { readonly Plan: PlanNode }[];
        read.push(...plans.map(({ Plan }) => mostRows(Plan)));
        return await each.rows(statement, values);
      };
      let changes = 0;
      const watched: SqlDatabase = {
        name: database.name,
        dialect: database.dialect,
        change(work, signal) {
          changes++;
          return database.change(work, signal);
        },
        read: (work, signal) =>
          database.read(
            (each) => work({ rows: (statement, values = []) => explained(each, { statement, values }) }),
            signal,
          ),
        write: (statement, signal) => database.write(statement, signal),
        announce: () => database.announce(),
        changed: (signal) => database.changed(signal),
        close: () => database.close(),
      };

      assert.equal(await makeJobQueue(watched).claim(REQUEST, NEVER), undefined);

      assert.equal(read.length, 1, "it asks the database once");
      assert.equal(changes, 0, "and opens no transaction");
      assert.ok(Math.max(...read) <= 2, `it read ${read.join(", ")} rows`);
      const nowhere = { ...REQUEST, tags: ["nowhere"] };
      assert.equal((await makeJobQueue(watched).claim(nowhere, NEVER))?.build.id, "1");
    } finally {
      await database.close();
    }
  },
  { sanitizeOps: false, sanitizeResources: false },
);
