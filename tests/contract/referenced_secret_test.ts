import assert from "node:assert/strict";
import { readReferencedSecret } from "../../src/drivers/system/mod.ts";

Deno.test("a secret is read from a regular file, also through a link, without its line break", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/secret`, "hunter2\n");
    await Deno.symlink("secret", `${folder}/link`);
    assert.deepEqual([`${folder}/secret`, `${folder}/link`].map(readReferencedSecret), [
      "hunter2",
      "hunter2",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a pipe, a device, a folder and a large file are refused as secrets before they are read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { success } = await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    assert.ok(success);
    await Deno.writeFile(`${folder}/large`, new Uint8Array(64 * 1024 + 1));
    for (const path of [`${folder}/pipe`, "/dev/zero", folder]) {
      assert.throws(() => readReferencedSecret(path), /not a regular file/, path);
    }
    assert.throws(() => readReferencedSecret(`${folder}/large`), /65537 bytes, and the limit is 65536/);
    assert.throws(() => readReferencedSecret(`${folder}/missing`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
