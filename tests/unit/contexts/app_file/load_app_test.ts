import assert from "node:assert/strict";
import { loadApp, type LoadedApp } from "../../../../src/contexts/app/load_app.ts";
import { AppError } from "../../../../src/lib/errors.ts";

interface Options {
  readonly basesDir?: string | undefined;
  readonly asOriginal?: boolean;
}

/** Loads `app.yaml` of a few files by path. */
function load(files: Readonly<Record<string, string>>, options: Options = {}): Promise<LoadedApp> {
  return loadApp({ app: "app.yaml", basesDir: "bases", ...options }, {
    read: (path) => Promise.resolve(files[path]),
  });
}

async function namesOf(loading: Promise<LoadedApp>): Promise<readonly string[]> {
  return (await loading).bases.map(({ name }) => name);
}

async function problems(loading: Promise<LoadedApp>): Promise<readonly string[]> {
  try {
    await loading;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message.split("\n").map((line) => line.trim()).slice(1);
  }
  return [];
}

Deno.test("bases load in the order of the list, each after its own bases, and once", async () => {
  const files = {
    "app.yaml": "bases: [b1.yaml, deep/b2.yaml, ./b3.yaml]\n",
    "bases/b1.yaml": "bases: [common.yaml]\n",
    "bases/deep/b2.yaml": "bases: [common.yaml, b3.yaml]\n",
    "bases/b3.yaml": "a: 1\n",
    "bases/common.yaml": "",
  };
  assert.deepEqual(await namesOf(load(files)), [
    "bases/common.yaml",
    "bases/b1.yaml",
    "bases/b3.yaml",
    "bases/deep/b2.yaml",
  ]);
  assert.equal((await load(files)).app.name, "app.yaml");
});

Deno.test("as in the original, only the app file names bases, and one may stand twice", async () => {
  const files = { "app.yaml": "bases: [a, b, a]\n", "bases/a": "bases: [c]\n", "bases/b": "bases: [b]\n" };
  assert.deepEqual(await namesOf(load(files, { asOriginal: true })), ["bases/a", "bases/b", "bases/a"]);
  assert.deepEqual(await namesOf(load({ "app.yaml": "bases: a\n" }, { asOriginal: true })), []);
});

Deno.test("bases that name each other in a circle are an error with the way around", async () => {
  const files = {
    "app.yaml": "bases:\n- a.yaml\n",
    "bases/a.yaml": "x: 1\nbases: [b.yaml]\n",
    "bases/b.yaml": "bases:\n- c.yaml\n- a.yaml\n",
    "bases/c.yaml": "bases: [c.yaml]\n",
  };
  assert.deepEqual(await problems(load(files)), [
    "bases/c.yaml:1: bases[0]: the bases name each other in a circle: c.yaml -> c.yaml; remove one of them",
    "bases/b.yaml:3: bases[1]: the bases name each other in a circle: a.yaml -> b.yaml -> a.yaml; remove one of them",
  ]);
});

Deno.test("a name that leads out of the folder is refused before anything is read", async () => {
  const names = [
    "../x.yaml",
    "a/../../x",
    "/etc/passwd",
    "C:\\x",
    "c:/x",
    "..\\x",
    "a\\b",
    '"a\\0b"',
    "..",
    "'.'",
    "''",
    "5",
  ];
  const app = `bases:\n${names.map((name) => `- ${name}\n`).join("")}`;
  const read: string[] = [];
  const loading = loadApp({ app: "app.yaml", basesDir: "bases" }, {
    read(path) {
      read.push(path);
      return Promise.resolve(path === "app.yaml" ? app : "a: 1");
    },
  });
  const found = await problems(loading);
  assert.deepEqual(read, ["app.yaml"]);
  assert.equal(found.length, names.length);
  assert.equal(
    found[0],
    'app.yaml:2: bases[0]: "../x.yaml" leads out of the folder of bases; name a file inside of the folder of bases',
  );
});

Deno.test("all problems of all files come at once, each with its line", async () => {
  const files = {
    "app.yaml": "bases:\n- broken.yaml\n- absent.yaml\n- text.yaml\n- twice.yaml\n- twice.yaml\n",
    "bases/broken.yaml": "a: 1\nb: [\n",
    "bases/text.yaml": "a: 1\nbases: other.yaml\n",
    "bases/twice.yaml": "a: .nan\n",
  };
  const found = await problems(load(files));
  assert.deepEqual(found.slice(1), [
    "app.yaml:3: bases[1]: there is no file bases/absent.yaml; correct the name, or the folder given with --bases",
    "bases/text.yaml:2: bases: expected a list of files, found a text; write [first.yaml, second.yaml]",
    'bases/twice.yaml:1: `.nan` is not a finite number: write ".nan" to make it a text; correct the YAML there',
    'app.yaml:6: bases[4]: "twice.yaml" is in this list twice; keep the entry at the place that counts',
  ]);
  assert.match(found[0] ?? "", /^bases\/broken.yaml:3: /);
});

Deno.test("a missing app file and a missing folder of bases are errors that say what to give", async () => {
  await assert.rejects(load({}), { code: "app_missing", exitCode: 2, hint: /--app/ });
  await assert.rejects(load({ "app.yaml": "bases: [a]\n" }, { basesDir: undefined }), {
    code: "bases_dir_missing",
    exitCode: 2,
    hint: /--bases/,
  });
  assert.deepEqual(await namesOf(load({ "app.yaml": "a: 1\n" }, { basesDir: undefined })), []);
});
