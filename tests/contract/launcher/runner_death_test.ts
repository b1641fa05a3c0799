/** What happens to programs when the process that runs them is killed. */

import assert from "node:assert/strict";
import {
  commandOf,
  findProgram,
  LAUNCHER_KINDS,
  type LauncherMachine,
  makeLauncherMachine,
  markedProcesses,
  until,
} from "../../worlds/program/launcher_machine.ts";
import { part } from "../../worlds/require.ts";

const shells = await part("shells");
const FIXTURE = new URL("../../fixtures/launcher_runner.ts", import.meta.url).pathname;

/** A program that ignores TERM, with a child that does so too. */
const STUBBORN =
  'trap "" TERM; sh -c "while :; do sleep 0.05; done" & echo ready; while :; do sleep 0.05; done';

/** The ways of the fixture to run a program. */
const WAYS = ["run", "hand"] as const;

/** Starts a runner as the leader of its own process group, with a program that has said that it is ready. */
async function startRunner(
  { folder, settings }: LauncherMachine,
  { mark, way }: { readonly mark: string; readonly way: typeof WAYS[number] },
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(await findProgram("setsid"), {
    args: [Deno.execPath(), "run", "--quiet", "--no-check", "-A", FIXTURE, way, "1", "sh", "-c", STUBBORN],
    env: { PATH: `${folder}:${settings.launcherPath}`, MARK: mark },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "ready\n");
  reader.releaseLock();
  // By hand and without setsid it starts beside the program.
  if (way === "hand" && settings.setsid === undefined) {
    await until(async () => (await watchersOf(mark)).length > 0);
  }
  return child;
}

async function watchersOf(mark: string): Promise<readonly number[]> {
  const watchers: number[] = [];
  for (const pid of await markedProcesses(mark)) {
    if ((await commandOf(pid)).some((word) => /^watch(?:-one)?$/.test(word))) watchers.push(pid);
  }
  return watchers;
}

for (const [kind, way] of LAUNCHER_KINDS.flatMap((each) => WAYS.map((way) => [each, way] as const))) {
  const title = `${kind.title}${way === "hand" ? ", started by hand" : ""}`;
  shells.test(`nothing survives kill -9 of the runner under ${title}`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const mark = crypto.randomUUID();
    const runner = await startRunner(machine, { mark, way });
    assert.ok((await markedProcesses(mark)).length >= 4);

    runner.kill("SIGKILL");
    await runner.status;
    await until(async () => (await markedProcesses(mark)).length === 0);
    await runner.stdout.cancel();
  });

  shells.test(`nothing survives kill -9 of the runner's whole group under ${title}`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const mark = crypto.randomUUID();
    const runner = await startRunner(machine, { mark, way });

    Deno.kill(-runner.pid, "SIGKILL");
    await runner.status;
    await until(async () => (await markedProcesses(mark)).length === 0);
    await runner.stdout.cancel();
  });

  shells.test(`the watcher under ${title} goes on after HUP, INT and TERM`, async () => {
    await using machine = await makeLauncherMachine(kind);
    const mark = crypto.randomUUID();
    const runner = await startRunner(machine, { mark, way });
    const watchers = await watchersOf(mark);
    assert.equal(watchers.length, 1);

    for (const pid of watchers) {
      for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) Deno.kill(pid, signal);
    }
    runner.kill("SIGKILL");
    await runner.status;
    await until(async () => (await markedProcesses(mark)).length === 0);
    await runner.stdout.cancel();
  });
}
