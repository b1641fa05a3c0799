import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

async function* filesUnder(path: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(path, ROOT))) {
    if (entry.isDirectory) yield* filesUnder(`${path}${entry.name}/`);
    else yield `${path}${entry.name}`;
  }
}

async function list(path: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of filesUnder(path)) files.push(file);
  return files.sort();
}

interface Manifest {
  readonly imports: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(await read("deno.json"));

Deno.test("every mod.ts opens by saying what its room is for", async () => {
  const doors = (await list("src/")).filter((path) => path.endsWith("/mod.ts"));
  const silent: string[] = [];
  for (const path of doors) if (!(await read(path)).startsWith("/**\n * ")) silent.push(path);

  assert.ok(doors.length > 0);
  assert.deepEqual(silent, []);
});

Deno.test("every driver has a mod.ts, its only door", async () => {
  const files = await list("src/drivers/");
  const drivers = new Set(files.map((path) => path.split("/")[2] ?? ""));
  const closed = [...drivers].filter((name) => !files.includes(`src/drivers/${name}/mod.ts`));

  assert.ok(drivers.size > 0);
  assert.deepEqual(closed, []);
});

Deno.test("deno.json pins every package to one version", () => {
  const loose = Object.values(manifest.imports).filter((it) =>
    !/^npm:(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+$/.test(it)
  );

  assert.deepEqual(loose, []);
});

Deno.test("workflows pin every action by commit and start without rights", async () => {
  const workflows = (await list(".github/workflows/")).filter((path) => /\.ya?ml$/.test(path));
  const loose: string[] = [];
  for (const path of workflows) {
    const text = await read(path);
    assert.match(text, /^permissions:/m, `${path} says nothing about its rights`);
    for (const [line, action] of text.matchAll(/uses:\s*(\S+)/g)) {
      if (!action?.startsWith("./") && !/@[0-9a-f]{40}$/.test(action ?? "")) loose.push(`${path}: ${line}`);
    }
  }

  assert.ok(workflows.length > 0);
  assert.deepEqual(loose, []);
});

Deno.test("the documentation names only tasks that exist", async () => {
  const files = [...await list(".github/"), ...await list("docs/")];
  const pages = ["README.md", ...files.filter((path) => path.endsWith(".md"))];
  const wrong: string[] = [];
  for (const path of pages) {
    for (const [, task] of (await read(path)).matchAll(/\bdeno(?:@[\d.]+)? task ([a-z:]+)/g)) {
      if (task !== undefined && !(task in manifest.tasks)) wrong.push(`${path}: deno task ${task}`);
    }
  }

  assert.ok(pages.length > 0);
  assert.deepEqual(wrong, []);
});
