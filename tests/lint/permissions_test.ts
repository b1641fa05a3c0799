import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { namesForChildren } from "../../src/drivers/shell/child_environment.ts";
import { permissionFlags, readsVariable, sourcePermissions } from "../../src/wiring/permissions.ts";

const SOURCES = new URL("../../src/", import.meta.url);

async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield await Deno.readTextFile(new URL(name, folder));
  }
}

Deno.test("sourcePermissions() are the set that the task for the program from source runs with", () => {
  assert.deepEqual(manifest.permissions, { showtime: sourcePermissions() });
  assert.equal(manifest.tasks.showtime, "deno run --quiet --no-prompt -P=showtime main.ts");
});

Deno.test("permissionFlags() grant the same on every system but for the folders to write to", () => {
  const [linux, ...others] = ["linux", "darwin", "windows"].map((os) =>
    permissionFlags(os).filter((flag) => !flag.startsWith("--allow-write="))
  );
  for (const other of others) assert.deepEqual(other, linux);
  assert.ok(!linux?.some((flag) => /^(?:-A|--allow-(?:all|ffi))(?![\w-])/.test(flag)));
});

Deno.test("readsVariable() is true for every variable that the sources ask for", async () => {
  const asked = new Set<string>();
  for await (const text of sources(SOURCES)) {
    for (const [, name = ""] of text.matchAll(/\b(?:env|variables)\["([A-Z_]+)"\]/g)) asked.add(name);
    for (const [, name = ""] of text.matchAll(/"((?:GITHUB|AWS|DOCKER|DOCKERHUB|ECS|ECR)_[A-Z_]+)"/g)) {
      asked.add(name);
    }
  }
  assert.ok(asked.size > 20, [...asked].join(" "));
  assert.deepEqual([...asked].filter((name) => !readsVariable(name)), []);
});

Deno.test("readsVariable() is true for what children get, and none of that is a token", () => {
  const names = namesForChildren();
  assert.ok(names.includes("PATH"));
  assert.deepEqual(names.filter((name) => !readsVariable(name)), []);
  assert.deepEqual(
    names.filter((name) => /TOKEN|SECRET|PASSWORD$|^AWS|^ACTIONS|^SHOWTIME|^DOCKERHUB/.test(name)),
    [],
  );
});
