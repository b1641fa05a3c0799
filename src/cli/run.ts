/** Runs one command line: reads it, carries the command out, prints what went wrong, tells the exit code. */

import { AppError, EXIT, type ExitCode, toError } from "../lib/errors.ts";
import { makeCommandEnv } from "./command_env.ts";
import { loadAllCommands, loadNamedCommands } from "./commands/load.ts";
import { guessOutputFlags, readGlobalFlags } from "./global_options.ts";
import { Interrupted } from "./interrupted.ts";
import { renderError, renderErrorJson } from "./print_error.ts";
import type { Invocation } from "./program.ts";
import { Redactor } from "../lib/redact.ts";
import { makeStyle } from "./render/style.ts";
import { Values } from "./values.ts";
import type { CliHost, CliIo, TerminalSettings, Wiring } from "./wiring_types.ts";

export { Interrupted } from "./interrupted.ts";
export type { About, CliHost, CliIo } from "./wiring_types.ts";

/** Commands that hold pull requests, and continue what an earlier run began. */
const HOLDS_LOCK: ReadonlySet<string> = new Set([
  "sync",
  "handle-trigger",
  "start",
  "stop",
  "extend",
  "cleanup",
]);

/** The command whose answer is a document on each line. */
const LOGS = "logs";

/** Runs a command line, without the program's own name in it, and returns the exit code. Never throws. */
export async function run(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { io } = host;
  const redactor = new Redactor(io.env);
  const stdout = (text: string) => io.stdout(redactor.redact(text));
  const stderr = (text: string) => io.stderr(redactor.redact(text));
  const output = guessOutputFlags(argv);
  const settings: TerminalSettings = { ...io, ...output, stdout, stderr };
  const terminal = host.makeTerminal(settings);
  const errorStyle = makeStyle({ ...terminal.can, color: terminal.can.color && io.stderrTty });
  const makeWiring = (): Promise<Wiring> =>
    host.makeWiring({ env: io.env, signal: io.signal, keepSecret: (value) => redactor.keep(value) });

  function printForPeople(error: Error): void {
    const inActions = io.env["GITHUB_ACTIONS"] === "true";
    const lines = renderError(error, { style: errorStyle, verbose: output.verbose, inActions });
    stderr(`${lines.join("\n")}\n`);
  }

  let command: string | undefined;
  try {
    if (argv[0] === "complete" && argv[1] === "--") {
      const quiet = host.makeTerminal({ ...settings, quiet: true, verbose: false });
      host.onCommand?.("complete");
      const { completeWords } = await import("./completion.ts");
      terminal.out(await completeWords(argv.slice(2), { makeWiring, terminal: quiet, signal: io.signal }));
      return EXIT.done;
    }
    const invocation = await readInvocation(argv, io);
    command = invocation.kind === "text" ? undefined : invocation.spec.name;
    host.onCommand?.(command ?? "help");
    if (invocation.kind === "text") {
      terminal.out(invocation.text);
      return EXIT.done;
    }
    return await invocation.spec.run(makeCommandEnv({
      ...invocation,
      terminal,
      style: makeStyle(terminal.can),
      variables: io.env,
      signal: io.signal,
      about: io.about,
      makeWiring,
      onFailure: (error) => {
        if (!output.json) printForPeople(error);
      },
    }));
  } catch (thrown) {
    terminal.progress(undefined);
    const error = interruption(io.signal, command) ?? toError(thrown);
    if (output.json) terminal.out(renderErrorJson(error, { oneLine: command === LOGS }));
    if (!output.json || output.verbose) printForPeople(error);
    return error instanceof AppError ? error.exitCode : EXIT.failed;
  }
}

/**
 * Reads the command line with only those commands that it may mean, which is quick; help and mistakes with all of
 * them. The name of a command alone needs no parser.
 */
async function readInvocation(argv: readonly string[], { about, columns }: CliIo): Promise<Invocation> {
  const { version } = about;
  const named = await loadNamedCommands(argv);
  const [spec] = named;
  if (argv.length === 1 && spec !== undefined && spec.args.every(({ required }) => !required)) {
    const values = new Values(new Map());
    const args = spec.args.map(() => undefined);
    return { kind: "command", spec, args, values, flags: readGlobalFlags(values) };
  }
  const { readCommandLine } = await import("./program.ts");
  if (named.length > 0) {
    try {
      const invocation = readCommandLine(argv, { commands: named, version, columns });
      if (invocation.kind === "command") return invocation;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return readCommandLine(argv, { commands: await loadAllCommands(), version, columns });
}

/** Whatever was thrown, a run that was told to end failed for that reason. */
function interruption(signal: AbortSignal, command: string | undefined): AppError | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (!(reason instanceof Interrupted)) return undefined;
  const [code, words, exitCode] = reason.by === "SIGINT"
    ? ["interrupted", "it was interrupted", EXIT.interrupted] as const
    : ["terminated", "it was told to end", EXIT.terminated] as const;
  return new AppError(code, `Running the command: ${words}`, {
    exitCode,
    hint: command !== undefined && HOLDS_LOCK.has(command)
      ? "Locks are given back; the next run of the same command continues where this one stopped"
      : "Run it again",
  });
}
