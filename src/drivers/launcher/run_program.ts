import type { ProgramEnd, ProgramRequest } from "../../pipelines/ports/programs.ts";
import { commandLine, type LauncherSettings } from "./command_line.ts";
import { programEnd } from "./program_end.ts";
import { OutputPipe } from "./output_pipe.ts";
import { spawnFailure } from "./spawn_failure.ts";
import { Watcher } from "./watcher.ts";

/** Time that the pipes of an ended program may stay open: a process in a session of its own can hold them for ever. */
const DRAIN_MS = 1000;
const PATIENCE_MS = 5000;

/** Runs a program to its end. When the promise settles no pipe, timer or listener of it is left. */
export async function runProgram(
  request: ProgramRequest,
  settings: LauncherSettings,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  // No program that was stopped before its start needs to be started.
  if (signal.aborted) return programEnd({ code: 143, signal: "SIGTERM" });
  const child = start(request, settings);
  const watcher = new Watcher(child, settings.graceSeconds * 1000 + (settings.patienceMs ?? PATIENCE_MS));
  const failures: unknown[] = [];
  const take = (stream: "stdout" | "stderr") => (bytes: Uint8Array) => {
    if (failures.length > 0) return;
    try {
      request.onOutput(bytes, stream);
    } catch (error) {
      failures.push(error);
      watcher.stop();
    }
  };
  const pipes = [new OutputPipe(child.stdout, take("stdout")), new OutputPipe(child.stderr, take("stderr"))];
  const onAbort = () => watcher.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const status = await child.status;
    // What is left of its group ends too.
    watcher.stop();
    await watcher.gone;
    await drain(pipes);
    if (failures.length > 0) throw failures[0];
    return programEnd(status);
  } finally {
    signal.removeEventListener("abort", onAbort);
    watcher.dispose();
    await Promise.all(pipes.map((pipe) => pipe.close()));
  }
}

function start(request: ProgramRequest, settings: LauncherSettings): Deno.ChildProcess {
  const { args, env } = commandLine(request, settings);
  try {
    return new Deno.Command(settings.path, {
      args: [...args],
      cwd: request.cwd,
      clearEnv: true,
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw spawnFailure(request, { path: settings.path, cause });
  }
}

async function drain(pipes: readonly OutputPipe[]): Promise<void> {
  const ended = Promise.all(pipes.map((pipe) => pipe.ended));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((resolve) => timer = setTimeout(resolve, DRAIN_MS));
  await Promise.race([ended, limit]);
  clearTimeout(timer);
}
