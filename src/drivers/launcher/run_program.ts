import type { ProgramEnd, ProgramRequest } from "../../pipelines/ports/programs.ts";
import { commandLine, type LauncherSettings } from "./command_line.ts";
import { programEnd } from "./program_end.ts";
import { OutputPipe } from "./output_pipe.ts";
import { spawnFailure } from "./spawn_failure.ts";
import type { Watch } from "./watch.ts";
import type { WatchedProgram } from "./watched_program.ts";

/** Time that the pipes of an ended program may stay open: a process in a session of its own can hold them for ever. */
const DRAIN_MS = 1000;

/** What programs are run with. */
export interface Runner {
  readonly settings: LauncherSettings;
  readonly watch: Watch;
}

/** Runs a program to its end. When the promise settles no pipe, timer or listener of it is left. */
export async function runProgram(
  request: ProgramRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  // No program that was stopped before its start needs to be started.
  if (signal.aborted) return programEnd({ code: 143, signal: "SIGTERM" });
  const child = start(request, runner);
  let watched: WatchedProgram | undefined;
  const stop = () => watched?.stop();
  const failures: unknown[] = [];
  const take = (stream: "stdout" | "stderr") => (bytes: Uint8Array) => {
    if (failures.length > 0) return;
    try {
      request.onOutput(bytes, stream);
    } catch (error) {
      failures.push(error);
      stop();
    }
  };
  const pipes = [new OutputPipe(child.stdout, take("stdout")), new OutputPipe(child.stderr, take("stderr"))];
  signal.addEventListener("abort", stop, { once: true });
  try {
    watched = await watch(child, { request, runner });
    if (signal.aborted) stop();
    const status = await child.status;
    // What is left of its group ends too.
    stop();
    await watched.gone;
    await drain(pipes);
    if (failures.length > 0) throw failures[0];
    return programEnd(status);
  } finally {
    signal.removeEventListener("abort", stop);
    watched?.dispose();
    await Promise.all(pipes.map((pipe) => pipe.close()));
  }
}

/** Starts the first process of a program, which waits until it is watched. */
function start(request: ProgramRequest, { settings, watch }: Runner): Deno.ChildProcess {
  const { args, env, detached } = commandLine(request, settings);
  try {
    watch.begin();
    return new Deno.Command(settings.path, {
      args: [...args],
      cwd: request.cwd,
      clearEnv: true,
      env: { ...env },
      // Either way the program's group has the number of this process.
      detached,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw spawnFailure(request, { path: settings.path, cause });
  }
}

/** Has the program watched, and lets it begin. If this process dies before, the program never begins. */
async function watch(
  child: Deno.ChildProcess,
  { request, runner }: { readonly request: ProgramRequest; readonly runner: Runner },
): Promise<WatchedProgram> {
  const stdin = child.stdin.getWriter();
  // The program may have ended already, by an order or by a signal.
  const ignore = () => undefined;
  stdin.closed.catch(ignore);
  try {
    const watched = await runner.watch.add(child);
    stdin.write(LINE).catch(ignore);
    return watched;
  } catch (cause) {
    throw spawnFailure(request, { path: runner.settings.path, cause });
  } finally {
    stdin.close().catch(ignore);
  }
}

const LINE = new TextEncoder().encode("\n");

async function drain(pipes: readonly OutputPipe[]): Promise<void> {
  const ended = Promise.all(pipes.map((pipe) => pipe.ended));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((resolve) => timer = setTimeout(resolve, DRAIN_MS));
  await Promise.race([ended, limit]);
  clearTimeout(timer);
}
