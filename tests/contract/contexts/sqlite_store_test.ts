import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { ContextStore } from "../../../src/contexts/ports/context_store.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { mountSmallDisk } from "../../worlds/contexts/small_disk.ts";
import { ID, NEVER, treeWith, versionOf } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";
import { hasCode } from "./context_store_contract.ts";

const tmpfs = await part("tmpfs");

interface Place {
  readonly store: ContextStore;
  readonly folder: string;
  /** The file of the store. */
  readonly path: string;
}

/** Plays with a store in a folder of its own. */
async function inPlace(run: (place: Place) => Promise<void>, busyMs = 30_000): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-sqlite-" });
  const path = `${folder}/.showtime/contexts.db`;
  const store = await makeContextStore({ kind: "sqlite", path }, { clock: makeClock(), keep: 50, busyMs });
  try {
    await run({ store, folder, path });
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("reading makes no file, and a write makes files for this account only, which Git ignores", async () => {
  await inPlace(async ({ store, folder }) => {
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.deepEqual(await namesIn(folder), []);
    assert.equal(await store.commit(versionOf(1), NEVER), true);
    const names = await namesIn(`${folder}/.showtime`);
    assert.deepEqual(names, [".gitignore", "contexts.db", "contexts.db-shm", "contexts.db-wal"]);
    for (const name of names.slice(1)) {
      assert.equal(((await Deno.stat(`${folder}/.showtime/${name}`)).mode ?? 0) & 0o777, 0o600, name);
    }
    assert.equal(await Deno.readTextFile(`${folder}/.showtime/.gitignore`), "*\n");
    await store.close();
    assert.deepEqual(await namesIn(`${folder}/.showtime`), [".gitignore", "contexts.db"]);
  });
});

Deno.test("the file has a write-ahead log, so that readers never wait for a writer", async () => {
  await inPlace(async ({ store, path }) => {
    await store.commit(versionOf(1), NEVER);
    const db = new DatabaseSync(path);
    assert.deepEqual({ ...db.prepare("PRAGMA journal_mode").get() }, { journal_mode: "wal" });
    db.close();
  });
});

for (
  const [what, make, code] of [
    ["text", (path) => Deno.writeTextFile(path, "no database ".repeat(1_000)), "store_damaged"],
    ["a database of another program", (path) => execute(path, "CREATE TABLE t (a TEXT)"), "store_damaged"],
    ["a database of a newer showtime", (path) => execute(path, "PRAGMA user_version = 2"), "store_newer"],
  ] as const satisfies readonly (readonly [string, (path: string) => Promise<void>, string])[]
) {
  Deno.test(`a store that is ${what} is an error that says so, and stays`, async () => {
    await inPlace(async ({ store, folder, path }) => {
      await Deno.mkdir(`${folder}/.showtime`);
      await make(path);
      const before = await Deno.readFile(path);
      const isIt = (error: unknown) => hasCode(code)(error) && String(error).includes(path);
      await assert.rejects(store.read(ID, NEVER), isIt);
      await assert.rejects(store.commit(versionOf(1), NEVER), isIt);
      assert.deepEqual(await Deno.readFile(path), before);
    });
  });
}

Deno.test("an empty file, as a kill right after its making leaves it, becomes a store", async () => {
  await inPlace(async ({ store, folder, path }) => {
    await Deno.mkdir(`${folder}/.showtime`);
    await Deno.writeTextFile(path, "");
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.equal(await store.commit(versionOf(1), NEVER), true);
  });
});

Deno.test("a file that lost pages is an error that says so", async () => {
  await inPlace(async ({ store, path }) => {
    await store.commit(versionOf(1, { tree: treeWith(`"${"x".repeat(200_000)}"`) }), NEVER);
    await store.close();
    await Deno.truncate(path, 60_000);
    await assert.rejects(store.read(ID, NEVER), hasCode("store_damaged"));
  });
});

Deno.test("rows that showtime did not write are an error that names the context", async () => {
  for (const [table, column] of [["versions", "info"], ["versions", "tree"], ["contexts", "keys"]]) {
    await inPlace(async ({ store, path }) => {
      await store.commit(versionOf(1), NEVER);
      await execute(path, `UPDATE ${table} SET ${column} = '[1'`);
      await assert.rejects(
        store.read(ID, NEVER),
        (error) => hasCode("store_damaged")(error) && String(error).includes(ID),
      );
    });
  }
});

Deno.test("a store that stays locked is exit code 4, and a free one goes on", async () => {
  await inPlace(async ({ store, path }) => {
    await store.commit(versionOf(1), NEVER);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const start = Date.now();
    await assert.rejects(
      store.commit(versionOf(2), NEVER),
      (error) => hasCode("store_busy")(error) && (error as { exitCode?: number }).exitCode === 4,
    );
    assert.ok(Date.now() - start >= 300);
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1, "reading goes on");
    const controller = new AbortController();
    const waiting = store.commit(versionOf(2), controller.signal);
    setTimeout(() => controller.abort(new Error("interrupted")), 50);
    await assert.rejects(waiting, /interrupted/);
    const going = store.commit(versionOf(2), NEVER);
    other.exec("ROLLBACK");
    other.close();
    assert.equal(await going, true);
  }, 300);
});

tmpfs.test("a disk that is full leaves the old version whole, and says so", async () => {
  await using disk = await mountSmallDisk();
  const path = `${disk.path}/contexts.db`;
  const store = await makeContextStore({ kind: "sqlite", path }, { clock: makeClock(), keep: 50 });
  await store.commit(versionOf(1), NEVER);
  const tree = treeWith(`"${"x".repeat(2_000_000)}"`);
  await assert.rejects(store.commit(versionOf(2, { tree }), NEVER), hasCode("store_full"));
  const read = await store.read(ID, NEVER);
  assert.deepEqual([read?.newest.version, read?.tree], [1, treeWith("1")]);
  assert.equal(await store.commit(versionOf(2), NEVER), true);
  await store.close();
});

tmpfs.test("a folder that cannot be written is an error that says so", async () => {
  await using disk = await mountSmallDisk();
  const path = `${disk.path}/contexts.db`;
  const store = await makeContextStore({ kind: "sqlite", path }, { clock: makeClock(), keep: 50 });
  await store.commit(versionOf(1), NEVER);
  await store.close();
  await disk.protect();
  await assert.rejects(store.commit(versionOf(2), NEVER), hasCode("store_refused"));
  await store.close();
});

async function execute(path: string, sql: string): Promise<void> {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  await Promise.resolve();
}

Deno.test("a path that leads to a folder or through a file is an error that says so", async () => {
  await inPlace(async ({ folder }) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const options = { clock: makeClock(), keep: 50, busyMs: 0 };
    const cases = [
      [folder, /it is a folder/],
      [`${folder}/file/x.db`, /is a file/],
      [`${folder}/${"x".repeat(300)}`, /name too long/],
      [`${folder}/a\0b`, /NUL byte/],
    ] as const;
    for (const [path, state] of cases) {
      const store = await makeContextStore({ kind: "sqlite", path }, options);
      const refused = (error: Error) => hasCode("store_refused")(error) && state.test(error.message);
      await assert.rejects(store.read(ID, NEVER), refused);
      await assert.rejects(store.list(NEVER), refused);
      await assert.rejects(store.commit(versionOf(1), NEVER), refused);
      await store.close();
    }
  });
});
