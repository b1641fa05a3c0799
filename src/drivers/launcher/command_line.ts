import type { ProgramRequest } from "../../pipelines/ports/programs.ts";

/** A launcher to start programs with. */
export interface LauncherSettings {
  /** The absolute path of the script. */
  readonly path: string;
  /** The `PATH` in which the script itself finds its tools. */
  readonly launcherPath: string;
  /** The absolute path of `setsid`, if there is one: {@link CommandLine.detached}. */
  readonly setsid: string | undefined;
  readonly graceSeconds: number;
  /** Milliseconds that the watcher may need beyond the grace; {@link PATIENCE_MS} unless given. A stopped one never answers. */
  readonly patienceMs?: number;
}

/** Milliseconds that the watcher may need, unless its launcher has others. */
export const PATIENCE_MS = 5000;

/** The arguments and variables of the launcher. */
export interface CommandLine {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * Whether Deno makes the session of the program. It then copies the tables of its own memory for each program, which takes
   * longer than to start `setsid`.
   */
  readonly detached: boolean;
}

/**
 * Makes the command line of a program. Deno passes no variable of the dynamic loader to a child, and the launcher needs its
 * own `PATH`: both travel as arguments of `env`, if the step has others. `env` costs the start of one more program.
 */
export function commandLine(
  { argv, env }: Pick<ProgramRequest, "argv" | "env">,
  { launcherPath, setsid }: Pick<LauncherSettings, "launcherPath" | "setsid">,
): CommandLine {
  const direct: Record<string, string> = {};
  const carried: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (/^(?:LD|DYLD)_/.test(name)) carried.push(`${name}=${value}`);
    else if (name !== "PATH") direct[name] = value;
  }
  const path = env["PATH"];
  if (path !== undefined && path !== launcherPath) carried.push(`PATH=${path}`);
  const options = path === undefined ? ["-u", "PATH"] : [];
  const started = carried.length + options.length === 0
    ? asProgram(argv)
    : ["env", ...options, ...carried, ...asProgram(argv)];
  const session = setsid === undefined ? [] : [setsid, "--"];
  return {
    args: ["wait", ...session, ...started],
    env: { ...direct, PATH: launcherPath },
    detached: setsid === undefined,
  };
}

/** `env` takes a name with `=` for a variable, and one that begins with `-` for a flag. A shell starts those programs. */
function asProgram(argv: readonly string[]): readonly string[] {
  const [program = "", ...rest] = argv;
  return program.includes("=") || program.startsWith("-")
    ? ["/bin/sh", "-c", '"$0" "$@"', program, ...rest]
    : argv;
}
