/** A server that is killed between any two writes: nothing is lost, and nothing is done twice. */

import assert from "node:assert/strict";
import { makeBuildStore } from "../../../src/drivers/build_store/mod.ts";
import type { BuildStore } from "../../../src/pipelines/ports/build_store.ts";
import {
  arrived,
  BIRTH,
  EVENTS,
  type LifePlace,
  liveOn,
  openLife,
  SHA,
} from "../../worlds/builds/killed_life.ts";
import { startPostgres } from "../../worlds/builds/postgres_server.ts";
import { part } from "../../worlds/require.ts";

const NEVER = new AbortController().signal;
const PROGRAM = new URL("../../worlds/builds/killed_life.ts", import.meta.url).pathname;
/** The actors go on at once, after a lease, and after a server with unsent news counts as gone. */
const LATER_MS = [1_000, 40_000, 600_000];

/** Plays a life in a process of its own that kills itself at a point; at none for 0. Returns the number of points. */
async function play({ database, folder }: LifePlace, killAt: number): Promise<number> {
  const { signal, code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", PROGRAM, database, folder, String(killAt)],
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (killAt > 0) assert.equal(signal, "SIGKILL", said);
  else assert.equal(code, 0, said);
  return Number(new TextDecoder().decode(stdout));
}

/** Returns the note about the news of a build. */
async function newsNote(store: BuildStore): Promise<string | undefined> {
  const [build] = await store.builds({ limit: 1 }, NEVER);
  return build === undefined
    ? undefined
    : await store.note(`news ${build.id} ${build.attempt} ${build.state}`, NEVER);
}

/** Kills a life at a point, lets the next server go on, and checks what became of it. */
async function killAndGoOn(place: LifePlace, killAt: number): Promise<void> {
  await play(place, killAt);
  const where = `killed at point ${killAt}, after ${await Deno.readTextFile(`${place.folder}/killed`)}`;
  const database = await openLife(place);
  try {
    const store = makeBuildStore(database);
    const arrivedBefore = (await arrived(place)).includes("news");
    const isSent = await newsNote(store) === "sent";
    for (const later of LATER_MS) {
      await liveOn(database, { folder: place.folder, now: BIRTH + later, point: () => Promise.resolve() });
    }
    const builds = await store.builds({ limit: 10 }, NEVER);
    assert.deepEqual(builds.map(({ state, sha }) => [state, sha]), [["passed", SHA]], where);
    const [build] = builds;
    assert.ok(build !== undefined && build.attempt <= 2, where);
    const events = await store.events({ build: build.id, after: 0, limit: 100 }, NEVER);
    const last = events.filter(({ attempt }) => attempt === build.attempt).map(({ event }) => event);
    assert.deepEqual(last, EVENTS, where);
    const places = events.map((each) => each.place);
    assert.deepEqual(places, places.map((_, at) => at + 1), where);
    const outside = await arrived(place);
    // News repeat only if their server was killed after they were sent and before that was noted.
    const news = outside.filter((line) => line === "news").length;
    assert.equal(news, arrivedBefore && !isSent ? 2 : 1, where);
    const states = outside.filter((line) => line.startsWith("status"));
    assert.equal(states.at(-1), "status success", `${where}: ${states}`);
  } finally {
    await database.close();
  }
}

/** Kills a life at each of its points, in a database of its own each time. */
async function killEverywhere(makePlace: (name: string) => Promise<LifePlace>): Promise<void> {
  const points = await play(await makePlace("whole"), 0);
  assert.ok(points > 50, `${points}`);
  let next = 1;
  // Processes start on both processors.
  await Promise.all(Array.from({ length: 3 }, async () => {
    for (let point = next++; point <= points; point = next++) {
      await killAndGoOn(await makePlace(`point-${point}`), point);
    }
  }));
}

async function makeFolder(root: string, name: string): Promise<string> {
  const folder = `${root}/${name}`;
  await Deno.mkdir(folder);
  return folder;
}

Deno.test("SQLite: a server killed between any two writes of a build's life loses nothing and does nothing twice", async () => {
  const root = await Deno.makeTempDir({ prefix: "showtime-killed-" });
  try {
    await killEverywhere(async (name) => {
      const folder = await makeFolder(root, name);
      return { folder, database: `${folder}/builds.db` };
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

const postgres = await part("postgres");

postgres.test(
  "PostgreSQL: a server killed between any two writes of a build's life loses nothing and does nothing twice",
  async () => {
    await using server = await startPostgres();
    const root = await Deno.makeTempDir({ prefix: "showtime-killed-" });
    try {
      await killEverywhere(async (name) => ({
        folder: await makeFolder(root, name),
        database: await server.database(),
      }));
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
  { sanitizeOps: false, sanitizeResources: false },
);
