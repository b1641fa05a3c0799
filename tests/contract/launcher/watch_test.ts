/** The watch that all programs of a build share. */

import assert from "node:assert/strict";
import { findOnPath } from "../../../src/drivers/launcher/find_launcher.ts";
import { runProgram } from "../../../src/drivers/launcher/run_program.ts";
import { Watch } from "../../../src/drivers/launcher/watch.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { LAUNCHER_SCRIPT } from "../../../src/pipelines/core/launcher_script.ts";
import { markedProcesses, until, watchersOfThis } from "../../worlds/program/launcher_machine.ts";

const PATH = Deno.env.get("PATH") ?? "";
const SETTINGS = {
  path: new URL("../../../showtime-run", import.meta.url).pathname,
  launcherPath: PATH,
  setsid: findOnPath("setsid", PATH),
  graceSeconds: 1,
};

interface Started {
  readonly watch: Watch;
  readonly mark?: string;
  readonly onText?: (text: string) => void;
}

async function run(script: string, { watch, mark = "", onText }: Started, signal?: AbortSignal) {
  return await runProgram(
    {
      argv: ["sh", "-c", script],
      cwd: "/",
      env: { PATH, MARK: mark },
      onOutput: (bytes) => onText?.(new TextDecoder().decode(bytes)),
    },
    { settings: SETTINGS, watch },
    signal ?? new AbortController().signal,
  );
}

Deno.test("one watcher serves all programs, is started with the first, and ends with the watch", async () => {
  {
    await using watch = new Watch(SETTINGS);
    assert.deepEqual(await watchersOfThis(), []);
    await run("exit 0", { watch });
    const first = await watchersOfThis();
    assert.equal(first.length, 1);

    const ends = await Promise.all(["exit 1", "exit 2", "exit 3"].map((script) => run(script, { watch })));
    assert.deepEqual(ends.map(({ code }) => code), [1, 2, 3]);
    assert.deepEqual(await watchersOfThis(), first);
  }
  assert.deepEqual(await watchersOfThis(), []);
});

Deno.test("a program that needs the grace to end does not delay the end of another one", async () => {
  await using watch = new Watch(SETTINGS);
  const mark = crypto.randomUUID();
  const stop = new AbortController();
  const order: string[] = [];
  const up = Promise.withResolvers<void>();
  const stubborn = run("trap '' TERM; echo up; while :; do sleep 0.05; done", {
    watch,
    mark,
    onText: () => up.resolve(),
  }, stop.signal).then(({ signal }) => order.push(`stubborn ${signal}`));
  await up.promise;
  stop.abort();
  await run("sleep 600 & exit 0", { watch, mark }).then(({ code }) => order.push(`other ${code}`));
  await stubborn;

  assert.deepEqual(order, ["other 0", "stubborn SIGKILL"]);
  assert.deepEqual(await markedProcesses(mark), []);
});

Deno.test("the end of the watch ends the programs that still run", async () => {
  const watch = new Watch(SETTINGS);
  const mark = crypto.randomUUID();
  const up = Promise.withResolvers<void>();
  const ran = run("sleep 600 & echo up; wait", { watch, mark, onText: () => up.resolve() });
  await up.promise;
  await watch[Symbol.asyncDispose]();

  assert.equal((await ran).signal, "SIGTERM");
  await until(async () => (await markedProcesses(mark)).length === 0);
});

Deno.test("a program after the death of the watcher has a new one, which ends what the program leaves behind", async () => {
  await using watch = new Watch(SETTINGS);
  const mark = crypto.randomUUID();
  await run("exit 0", { watch });
  const [first = 0, ...others] = await watchersOfThis();
  assert.deepEqual(others, []);
  Deno.kill(first, "SIGKILL");
  await until(async () => (await watchersOfThis()).length === 0);

  const end = await run("sleep 600 & exit 4", { watch, mark });

  assert.equal(end.code, 4);
  assert.deepEqual(await markedProcesses(mark), []);
  assert.notDeepEqual(await watchersOfThis(), [first]);
});

Deno.test("no program begins if the launcher cannot watch it", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/showtime-run`;
  const text = LAUNCHER_SCRIPT.replace("watch) watch_all", "watch) exit 0; watch_all");
  assert.notEqual(text, LAUNCHER_SCRIPT);
  await Deno.writeTextFile(path, text, { mode: 0o755 });
  const settings = { ...SETTINGS, path };
  await using watch = new Watch(settings);
  const request = {
    argv: ["touch", `${folder}/was-here`],
    cwd: "/",
    env: { PATH },
    onOutput: () => undefined,
  };

  await assert.rejects(
    runProgram(request, { settings, watch }, new AbortController().signal),
    new AppError(
      "program_failed",
      'Starting "touch": the system refused with "the watcher ends as soon as it is started"',
      { hint: `Check that ${path} can be started` },
    ),
  );
  await assert.rejects(Deno.stat(`${folder}/was-here`), Deno.errors.NotFound);
  await Deno.remove(folder, { recursive: true });
});
