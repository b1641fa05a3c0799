/** The driver: what it passes on and how, and what it does when the machine refuses. */

import assert from "node:assert/strict";
import { commandLine, type LauncherSettings } from "../../../src/drivers/launcher/command_line.ts";
import { findOnPath } from "../../../src/drivers/launcher/find_launcher.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { markedProcesses, until, watchersOfThis } from "../../worlds/program/launcher_machine.ts";
import { runWatched } from "../../worlds/program/run_watched.ts";

const PATH = Deno.env.get("PATH") ?? "";
const SETTINGS: LauncherSettings = {
  path: new URL("../../../showtime-run", import.meta.url).pathname,
  launcherPath: PATH,
  setsid: findOnPath("setsid", PATH),
  graceSeconds: 20,
};

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly settings?: Partial<LauncherSettings>;
  readonly signal?: AbortSignal;
  readonly onText?: (text: string) => void;
}

async function run(argv: readonly string[], options: Options = {}) {
  const decoder = new TextDecoder();
  const end = await runWatched(
    {
      argv,
      cwd: options.cwd ?? "/",
      env: { PATH, ...options.env },
      onOutput: (bytes) => options.onText?.(decoder.decode(bytes)),
    },
    {
      settings: { ...SETTINGS, ...options.settings },
      signal: options.signal ?? new AbortController().signal,
    },
  );
  return end;
}

async function textOf(argv: readonly string[], options: Options = {}): Promise<string> {
  let text = "";
  await run(argv, { ...options, onText: (part) => text += part });
  return text;
}

async function failureOf(argv: readonly string[], options: Options = {}): Promise<AppError> {
  const error = await run(argv, options).then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof AppError, String(error));
  assert.equal(error.code, "program_failed");
  return error;
}

Deno.test("commandLine() starts the program directly if its PATH is the launcher's and no loader is told anything", () => {
  const line = commandLine({ argv: ["npm", "test"], env: { PATH: "/bin", A: "1" } }, {
    launcherPath: "/bin",
    setsid: undefined,
  });

  assert.deepEqual(line, { args: ["wait", "npm", "test"], env: { PATH: "/bin", A: "1" }, detached: true });
});

Deno.test("commandLine() carries PATH and the loader's variables as arguments, and no other variable", () => {
  const env = { PATH: "/other", LD_LIBRARY_PATH: "/lib", DYLD_X: "a=b", TOKEN: "secret" };
  const line = commandLine({ argv: ["npm"], env }, { launcherPath: "/bin", setsid: "/bin/setsid" });

  assert.deepEqual(line, {
    args: ["wait", "/bin/setsid", "--", "env", "LD_LIBRARY_PATH=/lib", "DYLD_X=a=b", "PATH=/other", "npm"],
    env: { PATH: "/bin", TOKEN: "secret" },
    detached: false,
  });
});

