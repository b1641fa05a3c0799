import assert from "node:assert/strict";
import type { ContextId } from "../../../src/contexts/core/context_id.ts";
import type { StoreSettings } from "../../../src/contexts/core/settings.ts";
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
async function inPlace(
  kind: "yamlfile" | "jsonfile",
  run: (place: Place) => Promise<void>,
  busyMs = 30_000,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-file-store-" });
  try {
    const path = `${folder}/context`;
    const settings: StoreSettings = { kind, path };
    const store = await makeContextStore(settings, { clock: makeClock(), keep: 50, busyMs });
    await run({ store, folder, path });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The file of the original tool. */
function yamlWith(data: string, id: string = ID): string {
  return `state:\n  cicdContextDataId: ${id}\n  cicdContextName: stage\n  data: ${data}\n`;
}

const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;

Deno.test("both formats are written as the original writes them, for this account only", async () => {
  const tree = treeWith('{"b": ["é", 1.0], "a": {}}');
  await inPlace("yamlfile", async ({ store, path }) => {
    await store.commit(versionOf(1, { tree }), NEVER);
    assert.equal(
      await Deno.readTextFile(path),
      'state:\n  cicdContextDataId: ctx-1\n  cicdContextName: stage\n  data:\n    b:\n    - "\\xE9"\n    - 1.0\n    a: {}\n',
    );
    for (const each of [path, `${path}.showtime.json`, `${path}.showtime.lock`]) {
      assert.equal(await mode(each), 0o600, each);
    }
  });
  await inPlace("jsonfile", async ({ store, path, folder }) => {
    await store.commit(versionOf(1, { tree }), NEVER);
    assert.equal(
      await Deno.readTextFile(path),
      '{\n  "state": {\n    "cicdContextDataId": "ctx-1",\n    "cicdContextName": "stage",\n    "data": {\n' +
        '      "b": [\n        "\\u00e9",\n        1.0\n      ],\n      "a": {}\n    }\n  }\n}',
    );
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(names, ["context", "context.showtime.json", "context.showtime.lock"]);
  });
});

Deno.test("a file that another program changed is the next version, once", async () => {
  await inPlace("yamlfile", async ({ store, path }) => {
    const keys = { k: { pipeline: "p", event: "e", handlers: {} } };
    await store.commit(versionOf(1, { keys }), NEVER);
    await Deno.writeTextFile(path, yamlWith("by hand"));
    for (const _ of ["first", "second"]) {
      const read = await store.read(ID, NEVER);
      const { version, actor, operations } = read?.newest ?? {};
      assert.deepEqual([version, actor, operations], [2, "unknown", [{ op: "replace" }]]);
      assert.deepEqual([read?.tree, read?.keys], [treeWith('"by hand"'), keys]);
    }
    await Deno.writeTextFile(path, yamlWith("again"));
    assert.equal((await store.newestVersion(ID, NEVER))?.version, 3);
    assert.equal(await store.commit(versionOf(3), NEVER), false);
    assert.equal(await Deno.readTextFile(path), yamlWith("again"));
    assert.equal(await store.commit(versionOf(4), NEVER), true);
  });
});

Deno.test("a file that another program set back to an older text is a new version", async () => {
  await inPlace("yamlfile", async ({ store, path }) => {
    await store.commit(versionOf(1), NEVER);
    const text = await Deno.readTextFile(path);
    await store.commit(versionOf(2), NEVER);
    await Deno.writeTextFile(path, text);
    const read = await store.read(ID, NEVER);
    assert.deepEqual([read?.newest.version, read?.tree], [3, treeWith("1")]);
  });
});

Deno.test("a file of the original tool is read as version 1", async () => {
  await inPlace("yamlfile", async ({ store, path }) => {
    await Deno.writeTextFile(path, yamlWith("old"));
    assert.equal(await store.commit(versionOf(1), NEVER), false);
    assert.deepEqual((await store.read(ID, NEVER))?.newest.version, 1);
    assert.equal(await store.commit(versionOf(2), NEVER), true);
  });
});

Deno.test("another ID is unknown, and its file is replaced only on purpose", async () => {
  await inPlace("yamlfile", async ({ store, path }) => {
    const other = "other" as ContextId;
    for (const version of [1, 2]) await store.commit(versionOf(version, { id: other }), NEVER);
    assert.equal(await store.read(ID, NEVER), undefined);
    assert.equal(await store.remove(ID, NEVER), false);
    assert.deepEqual(await store.history(ID, { after: 0 }, NEVER), []);
    assert.equal(await store.commit(versionOf(3), NEVER), false);
    const text = await Deno.readTextFile(path);
    await assert.rejects(store.commit(versionOf(1), NEVER), hasCode("store_occupied"));
    assert.equal(await Deno.readTextFile(path), text);
    assert.equal(await store.commit(versionOf(1, { displaces: true }), NEVER), true);
    assert.deepEqual((await store.list(NEVER)).map(({ id, version }) => [id, version]), [[ID, 1]]);
    assert.equal(await store.read(other, NEVER), undefined);
  });
});

for (
  const [kind, text, words] of [
    ["yamlfile", "state:\n  a: [1, 2\n  b: 3\n", /line 3|line 2/],
    ["yamlfile", "", /it is empty/],
    ["yamlfile", "- a\n", /no map/],
    ["yamlfile", "a: 1\n", /cicdContextDataId is missing/],
    ["jsonfile", '{\n "state": {\n', /line 3/],
    ["jsonfile", "[]", /no map/],
    ["jsonfile", "\xff", /line 1/],
  ] as const
) {
  Deno.test(`a ${kind} that holds ${JSON.stringify(text)} is an error with the place, and stays`, async () => {
    await inPlace(kind, async ({ store, path }) => {
      await store.commit(versionOf(1), NEVER);
      await Deno.writeTextFile(path, text);
      const isIt = (error: unknown) =>
        hasCode("store_damaged")(error) && words.test(String(error)) && String(error).includes(path);
      await assert.rejects(store.read(ID, NEVER), isIt);
      await assert.rejects(store.commit(versionOf(2), NEVER), isIt);
      assert.equal(await Deno.readTextFile(path), text);
    });
  });
}

Deno.test("a file beside the store that is damaged is an error that names it", async () => {
  await inPlace("jsonfile", async ({ store, path }) => {
    await store.commit(versionOf(1), NEVER);
    await Deno.writeTextFile(`${path}.showtime.json`, "{");
    await assert.rejects(
      store.read(ID, NEVER),
      (error) => hasCode("store_damaged")(error) && String(error).includes(`${path}.showtime.json`),
    );
    await Deno.remove(`${path}.showtime.json`);
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
  });
});

Deno.test("a link is followed, and the mode of an existing file stays", async () => {
  await inPlace("jsonfile", async ({ store, path, folder }) => {
    await Deno.mkdir(`${folder}/elsewhere`);
    await Deno.writeTextFile(`${folder}/elsewhere/file`, '{"state": {"cicdContextDataId": "ctx-1"}}');
    await Deno.chmod(`${folder}/elsewhere/file`, 0o640);
    await Deno.symlink(`${folder}/elsewhere/file`, path);
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
    assert.equal(await store.commit(versionOf(2), NEVER), true);
    assert.ok((await Deno.lstat(path)).isSymlink);
    assert.match(await Deno.readTextFile(`${folder}/elsewhere/file`), /stage/);
    assert.equal(await mode(`${folder}/elsewhere/file`), 0o640);
  });
});

Deno.test("a store that stays locked is exit code 4, and a free one goes on", async () => {
  await inPlace("jsonfile", async ({ store, path }) => {
    await store.commit(versionOf(1), NEVER);
    const lock = await Deno.open(`${path}.showtime.lock`, { write: true });
    await lock.lock(true);
    await assert.rejects(
      store.commit(versionOf(2), NEVER),
      (error) => hasCode("store_busy")(error) && (error as { exitCode?: number }).exitCode === 4,
    );
    assert.equal((await store.read(ID, NEVER))?.newest.version, 1, "reading needs no lock");
    const controller = new AbortController();
    const waiting = store.commit(versionOf(2), controller.signal);
    controller.abort(new Error("interrupted"));
    await assert.rejects(waiting, /interrupted/);
    const going = store.commit(versionOf(2), NEVER);
    lock.close();
    assert.equal(await going, true);
  }, 300);
});

tmpfs.test("a disk that is full leaves the old version whole, and says so", async () => {
  await using disk = await mountSmallDisk();
  for (const kind of ["jsonfile", "yamlfile"] as const) {
    const store = await makeContextStore({ kind, path: `${disk.path}/${kind}` }, {
      clock: makeClock(),
      keep: 50,
    });
    await store.commit(versionOf(1), NEVER);
    const tree = treeWith(`"${"x".repeat(2_000_000)}"`);
    await assert.rejects(store.commit(versionOf(2, { tree }), NEVER), hasCode("store_full"));
    const read = await store.read(ID, NEVER);
    assert.deepEqual([read?.newest.version, read?.tree], [1, treeWith("1")]);
    await assert.rejects(Deno.stat(`${disk.path}/${kind}.showtime.tmp`), Deno.errors.NotFound);
    assert.equal(await store.commit(versionOf(2), NEVER), true);
  }
});

tmpfs.test("a folder that cannot be written is read, with changes of other programs, and writing is refused", async () => {
  await using disk = await mountSmallDisk();
  const path = `${disk.path}/context`;
  const store = await makeContextStore({ kind: "yamlfile", path }, { clock: makeClock(), keep: 50 });
  await Deno.writeTextFile(path, yamlWith("old"));
  await disk.protect();
  assert.equal((await store.read(ID, NEVER))?.newest.version, 1);
  await assert.rejects(store.commit(versionOf(2), NEVER), hasCode("store_refused"));
});

Deno.test("a file that is not UTF-8 is no context, and stays as it is", async () => {
  for (const kind of ["yamlfile", "jsonfile"] as const) {
    await inPlace(kind, async ({ store, path }) => {
      const text = kind === "yamlfile"
        ? yamlWith("caf\u00e9")
        : `{"state": {"cicdContextDataId": "${ID}", "a": "\u00e9"}}`;
      const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
      await Deno.writeFile(path, bytes);
      await assert.rejects(store.read(ID, NEVER), hasCode("store_damaged"));
      await assert.rejects(store.commit(versionOf(1), NEVER), hasCode("store_damaged"));
      assert.deepEqual(await Deno.readFile(path), bytes);
    });
  }
});
