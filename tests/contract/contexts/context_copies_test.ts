import assert from "node:assert/strict";
import fc from "fast-check";
import type { CopySettings } from "../../../src/contexts/core/settings.ts";
import type { ValueMap } from "../../../src/contexts/core/tree/value.ts";
import { makeClock } from "../../../src/drivers/system/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeContextCopies, makeContextStore } from "../../../src/wiring/contexts/context_stores.ts";
import { startRedis } from "../../worlds/contexts/redis_server.ts";
import { ID, NEVER, treeWith } from "../../worlds/contexts/store_world.ts";
import { part } from "../../worlds/require.ts";

const redis = await part("redis");

/** Writes one copy. */
async function writeCopy(settings: CopySettings, tree: ValueMap): Promise<readonly string[]> {
  const options = { clock: makeClock(), keep: 50, actor: "ana" };
  const [copy] = await makeContextCopies([settings], options);
  assert.ok(copy !== undefined);
  return await copy.write({ id: ID, tree }, NEVER);
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "showtime-copies-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const SHELL = { kind: "shellfile", excludeKeyNames: [] } as const;

Deno.test("copies in files are written as the original writes them, in folders that are made", async () => {
  await inFolder(async (folder) => {
    const tree = treeWith('"é"');
    const frame = "cicdContextDataId";
    const written: readonly (readonly [CopySettings, string])[] = [
      [{ kind: "idfile", path: `${folder}/a/id` }, ID],
      [
        { kind: "jsonfile", path: `${folder}/b/c.json` },
        `{\n  "state": {\n    "${frame}": "ctx-1",\n` +
        `    "cicdContextName": "stage",\n    "data": "\\u00e9"\n  }\n}`,
      ],
      [
        { kind: "yamlfile", path: `${folder}/c.yaml` },
        `state:\n  ${frame}: ctx-1\n  cicdContextName: stage\n` +
        `  data: "\\xE9"\n`,
      ],
      [
        { ...SHELL, path: `${folder}/c.sh` },
        `CICD_state__${frame}="ctx-1"\nCICD_state__cicdContextName="stage"\n` +
        `CICD_state__data="é"\n`,
      ],
    ];
    for (const [settings, text] of written) {
      assert.ok("path" in settings);
      assert.deepEqual(await writeCopy(settings, treeWith("1")), []);
      assert.deepEqual(await writeCopy(settings, tree), []);
      assert.equal(await Deno.readTextFile(settings.path), text);
      assert.equal(((await Deno.stat(settings.path)).mode ?? 0) & 0o777, 0o600);
    }
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(names, ["a", "b", "c.sh", "c.yaml"]);
  });
});

Deno.test("what a shell file leaves out is a warning of the copy", async () => {
  await inFolder(async (folder) => {
    const warnings = await writeCopy({ ...SHELL, path: `${folder}/c.sh` }, treeWith('{"a-b": 1, "a.b": 2}'));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^state\.data\["a\.b"\] is left out/);
  });
});

Deno.test("a copy that cannot be written is exit code 5, and leaves no half of a file", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/is-folder`);
    await Deno.writeTextFile(`${folder}/is-file`, "");
    for (
      const [path, words] of [["is-folder", /folder/], [
        "is-file/c.sh",
        /part of its path is a file/,
      ]] as const
    ) {
      const settings = { ...SHELL, path: `${folder}/${path}` };
      await assert.rejects(writeCopy(settings, treeWith("1")), (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual([error.code, error.exitCode], ["copy_unwritable", 5]);
        assert.match(error.message, words);
        return true;
      });
    }
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(names, ["is-file", "is-folder"]);
  });
});

/** Values that a shell would expand, run or cut. */
const HARD = [
  "$(touch ran)",
  "`touch ran`",
  '"; touch ran; "',
  "\\",
  "\\\\",
  "a\\",
  "\\\n",
  "'",
  "$HOME",
  "${HOME}",
  "$((1+1))",
  "\n\n",
  "a\nb\n",
  "!x",
  "#",
  "~",
  "*",
  "é\u{1f600}\u0085\u2028",
  "\r\n",
  "\t ",
  "\u0001\u0002\u007f\u0081\u0088",
  "$'a'",
  '\\"$(touch ran)\\"',
  'EOF\n"\ntouch ran\n',
];

for (const shell of ["dash", "bash"]) {
  for (const locale of ["C", "C.UTF-8"]) {
    Deno.test(`${shell} reads every value of a shell file as it is, and runs nothing (${locale})`, async () => {
      await inFolder(async (folder) => {
        const text = fc.oneof(
          fc.string({ unit: fc.constantFrom(..."$`\"'\\\n !(){}#;&|ab\r\t") }),
          fc.string({ unit: "binary" }).map((each) => each.toWellFormed().replaceAll("\0", "")),
          fc.constantFrom(...HARD),
        );
        const values = [...HARD, ...fc.sample(text, { numRuns: 500, seed: 7 })].filter((each) => each !== "");
        const entries = values.map((each, index): [string, string] => [`k${index}`, each]);
        await writeCopy({ ...SHELL, path: `${folder}/c.sh` }, new Map(entries));
        const names = values.map((_, index) => `"$CICD_k${index}"`);
        const { stdout, stderr, success } = await new Deno.Command(shell, {
          args: ["-c", `. ./c.sh && printf '%s\\0' ${names.join(" ")}`],
          cwd: folder,
          clearEnv: true,
          env: { PATH: Deno.env.get("PATH") ?? "", HOME: "/nowhere", LC_ALL: locale },
        }).output();
        assert.equal(new TextDecoder().decode(stderr), "");
        assert.ok(success);
        assert.deepEqual(
          new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout).split("\0").slice(0, -1),
          values,
        );
        assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["c.sh"]);
      });
    });
  }
}

Deno.test("a copy in SQLite takes each version as one of its own", async () => {
  await inFolder(async (folder) => {
    const settings = { kind: "sqlite", path: `${folder}/copy.db` } as const;
    for (const data of ["1", "2"]) await writeCopy(settings, treeWith(data));
    const store = await makeContextStore(settings, { clock: makeClock(), keep: 50 });
    const read = await store.read(ID, NEVER);
    await store.close();
    assert.deepEqual([read?.newest.version, read?.newest.actor, read?.tree], [2, "ana", treeWith("2")]);
  });
});

redis.test("a copy in Redis is the text of the original, and one that is gone is exit code 5", async () => {
  const server = await startRedis();
  const settings = { kind: "redis", url: server.url } as const;
  await writeCopy(settings, treeWith("1"));
  assert.match(await server.command("GET", ID), /^state:\n/);
  await server[Symbol.asyncDispose]();
  await assert.rejects(writeCopy(settings, treeWith("2")), (error) => {
    assert.ok(error instanceof AppError);
    assert.deepEqual([error.code, error.exitCode], ["copy_unwritable", 5]);
    return true;
  });
});
