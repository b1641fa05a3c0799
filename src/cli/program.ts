/** From a command line to a command with its arguments. The only file that knows the parser package. */

import { type Argument, Command, CommanderError, Option } from "commander";
import { nearest } from "../lib/nearest.ts";
import { type AppError, usageError } from "../lib/errors.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import { GLOBAL_OPTIONS, readGlobalFlags } from "./global_options.ts";
import { commandFooter, HELP_WIDTH, programFooter } from "./help_text.ts";
import { shown } from "./read_arguments.ts";
import { Values } from "./values.ts";
import type { GlobalFlags } from "./wiring_types.ts";

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: "text"; readonly text: string }
  | {
    readonly kind: "command";
    readonly spec: CommandSpec;
    readonly args: readonly (string | undefined)[];
    readonly values: Values;
    readonly flags: GlobalFlags;
  };

/** What a command line is read with. */
export interface ProgramOptions {
  readonly commands: readonly CommandSpec[];
  readonly version: string;
  /** Width of the terminal; help is never wider than 80. */
  readonly columns: number | undefined;
}

/** Reads a command line. Throws AppError with exit code 2 that names the nearest command or flag. */
export function readCommandLine(argv: readonly string[], options: ProgramOptions): Invocation {
  const texts: string[] = [];
  const found: { spec: CommandSpec; parsed: Command }[] = [];
  const asked: (string | undefined)[] = [];
  const root = makeProgram(options, {
    write: (text) => texts.push(text),
    onCommand: (spec, parsed) => found.push({ spec, parsed }),
    onHelp: (name) => asked.push(name),
  });
  try {
    root.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (["commander.help", "commander.helpDisplayed", "commander.version"].includes(error.code)) {
      return { kind: "text", text: texts.join("").trimEnd() };
    }
    throw explain(error, { argv, options });
  }
  const first = found[0];
  if (first === undefined) return { kind: "text", text: helpFor(root, asked[0], options).trimEnd() };
  const { spec, parsed } = first;
  const values = new Values(valuesOf(root, parsed, spec));
  checkChoices(spec, parsed.args, values);
  return {
    kind: "command",
    spec,
    args: spec.args.map((_, index) => parsed.args[index]),
    values,
    flags: readGlobalFlags(values),
  };
}

interface ProgramSink {
  readonly write: (text: string) => void;
  readonly onCommand: (spec: CommandSpec, parsed: Command) => void;
  readonly onHelp: (name: string | undefined) => void;
}

function makeProgram(options: ProgramOptions, sink: ProgramSink): Command {
  const width = Math.min(HELP_WIDTH, Math.max(40, options.columns ?? HELP_WIDTH));
  const root = new Command("showtime")
    .description("Preview environments for pull requests, driven by GitHub labels.")
    .usage("<command> [pr] [flags]")
    .version(options.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(termOf)].join(" "),
    })
    .configureOutput({
      writeOut: sink.write,
      writeErr: sink.write,
      outputError: () => undefined,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError(false)
    .addHelpText("after", programFooter());
  for (const option of GLOBAL_OPTIONS) addOption(root, option);
  for (const spec of options.commands) {
    const command = root.command(spec.name).summary(spec.summary).description(spec.description)
      .helpOption("-h, --help", "print help").allowExcessArguments(false)
      .addHelpText("after", commandFooter(spec));
    for (const { name, description, required, choices } of spec.args) {
      const words = choices === undefined ? description : `${description}: ${choices.join(", ")}`;
      command.argument(required ? `<${name}>` : `[${name}]`, words);
    }
    for (const option of spec.options) addOption(command, option);
    command.action(() => sink.onCommand(spec, command));
  }
  root.command("help").argument("[command]", "name of a command").summary("print help for a command")
    .description("Prints help for a command.").helpOption("-h, --help", "print help")
    .action((name?: string) => sink.onHelp(name));
  return root;
}

function termOf(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function addOption(
  command: Command,
  { name, short, value, description, choices, negated }: OptionSpec,
): void {
  const flags = `${short === undefined ? "" : `-${short}, `}--${name}${
    value === undefined ? "" : ` <${value}>`
  }`;
  const words = choices === undefined ? description : `${description}: ${choices.join(", ")}`;
  command.addOption(new Option(flags, words));
  if (negated !== undefined) command.addOption(new Option(`--no-${name}`, negated));
}

/** By name without dashes; only what was given. */
function valuesOf(root: Command, parsed: Command, spec: CommandSpec): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [command, options] of [[root, GLOBAL_OPTIONS], [parsed, spec.options]] as const) {
    for (const option of options) {
      const key = new Option(`--${option.name}`).attributeName();
      if (command.getOptionValueSource(key) !== "cli") continue;
      const value: unknown = command.getOptionValue(key);
      values.set(option.name, option.name.startsWith("no-") ? value === false : value);
    }
  }
  return values;
}

