import {
  makeBuildStore,
  makeJobQueue,
  SCHEMA_VERSION,
  schemaStatements,
} from "../../drivers/build_store/mod.ts";
import { mayWrite } from "../../drivers/system/mod.ts";
import { usageError } from "../../lib/errors.ts";
import type { BuildStore } from "../../pipelines/ports/build_store.ts";
import type { JobQueue } from "../../pipelines/ports/job_queue.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SqlDatabase } from "../../ports/sql.ts";

/** The place of the server's store. */
export interface BuildsPlace {
  /** The folder of the SQLite file. */
  readonly stateFolder: string;
  /** The URL of a PostgreSQL database, which is used in place of SQLite; undefined for SQLite. */
  readonly databaseUrl: string | undefined;
  readonly clock: Clock;
}

/** Opens the store of builds, and makes it if it is absent. Throws AppError: `state_unwritable` (exit code 2) or `store_…`. */
export async function openBuilds(
  place: BuildsPlace,
): Promise<{ readonly store: BuildStore; readonly queue: JobQueue }> {
  const database = await openDatabase(place);
  return { store: makeBuildStore(database), queue: makeJobQueue(database) };
}

/** Opens the store of builds if there is one, and makes nothing. Throws AppError as {@link openBuilds}. */
export async function openExistingStore(place: BuildsPlace): Promise<BuildStore | undefined> {
  return await isThere(place) ? makeBuildStore(await openDatabase(place)) : undefined;
}

async function isThere({ stateFolder, databaseUrl }: BuildsPlace): Promise<boolean> {
  if (databaseUrl !== undefined) {
    return await (await import("../../drivers/postgres/mod.ts")).hasPostgresTables(databaseUrl);
  }
  const file = await Deno.stat(databaseFile(stateFolder)).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  return file !== undefined;
}

function databaseFile(stateFolder: string): string {
  return `${stateFolder}/builds.db`;
}

async function openDatabase({ stateFolder, databaseUrl, clock }: BuildsPlace): Promise<SqlDatabase> {
  if (databaseUrl !== undefined) {
    const { openPostgresDatabase } = await import("../../drivers/postgres/mod.ts");
    return await openPostgresDatabase({
      url: databaseUrl,
      schema: schemaStatements("postgres"),
      schemaVersion: SCHEMA_VERSION,
    });
  }
  if (!await mayWrite(stateFolder)) {
    throw usageError(
      "state_unwritable",
      `Opening the state in ${stateFolder}: this program writes only below the folder that it runs in`,
      "Start it in that folder or above it",
    );
  }
  await Deno.mkdir(stateFolder, { recursive: true, mode: 0o700 });
  const { openSqlDatabase } = await import("../../drivers/sqlite/mod.ts");
  return await openSqlDatabase({
    path: databaseFile(stateFolder),
    clock,
    schema: schemaStatements("sqlite"),
    schemaVersion: SCHEMA_VERSION,
  });
}
