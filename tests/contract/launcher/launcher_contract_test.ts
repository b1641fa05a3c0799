/** The launcher on real processes, under each shell: through its driver, and started by hand. */

import assert from "node:assert/strict";
import type { ProgramEnd } from "../../../src/pipelines/ports/programs.ts";
import {
  LAUNCHER_KINDS,
  type LauncherMachine,
  makeLauncherMachine,
  markedProcesses,
} from "../../worlds/program/launcher_machine.ts";
import { runByHand } from "../../worlds/program/run_by_hand.ts";
import { runWatched } from "../../worlds/program/run_watched.ts";
import { part, SYSTEM_PYTHON } from "../../worlds/require.ts";

const shells = await part("shells");

interface Ran extends ProgramEnd {
  readonly out: string;
  readonly err: string;
  /** The processes that are left, by number. */
  readonly left: readonly number[];
}

/** A machine, and how a program is started there. */
interface Place extends Pick<LauncherMachine, "settings" | "folder"> {
  readonly start: typeof runWatched;
}

/** Runs a program to its end. `stopAt` is the output that brings the order to end it. */
async function run(
  { settings, folder, start }: Place,
  argv: readonly string[],
  { stopAt, graceSeconds = 20, env = {} }: {
    readonly stopAt?: string;
    readonly graceSeconds?: number;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Ran> {
  const mark = crypto.randomUUID();
  const stop = new AbortController();
  const decoder = new TextDecoder();
  const text = { stdout: "", stderr: "" };
  const end = await start(
    {
      argv,
      cwd: folder,
      env: { PATH: settings.launcherPath, MARK: mark, ...env },
      onOutput(bytes, stream) {
        text[stream] += decoder.decode(bytes);
        if (stopAt !== undefined && text.stdout.includes(stopAt)) stop.abort();
      },
    },
    { settings: { ...settings, graceSeconds }, signal: stop.signal },
  );
  return { ...end, out: text.stdout, err: text.stderr, left: await markedProcesses(mark) };
}

const sh = (script: string) => ["sh", "-c", script];
const python = (script: string) => [SYSTEM_PYTHON, "-c", script];

const WAYS = [
  ...LAUNCHER_KINDS.map((kind) => ({ kind, how: "started by hand", start: runByHand })),
  ...LAUNCHER_KINDS.map((kind) => ({
    kind,
    how: "and its driver",
    start: runWatched,
  })),
];

for (const { kind, how, start } of WAYS) {
  const test = (title: string, act: (place: Place) => Promise<void>) =>
    shells.test(`the launcher ${how}, under ${kind.title}, ${title}`, async () => {
      await using machine = await makeLauncherMachine(kind);
      const { settings, folder } = machine;
      await act({ settings, folder, start });
    });

  test("passes on the code, both streams, the arguments and the folder, and gives no input", async (machine) => {
    const script = 'cat; printf "%s|" "$@"; pwd; echo bad >&2; exit 7';
    const ran = await run(machine, [...sh(script), "x", "a b", "", "$HOME", "-n"]);

    const folder = await Deno.realPath(machine.folder);
    assert.deepEqual([ran.code, ran.signal, ran.out, ran.err], [
      7,
      undefined,
      `a b||$HOME|-n|${folder}\n`,
      "bad\n",
    ]);
    assert.deepEqual(ran.left, []);
  });

  test("tells which signal ended a program", async (machine) => {
    const ran = await run(machine, sh("kill -9 $$"));

    assert.deepEqual([ran.code, ran.signal, ran.err], [137, "SIGKILL", ""]);
  });

  test("says that a program is missing, or cannot be executed", async (machine) => {
    await Deno.writeTextFile(`${machine.folder}/text`, "no program\n");

    const missing = await run(machine, ["no-such-program"]);
    assert.equal(missing.code, 127);
    assert.match(missing.err, /no-such-program/);
    assert.equal((await run(machine, ["./text"])).code, 126);
  });

  test("lets a program end by its own handler of TERM", async (machine) => {
    const ran = await run(
      machine,
      sh('trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.05; done'),
      {
        stopAt: "ready",
      },
    );

    assert.deepEqual([ran.code, ran.out, ran.left], [3, "ready\nbye\n", []]);
  });

  for (const graceSeconds of [0, 1]) {
    test(`kills a program that ignores TERM after a grace of ${graceSeconds} s`, async (machine) => {
      const ran = await run(machine, sh('trap "" TERM; echo ready; while :; do sleep 0.05; done'), {
        stopAt: "ready",
        graceSeconds,
      });

      assert.deepEqual([ran.code, ran.signal, ran.left], [137, "SIGKILL", []]);
    });
  }

  test("ends the grandchildren of a program that is stopped, also those that ignore TERM", async (machine) => {
    const script = '(trap "" TERM; sh -c "echo ready; while :; do sleep 0.05; done") & sleep 60 & wait';
    const ran = await run(machine, sh(script), { stopAt: "ready", graceSeconds: 1 });

    assert.deepEqual([ran.signal, ran.left], ["SIGTERM", []]);
  });

  test("ends what a program leaves behind in its group before it returns", async (machine) => {
    const ran = await run(machine, sh("sleep 60 >/dev/null 2>&1 & sh -c 'sleep 60' & exit 0"));

    assert.deepEqual([ran.code, ran.left], [0, []]);
  });

  test("does not wait for the dead that no process takes notice of, as in a container without init", async (machine) => {
    const { path, launcherPath } = machine.settings;
    // This process is the parent of all orphans. The program leaves a child that ends by TERM and stays dead in its group.
    const script = [
      "import ctypes, os, subprocess, sys",
      "ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)",
      "p = subprocess.Popen([sys.argv[1], '3600', 'sh', '-c', 'sleep 600 & exit 0'], stdin=subprocess.PIPE)",
      "os.waitpid(p.pid, 0)",
      "try:",
      "  while True: os.write(p.stdin.fileno(), b'\\n' * 65536)",
      "except BrokenPipeError: print('gone', flush=True)",
      "os._exit(0)",
    ].join("\n");
    const { stdout, stderr } = await new Deno.Command(SYSTEM_PYTHON, {
      args: ["-c", script, path],
      env: { PATH: launcherPath },
    }).output();

    assert.equal(new TextDecoder().decode(stdout), "gone\n", new TextDecoder().decode(stderr));
  });

  test("gives a program the signals as they are by default", async (machine) => {
    const ran = await run(
      machine,
      python(
        "import signal as s\n" +
          "print([s.getsignal(x) == s.SIG_DFL for x in (s.SIGQUIT, s.SIGTERM, s.SIGHUP, s.SIGCHLD, s.SIGTSTP)])\n" +
          "print(s.getsignal(s.SIGINT) is s.default_int_handler)",
      ),
    );

    assert.equal(ran.out, `[${"True, ".repeat(4)}True]\nTrue\n`);
  });

  test("gives a program no child to wait for and no pipe but its own", async (machine) => {
    const ran = await run(
      machine,
      python(
        "import os\n" +
          "try: print('child', os.wait())\n" +
          "except ChildProcessError: print('no child')\n" +
          "print(sum(os.readlink(f'/proc/self/fd/{n}').startswith('pipe:') for n in (0, 1, 2, 3)" +
          " if os.path.exists(f'/proc/self/fd/{n}')))\n" +
          "print(os.getpgid(0) == os.getpid())",
      ),
    );

    assert.equal(ran.out, "no child\n2\nTrue\n");
  });

  test("changes no variable of a program", async (machine) => {
    const env = {
      group: "g",
      turns: "t",
      line: "l",
      stat: "s",
      fields: "f",
      after: "a",
      NL: "1\n2",
      EQ: "=a=",
    };
    const ran = await run(machine, python("import os, json; print(json.dumps(dict(os.environ)))"), { env });

    const seen = JSON.parse(ran.out);
    assert.deepEqual(Object.fromEntries(Object.keys(env).map((name) => [name, seen[name]])), env);
  });

  test("starts a program whose name is one of the script's own words", async (machine) => {
    for (const name of ["hit", "fail", "-x"]) {
      await Deno.writeTextFile(`${machine.folder}/${name}`, "#!/bin/sh\necho me\n", { mode: 0o755 });
      const env = { PATH: `${machine.folder}:${machine.settings.launcherPath}` };

      assert.equal((await run(machine, [name], { env })).out, "me\n", name);
    }
  });

  test("leaves no process after 100 programs", async (machine) => {
    const mark = crypto.randomUUID();
    for (let at = 0; at < 100; at++) {
      const request = { argv: ["true"], cwd: "/", env: { PATH: machine.settings.launcherPath, MARK: mark } };
      const end = await start({ ...request, onOutput: () => undefined }, machine);
      assert.equal(end.code, 0);
    }

    assert.deepEqual(await markedProcesses(mark), []);
  });
}
