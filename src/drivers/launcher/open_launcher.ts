import type { Programs } from "../../pipelines/ports/programs.ts";
import { findLauncher, findOnPath } from "./find_launcher.ts";
import { readVariables } from "./read_variables.ts";
import { runProgram } from "./run_program.ts";
import { Watch } from "./watch.ts";

/** Options of the launcher. */
export interface LauncherOptions {
  /** Milliseconds between TERM and KILL. The launcher takes whole seconds, so they are rounded up. */
  readonly graceMs: number;
  /** The variables of this process as it was started with them. Some are changed since, such as `LD_*`. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes a warning for people. */
  readonly warn: (text: string) => void;
}

/** The launcher of this machine. Disposal ends the programs that still run, and the process that watches them. */
export interface Launcher extends AsyncDisposable {
  readonly programs: Programs;
  /**
   * Reads all variables of this process, also those that Deno hides from it. Variables whose value is not UTF-8 are left
   * out with a warning: no program can get them from here. Throws AppError `program_failed`.
   */
  variables(): Promise<Readonly<Record<string, string>>>;
}

/**
 * Finds the launcher on PATH. Throws AppError `launcher_missing` or `launcher_unusable` (exit code 2), with the lines that
 * install it.
 */
export function openLauncher({ graceMs, env, warn }: LauncherOptions): Launcher {
  const launcherPath = env["PATH"] ?? "";
  const path = findLauncher(launcherPath);
  const setsid = findOnPath("setsid", launcherPath);
  const settings = { path, launcherPath, setsid, graceSeconds: Math.ceil(graceMs / 1000) };
  const watch = new Watch(settings);
  return {
    programs: { run: (request, signal) => runProgram(request, { settings, watch }, signal) },
    variables: () => readVariables({ path, env, warn }),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}
