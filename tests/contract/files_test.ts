import assert from "node:assert/strict";
import { AppError } from "../../src/lib/errors.ts";
import { describeFileError, makeFiles } from "../../src/drivers/system/mod.ts";

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-files-" });
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("makeFiles() reads what it has written, and nothing where nothing is", async () => {
  await inFolder(async (folder) => {
    const files = makeFiles(folder);

    assert.equal(await files.read("a/b/c.yml"), undefined);
    await files.write("a/b/c.yml", "text\n");
    assert.equal(await files.read("a/b/c.yml"), "text\n");
    assert.equal(await Deno.readTextFile(`${folder}/a/b/c.yml`), "text\n");
  });
});

Deno.test("makeFiles() says in our words what is no file, and what cannot be one", async () => {
  await inFolder(async (folder) => {
    const files = makeFiles(folder);
    await Deno.mkdir(`${folder}/folder`);
    await Deno.writeTextFile(`${folder}/file`, "");

    const isError = (code: string) => (error: unknown) =>
      error instanceof AppError && error.code === code && !/os error/.test(error.message);
    await assert.rejects(files.read("folder"), isError("file_unreadable"));
    await assert.rejects(files.write("folder", "text"), isError("file_unwritable"));
    await assert.rejects(files.write("file/below", "text"), isError("file_unwritable"));
  });
});

Deno.test("makeFiles() does not leave its folder", async () => {
  await inFolder(async (folder) => {
    const files = makeFiles(`${folder}/inner`);

    for (const path of ["../outer", "a/../../outer", "/etc/hostname"]) {
      await assert.rejects(files.read(path), RangeError, path);
      await assert.rejects(files.write(path, "text"), RangeError, path);
    }
    assert.deepEqual(Array.from(Deno.readDirSync(folder)), []);
  });
});

Deno.test("the words for a failure name no call of Deno, and a full disk as such", () => {
  const said = (text: string) => describeFileError(new Error(text));
  assert.equal(said("No space left on device (os error 28): writefile '/tmp/it's/2'"), "the disk is full");
  assert.equal(
    said("Too many levels of symbolic links (os error 40): open 'a b'"),
    "Too many levels of symbolic links",
  );
  assert.equal(said("it has more than 1 MB"), "it has more than 1 MB");
});
