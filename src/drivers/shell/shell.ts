import { AppError } from "../../lib/errors.ts";
import type { Shell, ShellCommand } from "../../ports/shell.ts";
import { childEnvironment } from "./child_environment.ts";
import { runChild } from "./run_child.ts";

/** Options of the shell. */
export interface ShellOptions {
  /** Paths of programs that stand in for the real ones (tests). */
  readonly programs?: Partial<Readonly<Record<ShellCommand["program"], string>>>;
  /** Masks secrets in lines and in standard error. Standard output is data and stays unchanged. */
  readonly redact?: (text: string) => string;
  /** Milliseconds between TERM and KILL; 5000 unless given. */
  readonly graceMs?: number;
}

const INSTALL: Readonly<Record<ShellCommand["program"], string>> = {
  docker: "Install Docker (https://docs.docker.com/get-docker/) and check that `docker version` works",
  git: "Install Git (https://git-scm.com/downloads) and check that `git --version` works",
  gh: "Install the GitHub CLI (https://cli.github.com), or set GITHUB_TOKEN",
};

/** Makes the shell that runs programs as child processes of this one. */
export function makeShell(options: ShellOptions = {}): Shell {
  return {
    async run(command, signal) {
      signal.throwIfAborted();
      const path = options.programs?.[command.program] ?? command.program;
      const child = spawn(command, path);
      return await runChild(child, {
        command,
        redact: options.redact ?? ((text) => text),
        graceMs: options.graceMs ?? 5000,
      }, signal);
    },
  };
}

function spawn(command: ShellCommand, path: string): Deno.ChildProcess {
  try {
    return new Deno.Command(path, {
      args: [...command.args],
      stdin: command.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      // A pull request may make the program read or run its files: these cannot reveal a variable that is not
      // passed.
      clearEnv: true,
      env: childEnvironment(command),
    }).spawn();
  } catch (cause) {
    throw spawnError(command, cause);
  }
}

function spawnError(command: ShellCommand, cause: unknown): AppError {
  const action = `Running "${command.program} ${command.args[0] ?? ""}"`;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/no such cwd/i.test(text)) {
    return new AppError("directory_not_found", `${action}: the directory "${command.cwd}" does not exist`, {
      cause,
      exitCode: 2,
      hint: "Run it in the directory of the checkout, or correct the configured path",
    });
  }
  if (command.cwd === undefined && isWorkingFolderGone()) {
    return new AppError("directory_not_found", `${action}: the working directory was removed`, {
      cause,
      exitCode: 2,
      hint: "Change into the checkout, and run it there again",
    });
  }
  if (cause instanceof Deno.errors.NotFound) {
    return new AppError("program_not_found", `${action}: the program "${command.program}" is not installed`, {
      cause,
      hint: INSTALL[command.program],
    });
  }
  return new AppError("program_failed", `${action}: the program could not be started (${text})`, {
    cause,
    hint: INSTALL[command.program],
  });
}

/** Whether the working directory was removed. A program that cannot start there seems to be missing. */
function isWorkingFolderGone(): boolean {
  try {
    Deno.cwd();
    return false;
  } catch {
    return true;
  }
}
