/** What a claim looks at, by SQLite's own plans: its cost must not grow with the builds that wait. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { claimOldest } from "../../../src/drivers/build_store/claims.ts";
import { settleGroup } from "../../../src/drivers/build_store/groups.ts";
import { schemaStatements } from "../../../src/drivers/build_store/mod.ts";
import type { SqlRow, SqlTransaction } from "../../../src/ports/sql.ts";

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
