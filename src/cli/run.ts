/** Runs one command line: reads it, runs the command, prints a failure, and returns the exit code. */

import { AppError, EXIT, type ExitCode, toError } from "../lib/errors.ts";
import { eitherSignal } from "../lib/either_signal.ts";
import { wantsColor } from "../lib/paint.ts";
import { Redactor } from "../lib/redact.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { NamedCommand } from "./command.ts";
import type { CommandRights } from "./command_rights.ts";
import { makeCommandEnv } from "./command_env.ts";
import { LOOKS, NOTHING } from "./commands/kept_rights.ts";
import { CAPABILITIES } from "./commands/registry.ts";
import { guessOutputFlags } from "./global_options.ts";
import { Interrupted } from "./interrupted.ts";
import { renderAnnotation, renderError, renderErrorJson } from "./print_error.ts";
import { readInvocation } from "./reading/read_invocation.ts";
import { makeStyle } from "./render/style.ts";
import type { Values } from "./values.ts";
import type { CliHost, CliIo, TerminalSettings, Wiring } from "./wiring_types.ts";
import { makeWrapTalk, type WrapTalk, wrapTerminal } from "./wrap_talk.ts";

export { Interrupted } from "./interrupted.ts";
export type { About, CliHost, CliIo } from "./wiring_types.ts";

/** Runs a command line, without the program's own name in it, and returns the exit code. Never throws. */
export async function run(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { io } = host;
  const redactor = new Redactor(io.env);
  const stdout = (text: string) => io.stdout(redactor.redact(text));
  const stderr = (text: string) => io.stderr(redactor.redact(text));
  const output = guessOutputFlags(argv);
  const settings: TerminalSettings = { ...io, ...output, stdout, stderr };
  const terminal = host.makeTerminal(settings);
  const errorStyle = makeStyle({
    ...terminal.can,
    color: wantsColor({ env: io.env, allowed: output.color, tty: io.stderrTty }),
  });
  const makeWiring = (signal: AbortSignal): Promise<Wiring> =>
    host.makeWiring({ env: io.env, signal, keepSecret: (value) => redactor.keep(value) });

  function printForPeople(error: Error, wrapTalk: WrapTalk | undefined): void {
    const inActions = io.env["GITHUB_ACTIONS"] === "true";
    const { verbose } = output;
    const lines = renderError(error, { style: errorStyle, verbose, inActions, wrapTalk });
    stderr(`${lines.join("\n")}\n`);
  }

  let command: NamedCommand | undefined;
  /** Annotates the run's page in Actions. The text for people and the JSON document stay as they are. */
  function annotate(error: Error, about?: string): void {
    if (io.env["GITHUB_ACTIONS"] !== "true") return;
    const redact = (text: string) => redactor.redact(text);
    stderr(`${renderAnnotation(error, { command: command?.name, about, redact })}\n`);
  }

  try {
    if (argv[0] === "complete" && argv[1] === "--") {
      const quiet = host.makeTerminal({ ...settings, quiet: true, verbose: false });
      host.onCommand?.(LOOKS);
      const { completeWords } = await import("./completion/complete_words.ts");
      const { signal } = io;
      const asked = {
        capabilities: CAPABILITIES,
        makeWiring: () => makeWiring(signal),
        terminal: quiet,
        signal,
      };
      terminal.out(await completeWords(argv.slice(2), asked));
      return EXIT.done;
    }
    const { about: { version } } = io;
    const columns = io.stdoutTty ? io.columns : undefined;
    const invocation = await readInvocation(argv, { capabilities: CAPABILITIES, version, columns });
    if (invocation.kind === "text") {
      host.onCommand?.(NOTHING);
      terminal.out(invocation.text);
      return EXIT.done;
    }
    command = invocation.command;
    const [runCommand, wrapTalk] = await Promise.all([command.load(), loadWrapTalk(io, terminal)]);
    host.onCommand?.(rightsOf(command, invocation.values));
    const signal = signalFor(io, command);
    const code = await runCommand(makeCommandEnv({
      ...invocation,
      terminal: wrapTalk === undefined ? terminal : wrapTerminal(terminal, wrapTalk),
      style: makeStyle(terminal.can),
      streams: {
        stdout,
        stderr,
        stdoutTty: io.stdoutTty,
        stderrTty: io.stderrTty,
        size: () => io.size?.(),
      },
      variables: io.env,
      signal,
      about: io.about,
      makeWiring: () => makeWiring(signal),
      reveal: (text) => host.makeTerminal({ ...settings, stdout: io.stdout }).out(text),
      onFailure: (error, about) => {
        if (!output.json) printForPeople(error, wrapTalk);
        annotate(error, about);
      },
    }));
    return endedByReader(io, command) ? EXIT.done : code;
  } catch (thrown) {
    terminal.progress(undefined);
    if (endedByReader(io, command)) return EXIT.done;
    const error = interruption(io.signal, command) ?? toError(thrown);
    // A command that reads its words itself has no --json.
    const hasAnswer = !(error instanceof AppError && error.code === "output_unwritable");
    const asJson = output.json && hasAnswer && command?.readsWords !== true;
    if (asJson) terminal.out(renderErrorJson(error, { oneLine: command?.streamsJson === true }));
    if (!asJson || output.verbose) printForPeople(error, await loadWrapTalk(io, terminal));
    annotate(error);
    return error instanceof AppError ? error.exitCode : EXIT.failed;
  }
}

/** Returns the rights that a command keeps with the flags that were given. */
function rightsOf(command: NamedCommand, values: Values): CommandRights {
  const { rightsWith = {} } = command;
  const flag = Object.keys(rightsWith).find((name) => values.flag(name));
  return flag === undefined ? command : rightsWith[flag] ?? command;
}

/**
 * Returns the signal that ends a command. A command that changes a pull request finishes its work without a
 * reader: an environment is not left half-made because `head` has read enough.
 */
function signalFor({ signal, readerLeft }: CliIo, { takesLock, finishesUnread }: NamedCommand): AbortSignal {
  return takesLock || finishesUnread === true || readerLeft === undefined
    ? signal
    : eitherSignal(signal, readerLeft);
}

/** Whether a command ended because its answer had no reader any more. That is no failure. */
function endedByReader({ signal, readerLeft }: CliIo, command: NamedCommand | undefined): boolean {
  const finishes = command?.takesLock === true || command?.finishesUnread === true;
  return !signal.aborted && readerLeft?.aborted === true && !finishes;
}

/** Loads the function that breaks lines on stderr; undefined if stderr is no terminal. */
async function loadWrapTalk({ stderrTty }: CliIo, { can }: Terminal): Promise<WrapTalk | undefined> {
  if (!stderrTty) return undefined;
  const { wrapText } = await import("./render/wrap_text.ts");
  return makeWrapTalk(can.columns, wrapText);
}

/** Returns the failure of a run that was interrupted, which outweighs the error that followed from it. */
function interruption(signal: AbortSignal, command: NamedCommand | undefined): AppError | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (!(reason instanceof Interrupted)) return undefined;
  const [code, words, exitCode] = reason.by === "SIGINT"
    ? ["interrupted", "it was interrupted", EXIT.interrupted] as const
    : ["terminated", "it was terminated", EXIT.terminated] as const;
  return new AppError(code, `Running the command: ${words}`, {
    exitCode,
    hint: command?.afterInterruption !== undefined
      ? command.afterInterruption
      : command?.takesLock === true
      ? "Its locks are removed; another run of the same command continues where this one stopped"
      : "Run it again",
  });
}