Deno.test("runProgram() gives a program exactly its variables, those of the loader too", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a=b`, '#!/bin/sh\necho "$1 $PATH $LD_X $DYLD_X"\n', { mode: 0o755 });

  const env = { PATH: folder, LD_X: "one", DYLD_X: "two" };
  assert.equal(await textOf(["a=b", "arg"], { env }), `arg ${folder} one two\n`);
  const all = await textOf(["env", "-0"], { env: { A: "1\n2", B: "" } });
  // The shell of the launcher says where it is.
  const names = all.split("\0").filter((entry) => entry !== "" && !/^(?:PWD|OLDPWD|SHLVL|_)=/.test(entry))
    .sort();
  assert.deepEqual(names, ["A=1\n2", "B=", `PATH=${PATH}`]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runProgram() looks for the program in the step's own PATH, which may be missing", async () => {
  assert.equal((await run(["env"], { env: { PATH: "/nowhere" } })).code, 127);
  const { PATH: _, ...none } = { PATH };
  let text = "";
  const request = { argv: ["env"], cwd: "/", env: none };
  await runWatched(
    { ...request, onOutput: (bytes) => text += new TextDecoder().decode(bytes) },
    { settings: SETTINGS },
  );
  assert.doesNotMatch(text, /^PATH=/m);
});

Deno.test("runProgram() passes on 20 MB of output", async () => {
  let bytes = 0;
  const end = await run(["head", "-c", "20000000", "/dev/zero"], { onText: (text) => bytes += text.length });

  assert.deepEqual([end.code, bytes], [0, 20_000_000]);
});

Deno.test("runProgram() does not wait for a process in a session of its own, which lives on", async () => {
  const mark = crypto.randomUUID();
  const cwd = await Deno.makeTempDir();
  const script = "setsid sh -c 'echo > up; exec sleep 600' & while ! [ -e up ]; do sleep 0.02; done";
  const end = await run(["sh", "-c", script], { cwd, env: { MARK: mark } });

  assert.equal(end.code, 0);
  const [escaped = 0, ...others] = await markedProcesses(mark);
  assert.notEqual(escaped, 0);
  assert.deepEqual(others, []);
  Deno.kill(escaped, "SIGKILL");
  await Deno.remove(cwd, { recursive: true });
  await until(async () => (await markedProcesses(mark)).length === 0);
});

Deno.test("runProgram() starts nothing if it was stopped before", async () => {
  const file = `${await Deno.makeTempDir()}/was-here`;
  const end = await run(["touch", file], { signal: AbortSignal.abort() });

  assert.deepEqual(end, { code: 143, signal: "SIGTERM" });
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});

Deno.test("runProgram() ends the program and throws what its caller throws about the output", async () => {
  const mark = crypto.randomUUID();
  const failure = new Error("the disk is full");
  const onText = () => {
    throw failure;
  };

  await assert.rejects(run(["sh", "-c", "echo hi; sleep 600"], { onText, env: { MARK: mark } }), failure);
  assert.deepEqual(await markedProcesses(mark), []);
});

for (const how of ["SIGKILL", "SIGSTOP"] as const) {
  Deno.test(`runProgram() ends a program although its watcher got ${how}`, async () => {
    const mark = crypto.randomUUID();
    const stop = new AbortController();
    const ran = run(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], {
      env: { MARK: mark },
      settings: { graceSeconds: 0, patienceMs: 300 },
      signal: stop.signal,
      async onText() {
        const watchers = await watchersOfThis();
        assert.equal(watchers.length, 1);
        for (const pid of watchers) Deno.kill(pid, how);
        stop.abort();
      },
    });

    assert.equal((await ran).signal, "SIGKILL");
    for (const pid of await watchersOfThis()) Deno.kill(pid, "SIGCONT");
    await until(async () => (await watchersOfThis()).length === 0);
    await until(async () => (await markedProcesses(mark)).length === 0);
  });
}

Deno.test("runProgram() says which folder is gone", async () => {
  const error = await failureOf(["true"], { cwd: "/no/such/folder" });

  assert.equal(error.message, 'Starting "true": the folder /no/such/folder does not exist');
});

Deno.test("runProgram() says that arguments or variables are too long, and shows none", async () => {
  const long = "secret".repeat(100_000);
  for (const options of [{ argv: ["echo", long], env: {} }, { argv: ["echo"], env: { TOKEN: long } }]) {
    const error = await failureOf(options.argv, options);

    assert.equal(
      error.message,
      'Starting "echo": its arguments and variables are longer than this system takes',
    );
  }
});

Deno.test("runProgram() says that a zero byte is in an argument or a variable", async () => {
  for (const options of [{ argv: ["echo", "a\0b"], env: {} }, { argv: ["echo"], env: { A: "a\0b" } }]) {
    const error = await failureOf(options.argv, options);

    assert.match(error.message, /^Starting "echo": an argument or a variable has a zero byte in it/);
  }
});

Deno.test("runProgram() says that the launcher was removed during a build", async () => {
  const error = await failureOf(["true"], { settings: { path: "/no/such/showtime-run" } });

  assert.equal(error.message, 'Starting "true": /no/such/showtime-run cannot be started any more');
});

Deno.test("runProgram() says that too many files are open", async () => {
  const script = `
    import { runWatched } from "${new URL("../../worlds/program/run_watched.ts", import.meta.url)}";
    const files = [];
    try { for (;;) files.push(Deno.openSync("/dev/null")); } catch { files.pop()?.close(); }
    const request = { argv: ["true"], cwd: "/", env: {}, onOutput() {} };
    const settings = { path: "${SETTINGS.path}", launcherPath: "${PATH}", setsid: undefined, graceSeconds: 0 };
    try { await runWatched(request, { settings }); } catch (e) { console.log(e.message); }
  `;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 256; exec "$0" eval --quiet "$1"', Deno.execPath(), script],
  }).output();

  assert.equal(new TextDecoder().decode(stdout), 'Starting "true": too many files are open\n');
});
