import assert from "node:assert/strict";
import { findCircles, importsOf, MOST_FILES, objectionsToFolders } from "./house_structure.ts";
import { ROOT } from "./rooms.ts";

async function* filesUnder(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    if (entry.isDirectory) yield* filesUnder(`${folder}/${entry.name}`);
    else if (entry.name.endsWith(".ts")) yield `${folder}/${entry.name}`;
  }
}

async function sources(...folders: readonly string[]): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const folder of folders) for await (const path of filesUnder(folder)) paths.push(path);
  return paths.sort();
}

Deno.test("no folder holds more than 20 files, and none holds one", async () => {
  const paths = await sources("src", "tests", "bench", "tools");

  assert.ok(paths.length > 0);
  assert.deepEqual(objectionsToFolders(paths), []);
});

Deno.test("objectionsToFolders() names a folder that is too large or too small, and no other", () => {
  const many = Array.from({ length: MOST_FILES + 1 }, (_, index) => `src/many/f${index}.ts`);

  assert.deepEqual(objectionsToFolders(many), ["src/many has 21 files: at most 20"]);
  assert.deepEqual(objectionsToFolders(["src/one/a.ts"]), ["src/one has one file: move it up"]);
  assert.deepEqual(objectionsToFolders(["src/a/lone.ts", "src/a/b/c.ts", "src/a/b/d.ts"]), []);
  assert.deepEqual(objectionsToFolders(many.slice(1)), []);
});

Deno.test("no file of src imports itself through others", async () => {
  const paths = await sources("src");
  const texts = await Promise.all(
    paths.map(async (path) => [path, importsOf(path, await Deno.readTextFile(`${ROOT}${path}`))] as const),
  );

  assert.ok(texts.some(([, imports]) => imports.length > 0));
  assert.deepEqual(findCircles(new Map(texts)), []);
});

Deno.test("importsOf() reads every spelling of an import", () => {
  const text = [
    `import { a } from "./a.ts";`,
    `import type { B } from "../b.ts";`,
    `export * from "./c/mod.ts";`,
    `import "./d.ts";`,
    `const e = await import("./e.ts");`,
    `import * as z from "zod";`,
  ].join("\n");

  assert.deepEqual(importsOf("src/x/f.ts", text), [
    "src/x/a.ts",
    "src/b.ts",
    "src/x/c/mod.ts",
    "src/x/d.ts",
    "src/x/e.ts",
  ]);
});

Deno.test("findCircles() finds two files, three files, and nothing in a tree", () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

  assert.deepEqual(findCircles(graph({ a: ["b"], b: ["a"], c: ["a"] })), [["a", "b"]]);
  assert.deepEqual(findCircles(graph({ a: ["b"], b: ["c"], c: ["a"], d: ["d"] })), [["a", "b", "c"], ["d"]]);
  assert.deepEqual(findCircles(graph({ a: ["b", "c"], b: ["c"], c: [] })), []);
});
