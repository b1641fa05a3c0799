/** The script by itself. */

import assert from "node:assert/strict";
import {
  LAUNCHER_PROTOCOL,
  LAUNCHER_SCRIPT,
  parseLauncherProtocol,
} from "../../../src/pipelines/core/launcher_script.ts";
import {
  findProgram,
  LAUNCHER_KINDS,
  makeLauncherMachine,
  markedProcesses,
  until,
} from "../../worlds/program/launcher_machine.ts";
import { converse } from "../../worlds/program/interactive_shell.ts";
import { part } from "../../worlds/require.ts";

const shells = await part("shells");
const shellcheck = await part("shellcheck");
const script = await part("script");
const FILE = new URL("../../../showtime-run", import.meta.url);

Deno.test("LAUNCHER_SCRIPT is the executable file at the top of the repository", async () => {
  assert.equal(LAUNCHER_SCRIPT, await Deno.readTextFile(FILE));
  assert.equal(parseLauncherProtocol(LAUNCHER_SCRIPT), LAUNCHER_PROTOCOL);
  assert.equal(((await Deno.stat(FILE)).mode ?? 0) & 0o111, 0o111);
});

shellcheck.test("shellcheck finds nothing in showtime-run", async () => {
  const { stdout } = await new Deno.Command("shellcheck", { args: ["--shell=sh", FILE.pathname] }).output();

  assert.equal(new TextDecoder().decode(stdout), "");
});

for (const kind of LAUNCHER_KINDS) {
  shells.test(`showtime-run under ${kind.title} refuses wrong usage with one line and code 125`, async () => {
    await using machine = await makeLauncherMachine(kind);
    for (
      const args of [[], ["1"], ["true"], ["-1", "true"], ["0.5", "true"], ["010", "true"], ["1s", "true"]]
    ) {
      const { code, stdout, stderr } = await new Deno.Command(machine.settings.path, { args }).output();

      assert.equal(code, 125, args.join(" "));
      assert.equal(new TextDecoder().decode(stdout), "");
      assert.match(new TextDecoder().decode(stderr), /^showtime-run: usage: [^\n]*\n$/);
    }
  });

  shells.test(`showtime-run under ${kind.title} closes the program's output when the program ends`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const mark = crypto.randomUUID();
    const child = new Deno.Command(machine.settings.path, {
      args: ["1", "sh", "-c", "echo out; echo err >&2"],
      env: { PATH: machine.settings.launcherPath, MARK: mark },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();

    // The watcher still waits for the end of its input.
    const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    assert.deepEqual(await Promise.all(texts), ["out\n", "err\n"]);
    assert.equal((await child.status).code, 0);
    assert.equal((await markedProcesses(mark)).length, 1);
    await child.stdin.close();
    await until(async () => (await markedProcesses(mark)).length === 0);
  });

  shells.test(`showtime-run under ${kind.title} ends a program whose runner closes the pipe at once`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const mark = crypto.randomUUID();
    for (let at = 0; at < 30; at++) {
      const child = new Deno.Command(machine.settings.path, {
        args: ["0", "sleep", "600"],
        env: { PATH: machine.settings.launcherPath, MARK: mark },
        stdin: "null",
      }).spawn();
      assert.notEqual((await child.status).code, 0);
    }
    await until(async () => (await markedProcesses(mark)).length === 0);
  });

  shells.test(`showtime-run under ${kind.title} starts no program that its runner did not let begin`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const child = new Deno.Command(machine.settings.path, {
      args: ["wait", "touch", `${machine.folder}/was-here`],
      env: { PATH: machine.settings.launcherPath },
      stdin: "piped",
    }).spawn();
    // As the end of the runner does.
    await child.stdin.close();

    assert.equal((await child.status).code, 125);
    await assert.rejects(Deno.stat(`${machine.folder}/was-here`), Deno.errors.NotFound);
  });

  shells.test(`showtime-run under ${kind.title} watches many groups, and ends the rest with its input`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const { path, launcherPath } = machine.settings;
    const mark = crypto.randomUUID();
    const sleeper = async (script: string) => {
      const child = new Deno.Command("sh", {
        args: ["-c", `${script}; echo ready; while :; do sleep 0.05; done`],
        env: { MARK: mark },
        detached: true,
        stdin: "null",
        stdout: "piped",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      await reader.cancel();
      return child;
    };
    const [first, second, third] = [
      await sleeper("trap '' TERM"),
      await sleeper(":"),
      await sleeper("trap '' TERM"),
    ];
    const watcher = new Deno.Command(path, {
      args: ["watch", "1"],
      env: { PATH: launcherPath, MARK: mark },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const orders = watcher.stdin.getWriter();
    const answers = watcher.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const say = (text: string) => orders.write(new TextEncoder().encode(text));

    assert.equal((await answers.read()).value, "ready\n");
    await say([first, second, third].map(({ pid }) => `start ${pid}\n`).join(""));
    // The first one needs the grace. The second one does not wait for it.
    await say(`end ${first.pid}\nend ${second.pid}\n`);
    assert.equal((await answers.read()).value, `${second.pid}\n`);
    assert.equal((await second.status).signal, "SIGTERM");
    assert.equal((await answers.read()).value, `${first.pid}\n`);
    assert.equal((await first.status).signal, "SIGKILL");
    assert.equal((await markedProcesses(mark)).includes(third.pid), true);

    await orders.close();
    assert.equal((await third.status).signal, "SIGKILL");
    await answers.cancel();
    assert.equal((await watcher.status).code, 0);
    await until(async () => (await markedProcesses(mark)).length === 0);
  });

  shells.test(`showtime-run under ${kind.title} runs a program also as the leader of a group`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const child = new Deno.Command(await findProgram("setsid"), {
      args: [machine.settings.path, "0", "sh", "-c", "exit 7"],
      env: { PATH: machine.settings.launcherPath },
      stdin: "piped",
    }).spawn();

    assert.equal((await child.status).code, 7);
    await child.stdin.close();
  });

  if (shells.missing !== undefined) continue;
  script.test(`showtime-run under ${kind.title} leaves the terminal to its runner`, async () => {
    await using machine = await makeLauncherMachine(kind);
    // The runner is in the foreground before and after. A program that asks the terminal for input gets none, and goes on.
    await Deno.writeTextFile(
      `${machine.folder}/runner`,
      [
        'front() { ps -o tpgid= -o pgid= -p $$ | { read -r a b; [ "$a" = "$b" ] && echo in front; }; }',
        `mkfifo input; exec 3<>input; front`,
        `PATH=${machine.settings.launcherPath} ./showtime-run 0 sh -c \\`,
        `  'head -c 1 /dev/tty && echo typed; echo no input; exit 7' <input 3>&-`,
        'echo "code $?"; front',
      ].join("\n"),
    );
    const screen = await converse("bash runner", {
      exchanges: [],
      cwd: machine.folder,
      env: { PATH: Deno.env.get("PATH") ?? "" },
    });

    assert.match(screen, /in front[^]*no input[^]*code 7[^]*in front/);
    assert.doesNotMatch(screen, /typed/);
  });
}
