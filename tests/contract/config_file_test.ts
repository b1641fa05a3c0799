/** The configuration file: the folders it is looked for in, on a base branch, and what its paths count from. */
import assert from "node:assert/strict";
import { MISNAMED_FILES } from "../../src/config/mod.ts";
import { findCloneRoot } from "../../src/drivers/system/mod.ts";
import { findOnBase, pathOnBase, readNamed } from "../../src/wiring/config_file.ts";

const never = new AbortController().signal;

/** Looks for the file among those of a base branch, from a folder of the clone. */
async function findIn(files: Readonly<Record<string, string>>, prefix: string) {
  const asked: (readonly string[])[] = [];
  const forge = {
    readBaseFiles(paths: readonly string[]) {
      asked.push(paths);
      return Promise.resolve(new Map(Object.entries(files).filter(([path]) => paths.includes(path))));
    },
  };
  const place = { depth: prefix === "" ? 0 : prefix.split("/").length, prefix };
  const found = await findOnBase(forge, { place, pr: undefined }, never);
  assert.equal(asked.length, 1);
  return found;
}

Deno.test("findOnBase() looks from the folder up to the root, in one request", async () => {
  const files = { "showtime.yml": "root", "a/showtime.yml": "a" };
  assert.deepEqual(await findIn(files, ""), {
    file: { path: "showtime.yml (base branch)", text: "root" },
    folder: ".",
  });
  assert.deepEqual(await findIn(files, "a/b"), {
    file: { path: "a/showtime.yml (base branch)", text: "a" },
    folder: "..",
  });
  assert.deepEqual(await findIn(files, "c/d"), {
    file: { path: "showtime.yml (base branch)", text: "root" },
    folder: "../..",
  });
  assert.deepEqual(await findIn({}, "c/d"), { file: undefined, folder: "../.." });
  for (const name of MISNAMED_FILES) {
    await assert.rejects(findIn({ [`a/${name}`]: "", "showtime.yml": "root" }, "a"), {
      code: "config_misnamed",
    }, name);
  }
});

Deno.test("pathOnBase() gives the path from the root of the clone", () => {
  const place = { depth: 2, prefix: "services/web" };
  assert.equal(pathOnBase("../../aws/task.json", place), "aws/task.json");
  assert.equal(pathOnBase("./task.json", place), "services/web/task.json");
  assert.equal(pathOnBase("task.json", undefined), "task.json");
  assert.equal(pathOnBase("./aws//task.json", { depth: 0, prefix: "" }), "aws/task.json");
});

Deno.test("readNamed() counts paths from the folder of a file, and from the working folder for a pipe", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/previews.yml`, "version: 1\n");
  assert.deepEqual(await readNamed(`${folder}/previews.yml`), {
    file: { path: `${folder}/previews.yml`, text: "version: 1\n" },
    folder,
  });
  assert.equal((await readNamed("/dev/null")).folder, ".");
  await assert.rejects(readNamed(`${folder}/none.yml`), { code: "config_unreadable", exitCode: 2 });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("findCloneRoot() stops at the nearest clone, or at the farthest one within a folder", async () => {
  const top = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${top}/.git`);
  await Deno.mkdir(`${top}/vendor/lib/src`, { recursive: true });
  // A worktree and a submodule have a file in place of the folder.
  await Deno.writeTextFile(`${top}/vendor/lib/.git`, "gitdir: elsewhere\n");
  assert.deepEqual(await findCloneRoot(top), { depth: 0, prefix: "" });
  assert.deepEqual(await findCloneRoot(`${top}/vendor`), { depth: 1, prefix: "vendor" });
  assert.deepEqual(await findCloneRoot(`${top}/vendor/lib/src`), { depth: 1, prefix: "src" });
  assert.deepEqual(await findCloneRoot(`${top}/vendor/lib/src`, top), { depth: 3, prefix: "vendor/lib/src" });
  assert.deepEqual(await findCloneRoot(`${top}/vendor/lib/src`, `${top}/vendor`), {
    depth: 1,
    prefix: "src",
  });
  assert.deepEqual(await findCloneRoot(`${top}/vendor`, "/nowhere"), { depth: 1, prefix: "vendor" });
  await Deno.remove(`${top}/.git`);
  assert.equal(await findCloneRoot(`${top}/vendor`), undefined);
  await Deno.remove(top, { recursive: true });
});
