/** Finding the launcher, and the caller's variables through it. */

import assert from "node:assert/strict";
import { findLauncher } from "../../../src/drivers/launcher/find_launcher.ts";
import { parseDump } from "../../../src/drivers/launcher/read_variables.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { LAUNCHER_SCRIPT } from "../../../src/pipelines/core/launcher_script.ts";
import { sourceFlags } from "../../../src/wiring/permissions.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const FIXTURE = `${ROOT}tests/fixtures/launcher_runner.ts`;
const INSTALL = "showtime pipeline launcher > ~/.local/bin/showtime-run\nchmod +x ~/.local/bin/showtime-run";

async function inFolders(act: (first: string, second: string) => Promise<void> | void): Promise<void> {
  const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()] as const;
  try {
    await act(...folders);
  } finally {
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
}

async function install(folder: string, { text = LAUNCHER_SCRIPT, mode = 0o755 } = {}): Promise<void> {
  await Deno.writeTextFile(`${folder}/showtime-run`, text);
  await Deno.chmod(`${folder}/showtime-run`, mode);
}

function failureOf(path: string): AppError {
  try {
    findLauncher(path);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("it was found");
}

Deno.test("findLauncher() returns the first one on PATH, by its absolute path", async () => {
  await inFolders(async (first, second) => {
    await install(second);
    assert.equal(findLauncher(`relative::${first}:${second}/`), `${second}/showtime-run`);
    await install(first);
    assert.equal(findLauncher(`${first}:${second}`), `${first}/showtime-run`);
  });
});

Deno.test("findLauncher() says how to install a missing one: exit code 2", async () => {
  await inFolders((first) => {
    const error = failureOf(`.:${first}`);

    assert.deepEqual([error.code, error.exitCode], ["launcher_missing", 2]);
    assert.equal(error.message, "Looking for showtime-run: it is in no folder of PATH");
    assert.equal(error.hint, `Install it, in a folder of your PATH:\n${INSTALL}`);
  });
});

Deno.test("findLauncher() passes over one that is not executable, and names it if there is no other", async () => {
  await inFolders(async (first, second) => {
    await install(first, { mode: 0o644 });
    assert.equal(
      failureOf(`${first}:${second}`).message,
      `Looking for showtime-run: ${first}/showtime-run is not executable`,
    );
    await install(second);
    assert.equal(findLauncher(`${first}:${second}`), `${second}/showtime-run`);
  });
});

Deno.test("findLauncher() refuses another program of that name and an older script, and takes a newer one", async () => {
  await inFolders(async (folder) => {
    for (
      const [text, state] of [
        ["#!/bin/sh\necho hello\n", "is another program"],
        ["\x7fELF\0\0", "is another program"],
        [LAUNCHER_SCRIPT.replace("protocol 2.", "protocol 1."), "is of an older release"],
      ] as const
    ) {
      await install(folder, { text });
      const error = failureOf(folder);
      assert.deepEqual([error.code, error.exitCode], ["launcher_unusable", 2]);
      assert.equal(error.message, `Looking for showtime-run: ${folder}/showtime-run ${state}`);
    }
    await install(folder, { text: LAUNCHER_SCRIPT.replace("protocol 2.", "protocol 3.") });
    assert.equal(findLauncher(folder), `${folder}/showtime-run`);
  });
});

Deno.test("parseDump() keeps line breaks and =, and names values that are not UTF-8", () => {
  const bytes = new Uint8Array([
    ...new TextEncoder().encode("A=1\nB=2\0C==\0D=\0E="),
    0xff,
    0,
    70,
    61,
    0xc3,
    0xa9,
    0,
  ]);

  const { variables, unreadable } = parseDump(bytes);
  assert.deepEqual({ ...variables }, { A: "1\nB=2", C: "=", D: "", F: "é" });
  assert.deepEqual(unreadable, ["E"]);
});

/** Reads the variables as the program does, with no right but those of a release. */
async function variablesOf(script: string, env: Readonly<Record<string, string>>) {
  // A launcher must not lie where the program may write.
  const folder = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "showtime-launcher-" });
  try {
    await install(folder);
    const flags = ["run", "--quiet", `--config=${ROOT}deno.json`, ...sourceFlags(), FIXTURE, "variables"];
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${script} exec "$@"`, "sh", Deno.execPath(), ...flags],
      clearEnv: true,
      env: {
        PATH: `${folder}:${Deno.env.get("PATH") ?? ""}`,
        HOME: Deno.env.get("HOME") ?? "",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`,
        ...env,
      },
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.notEqual(said, "", new TextDecoder().decode(stderr));
    const read = JSON.parse(said);
    delete read.variables.DENO_DIR;
    return { ...read, path: `${folder}:${Deno.env.get("PATH") ?? ""}` };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("variables() are all that the caller has, also what the process may not read or has changed", async () => {
  const env = {
    HIDDEN: "x\ny",
    SHOWTIME_X: "=",
    TMPDIR: "/var/tmp/showtime-none",
    TRACEPARENT: "00-1",
    NPM_TOKEN: "secret",
    EMPTY: "",
  };
  const { variables, warnings, path } = await variablesOf("export LD_X=loader DYLD_Y=other;", env);

  const { PWD: _, OLDPWD: _old, SHLVL: _level, ...seen } = variables;
  assert.deepEqual(seen, {
    ...env,
    LD_X: "loader",
    DYLD_Y: "other",
    PATH: path,
    HOME: Deno.env.get("HOME"),
  });
  assert.deepEqual(warnings, []);
});

Deno.test("variables() leave out a value that is not UTF-8, with a warning", async () => {
  const { variables, warnings } = await variablesOf("export BAD=$(printf '\\377') GOOD=1;", {});

  assert.equal(variables.BAD, undefined);
  assert.equal(variables.GOOD, "1");
  assert.deepEqual(warnings, ["The variable BAD is left out: its value is not UTF-8"]);
});
