/** Two servers on one PostgreSQL do what no request asks for once: polls and schedules. */

import assert from "node:assert/strict";
import { startPostgres } from "../../worlds/builds/postgres_server.ts";
import { ask, type BuildAnswer, makeServerPlace, until } from "../../worlds/builds/server_place.ts";
import { part } from "../../worlds/require.ts";

const POSTGRES = await part("postgres");
/** The seconds between two runs of the schedule. */
const EVERY_S = 10;

POSTGRES.test("two servers on one PostgreSQL: each commit that a poll finds is one build, and each run of a schedule is one", async () => {
  await using postgres = await startPostgres();
  const url = await postgres.database();
  await using place = await makeServerPlace({
    polled: { exec: ["true"], on: { poll: { interval: "1s" } } },
    // Six fields: the first has seconds.
    scheduled: { exec: ["true"], on: { schedule: `*/${EVERY_S} * * * * *` } },
  }, { SHOWTIME_SERVER__DATABASE: url });
  const servers = await Promise.all([place.serve(), place.serve()]);
  const buildsOf = async (pipeline: string): Promise<readonly BuildAnswer[]> => {
    const [one, other] = await Promise.all(
      servers.map(async (serve) => (await ask(serve, `GET /api/v1/builds?pipeline=${pipeline}`)).body.builds),
    );
    return one.length >= other.length ? one : other;
  };
  const isPolled = async (sha: string) => (await buildsOf("polled")).some((build) => build.sha === sha);
  const shas: string[] = [];
  const commit = async () => {
    const sha = await place.commit("file", `${shas.length}\n`);
    shas.push(sha);
    await until(`a poll finds ${sha}`, () => isPolled(sha));
  };
  /** Whether a server has looked at the repository: the first look queues nothing. */
  const looked = async () => {
    const { default: connect } = await import("postgres");
    const sql = connect(url, { max: 1 });
    const rows = await sql`SELECT 1 FROM showtime.notes WHERE name LIKE 'poll %'`;
    await sql.end();
    return rows.length > 0;
  };
  await until("the first look", looked);
  for (let turn = 0; turn < 3; turn++) await commit();
  await until("three runs of the schedule", async () => (await buildsOf("scheduled")).length >= 3);
  // Both servers have looked at what is due by the time of one more poll.
  await commit();

  const polled = (await buildsOf("polled")).map((build) => build.sha);
  assert.deepEqual([...polled].sort(), [...shas].sort());
  const scheduled = await buildsOf("scheduled");
  const times = scheduled.map((build) => Math.floor(Date.parse(build.queued_at) / EVERY_S / 1000));
  assert.deepEqual(times, [...new Set(times)], "each due time has one build");
  assert.ok(scheduled.every((build) => build.cause.kind === "schedule"));
});
