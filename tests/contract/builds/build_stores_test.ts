/** The store and the queue of builds on SQLite and on a real PostgreSQL. */

import {
  makeBuildStore,
  makeJobQueue,
  SCHEMA_VERSION,
  schemaStatements,
} from "../../../src/drivers/build_store/mod.ts";
import { openPostgresDatabase } from "../../../src/drivers/postgres/mod.ts";
import { openSqlDatabase } from "../../../src/drivers/sqlite/mod.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import type { SqlDatabase } from "../../../src/ports/sql.ts";
import { startPostgres } from "../../worlds/builds/postgres_server.ts";
import { part } from "../../worlds/require.ts";
import { type BuildsHarness, registerBuildsContract } from "./build_store_contract.ts";

function harnessOf(open: () => Promise<SqlDatabase>, end: () => Promise<void>): BuildsHarness {
  const opened: SqlDatabase[] = [];
  return {
    async open() {
      const database = await open();
      opened.push(database);
      return { store: makeBuildStore(database), queue: makeJobQueue(database) };
    },
    async [Symbol.asyncDispose]() {
      for (const database of opened) {
        // A test may have closed it.
        await database.close().catch(() => {});
      }
      await end();
    },
  };
}

registerBuildsContract({
  name: "SQLite",
  test: (title, run) => Deno.test(title, run),
  async make() {
    const folder = await Deno.makeTempDir({ prefix: "showtime-builds-" });
    const options = {
      path: `${folder}/builds.db`,
      clock: makeClock(),
      schema: schemaStatements("sqlite"),
      schemaVersion: SCHEMA_VERSION,
    };
    return harnessOf(() => openSqlDatabase(options), () => Deno.remove(folder, { recursive: true }));
  },
});

const postgres = await part("postgres");
const server = postgres.missing === undefined ? await startPostgres() : undefined;

registerBuildsContract({
  name: "PostgreSQL",
  test: (title, run) => postgres.test(title, run, { sanitizeOps: false, sanitizeResources: false }),
  async make() {
    const url = await server?.database() ?? "";
    const options = { url, schema: schemaStatements("postgres"), schemaVersion: SCHEMA_VERSION };
    return harnessOf(() => openPostgresDatabase(options), () => Promise.resolve());
  },
});

postgres.test("PostgreSQL: the server of these tests ends", async () => {
  await server?.[Symbol.asyncDispose]();
}, { sanitizeOps: false, sanitizeResources: false });