function checkChoices(spec: CommandSpec, args: readonly string[], values: Values): void {
  for (const [index, { name, choices }] of spec.args.entries()) {
    const given = args[index];
    if (given !== undefined && choices !== undefined) checkChoice(`<${name}>`, given, choices);
  }
  for (const { name, choices } of [...GLOBAL_OPTIONS, ...spec.options]) {
    const given = choices === undefined ? undefined : values.text(name);
    if (given !== undefined && choices !== undefined) checkChoice(`--${name}`, given, choices);
  }
}

function checkChoice(where: string, given: string, choices: readonly string[]): void {
  if (choices.includes(given)) return;
  const meant = nearest(given, choices);
  throw usageError(
    "value_unknown",
    `Reading ${where}: "${shown(given)}" is none of ${choices.join(", ")}`,
    meant === undefined ? `Give one of ${choices.join(", ")}` : `Did you mean "${meant}"?`,
  );
}

function helpFor(root: Command, name: string | undefined, options: ProgramOptions): string {
  if (name === undefined) return captureHelp(root);
  const command = root.commands.find((each) => each.name() === name);
  if (command === undefined) throw unknownCommand(name, options);
  return captureHelp(command);
}

/** Help with what stands after it, which `helpInformation()` alone leaves out. */
function captureHelp(command: Command): string {
  const texts: string[] = [];
  command.configureOutput({ ...command.configureOutput(), writeOut: (text) => texts.push(text) });
  command.outputHelp();
  return texts.join("");
}

/** Turns a mistake that the parser found into one that says what to do. */
function explain(
  error: CommanderError,
  { argv, options }: { readonly argv: readonly string[]; readonly options: ProgramOptions },
): AppError {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const spec = options.commands.find((each) => argv.includes(each.name));
  const own = spec === undefined ? "showtime" : `showtime ${spec.name}`;
  const help = spec === undefined ? '"showtime help" lists them' : `"showtime help ${spec.name}" lists them`;
  switch (error.code) {
    case "commander.unknownCommand":
      return unknownCommand(quoted, options);
    case "commander.unknownOption": {
      const name = quoted.replace(/=.*$/, "");
      const meant = nearest(name.replace(/^-+/, ""), flagNames(spec));
      return usageError(
        "flag_unknown",
        `Reading the command line: ${own} has no flag "${shown(name)}"`,
        meant === undefined ? `Leave it out; ${help}` : `Did you mean "--${meant}"? ${help}`,
      );
    }
    case "commander.missingArgument":
      return usageError(
        "argument_missing",
        `Reading the command line: ${own} needs <${quoted}>`,
        example(spec) ?? `See "showtime help ${spec?.name ?? ""}"`,
      );
    case "commander.optionMissingArgument":
      return usageError(
        "value_missing",
        `Reading the command line: ${quoted.split(" ")[0]?.replace(/,$/, "")} needs a value`,
        `Write it as in ${quoted.replace(/^-\w, /, "")}`,
      );
    case "commander.excessArguments":
      return usageError(
        "argument_unexpected",
        `Reading the command line: ${own} takes ${countArguments(spec)}, and more were given`,
        example(spec) ?? help,
      );
    default:
      return usageError(
        "usage",
        `Reading the command line: ${error.message.replace(/^error: /, "")}`,
        'See "showtime help"',
      );
  }
}

function unknownCommand(name: string, { commands }: ProgramOptions): AppError {
  const meant = nearest(name, [...commands.map((each) => each.name), "help"]);
  return usageError(
    "command_unknown",
    `Reading the command line: there is no command "${shown(name)}"`,
    meant === undefined ? '"showtime help" lists the commands' : `Did you mean "showtime ${meant}"?`,
  );
}

/** Every flag of a command, the global ones included, without dashes. */
export function flagNames(spec: CommandSpec | undefined): readonly string[] {
  const own = (spec?.options ?? []).flatMap(({ name, negated }) =>
    negated !== undefined ? [name, `no-${name}`] : [name]
  );
  return [...own, ...GLOBAL_OPTIONS.map(({ name }) => name), "help", "version"];
}

function countArguments(spec: CommandSpec | undefined): string {
  const count = spec?.args.length ?? 0;
  return count === 0 ? "no argument" : count === 1 ? "one argument" : `${count} arguments`;
}

function example(spec: CommandSpec | undefined): string | undefined {
  const line = spec?.examples[0]?.[0];
  return line === undefined ? undefined : `Write it as in "showtime ${line}"`;
}
