import type { CommandRights } from "../cli/command_rights.ts";
import { ReaderLeft } from "../cli/interrupted.ts";
import type { CliHost } from "../cli/wiring_types.ts";
import { makeTerminal, writeAll } from "../drivers/terminal/mod.ts";
import { AppError, toError } from "../lib/errors.ts";
import { VERSION } from "../lib/version.ts";
import { dropForCommand, dropForPlatform } from "./drop_permissions.ts";
import { settleEnvironment } from "./settle_environment.ts";

/** The name under which the program takes the command line of the tool that contexts replace. */
const ORIGINAL_NAME = "cicdstatemgr";

/**
 * Returns the words of the command line of a process. An executable that is started as `cicdstatemgr`, by its
 * own name or through a link, runs that command.
 */
export function programWords(words: readonly string[]): readonly string[] {
  // From source, the program's own name is Deno's.
  const started = Deno.build.standalone ? process.argv0 : "";
  const name = started.replace(/^.*[\\/]/, "").replace(/\.exe$/i, "");
  return name === ORIGINAL_NAME ? [ORIGINAL_NAME, ...words] : words;
}

/** Makes the host of the command line from this process. The wiring is loaded when a command needs it. */
export function makeProcessHost(signal: AbortSignal): CliHost {
  const stdoutTty = Deno.stdout.isTerminal();
  const stderrTty = Deno.stderr.isTerminal();
  // Only the variables that the program is allowed to read are there.
  const env = Deno.env.toObject();
  let rights: CommandRights = { permissions: [], runsPrograms: false };
  const left = new AbortController();
  let broken = false;
  return {
    io: {
      stdout(text) {
        if (left.signal.aborted || broken) return;
        try {
          if (!writeAll(Deno.stdout, text)) left.abort(new ReaderLeft());
        } catch (cause) {
          broken = true;
          throw unwritable(cause);
        }
      },
      stderr(text) {
        try {
          writeAll(Deno.stderr, text);
        } catch {
          // A command goes on without a reader of its talk, and without room for it.
        }
      },
      env,
      stdinTty: Deno.stdin.isTerminal(),
      stdoutTty,
      stderrTty,
      columns: stdoutTty || stderrTty ? consoleSize()?.columns : undefined,
      size: () => stdoutTty || stderrTty ? consoleSize() : undefined,
      signal,
      readerLeft: left.signal,
      about: {
        version: VERSION,
        build: Deno.build.standalone ? "binary" : "source",
        target: Deno.build.target,
        deno: Deno.version.deno,
      },
    },
    makeTerminal,
    onCommand(kept) {
      rights = kept;
      settleEnvironment(env);
      dropForCommand(kept);
    },
    async makeWiring(host) {
      const { makeWiring } = await import("./wiring.ts");
      return makeWiring({ ...host, onPlatform: (platform) => dropForPlatform(rights, platform) });
    },
  };
}

/** Returns the size of the terminal; undefined if it was closed. */
function consoleSize(): ReturnType<typeof Deno.consoleSize> | undefined {
  try {
    return Deno.consoleSize();
  } catch {
    return undefined;
  }
}

/** Explains why an answer cannot be written: most often a disk is full behind a redirection. */
function unwritable(cause: unknown): AppError {
  const state = toError(cause).message.replace(/ \(os error \d+\)/g, "");
  return new AppError("output_unwritable", `Writing to standard output: ${state}`, {
    cause,
    hint: "Make room where it goes, or send it to another place",
  });
}
