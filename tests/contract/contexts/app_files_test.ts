import assert from "node:assert/strict";
import { join } from "node:path";
import { loadApp } from "../../../src/contexts/app/load_app.ts";
import { makeAppFiles } from "../../../src/drivers/system/mod.ts";

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-app-files-" });
  try {
    await Deno.mkdir(join(folder, "bases/deep"), { recursive: true });
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const files = makeAppFiles();

Deno.test("a base is read through links inside of its folder, and never through one that leads out", async () => {
  await withFolder(async (folder) => {
    const bases = join(folder, "bases");
    await Deno.writeTextFile(join(folder, "secret.yaml"), "token: hidden\n");
    await Deno.writeTextFile(join(bases, "real.yaml"), "a: 1\n");
    await Deno.symlink("../real.yaml", join(bases, "deep/inside.yaml"));
    await Deno.symlink("../secret.yaml", join(bases, "outside.yaml"));
    await Deno.symlink("..", join(bases, "up"));
    assert.equal(await files.read(join(bases, "deep/inside.yaml"), { within: bases }), "a: 1\n");
    for (const name of ["outside.yaml", "up/secret.yaml", "../secret.yaml"]) {
      await assert.rejects(files.read(`${bases}/${name}`, { within: bases }), {
        code: "base_outside",
        exitCode: 2,
      }, name);
    }
    await Deno.writeTextFile(join(folder, "app.yaml"), "bases: [deep/inside.yaml, outside.yaml]\n");
    await assert.rejects(loadApp({ app: join(folder, "app.yaml"), basesDir: bases }, files), {
      code: "base_outside",
    });
  });
});

Deno.test("the folder of bases may be a link itself", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "bases/real.yaml"), "a: 1\n");
    await Deno.symlink("bases", join(folder, "link"));
    const link = join(folder, "link");
    assert.equal(await files.read(join(link, "real.yaml"), { within: link }), "a: 1\n");
  });
});

Deno.test("what cannot be read as text is an error that says why, and an absent file is undefined", async () => {
  await withFolder(async (folder) => {
    assert.equal(await files.read(join(folder, "absent.yaml")), undefined);
    assert.equal(await files.read(join(folder, "no/such/folder.yaml"), { within: folder }), undefined);
    for (const path of ["", "x".repeat(5_000), "a\0b", "/dev/null/x"]) {
      await assert.rejects(files.read(path), { code: "file_unreadable", exitCode: 2 });
    }
    await assert.rejects(files.read(join(folder, "bases")), {
      code: "file_unreadable",
      message: /it is no file/,
    });
    await Deno.writeFile(join(folder, "latin1.yaml"), new Uint8Array([0x61, 0x3a, 0x20, 0xe9]));
    await assert.rejects(files.read(join(folder, "latin1.yaml")), {
      code: "file_unreadable",
      message: /not UTF-8/,
    });
    await Deno.truncate(join(folder, "latin1.yaml"), 16 * 1024 * 1024 + 1);
    await assert.rejects(files.read(join(folder, "latin1.yaml")), {
      code: "file_unreadable",
      message: /16777217 bytes/,
    });
  });
});
