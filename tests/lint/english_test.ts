import assert from "node:assert/strict";
import { type EnglishFinding, findInTitles, findOpenings, findPhrases } from "./english.ts";
import { ROOT } from "./rooms.ts";

async function* filesUnder(folder: string, ending: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesUnder(path, ending);
    else if (entry.name.endsWith(ending)) yield path;
  }
}

async function findIn(
  folder: string,
  ending: string,
  find: (text: string) => readonly EnglishFinding[],
): Promise<readonly string[]> {
  const found: string[] = [];
  let files = 0;
  for await (const path of filesUnder(folder, ending)) {
    if (path === "tests/lint/english_test.ts") continue;
    files += 1;
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    found.push(...find(text).map(({ line, problem }) => `${path}:${line}: ${problem}`));
  }
  assert.ok(files > 0);
  return found.sort();
}

Deno.test("no docstring of src begins with a word that decides nothing", async () => {
  assert.deepEqual(await findIn("src", ".ts", findOpenings), []);
});

Deno.test("no source has a phrase that readers must decode", async () => {
  assert.deepEqual(await findIn("src", ".ts", findPhrases), []);
});

Deno.test("no title of a test has a phrase that readers must decode", async () => {
  assert.deepEqual(await findIn("tests", "_test.ts", findInTitles), []);
});

Deno.test("no page has a phrase that readers must decode", async () => {
  const pages = ["README.md", "ARCHITECTURE.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"];
  const found = await findIn("docs", ".md", findPhrases);
  for (const page of pages) {
    const text = await Deno.readTextFile(`${ROOT}${page}`);
    assert.deepEqual(findPhrases(text).map(({ line, problem }) => `${page}:${line}: ${problem}`), []);
  }
  assert.deepEqual(found, []);
});

Deno.test("findOpenings() reports each opening, and Whether where no boolean follows", () => {
  const source = [
    "/** What a run says. */\nexport const A = 1;",
    "/**\n * Tells who holds it.\n */\nexport function b(): string {",
    "/** Whether it is there. */\nexport function c(): boolean {",
    "/** Whether it is there. */\nreadonly d: boolean;",
    "/** Whether it is there. */\nreadonly e: string;",
    "/** The lease of a lock. */\nexport interface F {",
  ].join("\n");

  assert.deepEqual(findOpenings(source).map(({ line }) => line), [1, 3, 11]);
});

Deno.test("findPhrases() and findInTitles() report a phrase with its line", () => {
  assert.deepEqual(findPhrases("a label of ours\nfine\nthere Is None"), [
    { line: 1, problem: '"of ours"' },
    { line: 3, problem: '"Is None"' },
  ]);
  assert.deepEqual(findInTitles('Deno.test("nothing comes of it", () => {});\nconst of = "of ours";'), [
    { line: 1, problem: '"comes of"' },
  ]);
});
