/** Parses the words after a command's name, and writes its help page. Only this file knows the parser package. */

import { Command, CommanderError, Option } from "commander";
import { type AppError, usageError } from "../../lib/errors.ts";
import type { NamedCommand, OptionSpec } from "../command.ts";
import { GLOBAL_OPTIONS, readGlobalFlags } from "../global_options.ts";
import { bracket, commandFooter, helpWidth } from "../help_text.ts";
import type { Invocation } from "./invocation.ts";
import {
  missingArgument,
  missingValue,
  unexpectedArgument,
  unknownChoice,
  unknownFlag,
} from "./usage_mistakes.ts";
import { defaultsOf } from "../registry.ts";
import { Values } from "../values.ts";

/** The surroundings that words are parsed in. */
export interface ParseOptions {
  readonly version: string;
  readonly columns: number | undefined;
}

/** Parses arguments and flags of a command. Throws AppError with exit code 2 that says what to write instead. */
export function parseCommand(
  command: NamedCommand,
  words: readonly string[],
  options: ParseOptions,
): Invocation {
  const { parser, texts } = makeParser(command, options);
  try {
    parser.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.version") return { kind: "text", text: options.version };
    if (error.code === "commander.helpDisplayed") return { kind: "text", text: texts.join("").trimEnd() };
    throw explain(error, command);
  }
  const values = new Values(valuesOf(parser, command));
  checkChoices(command, parser.args, values);
  return {
    kind: "command",
    command,
    args: command.args.at(-1)?.repeats === true
      ? parser.args
      : command.args.map((_, index) => parser.args[index]),
    values,
    flags: readGlobalFlags(values),
  };
}

/** Returns the help page of a command. */
export function commandHelp(command: Omit<NamedCommand, "load">, options: ParseOptions): string {
  const { parser, texts } = makeParser(command, options);
  parser.outputHelp();
  return texts.join("").trimEnd();
}

function makeParser(
  entry: Omit<NamedCommand, "load">,
  { columns }: ParseOptions,
): { readonly parser: Command; readonly texts: readonly string[] } {
  const texts: string[] = [];
  const write = (text: string) => void texts.push(text);
  const width = helpWidth(columns);
  const parser = new Command(`showtime ${entry.name}`)
    .description(entry.description)
    .usage(
      [...entry.args.map(bracket), "[flags]"].join(" "),
    )
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .addHelpOption(new Option("-h, --help").hideHelp())
    .addHelpText("after", commandFooter(entry))
    .optionsGroup("Flags:")
    .configureOutput({
      writeOut: write,
      writeErr: write,
      outputError: () => undefined,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const argument of entry.args) {
    const { description, choices } = argument;
    const words = choices === undefined ? description : `${description}: ${choices.join(", ")}`;
    parser.argument(bracket(argument), words);
  }
  for (const option of entry.options) addOption(parser, option);
  if (entry.readsWords !== true) {
    for (const option of GLOBAL_OPTIONS) addOption(parser, option, { isHidden: true });
    parser.addOption(new Option("-V, --version").hideHelp());
  }
  parser.on("option:version", () => {
    throw new CommanderError(0, "commander.version", "");
  });
  parser.action(() => undefined);
  return { parser, texts };
}

function addOption(parser: Command, spec: OptionSpec, { isHidden = false } = {}): void {
  const { name, short, value, choices, negated, group } = spec;
  const description = spec.default === undefined
    ? spec.description
    : `${spec.description} (default ${spec.default})`;
  const flags = `${short === undefined ? "" : `-${short}, `}--${name}${
    value === undefined ? "" : ` <${value}>`
  }`;
  const words = choices === undefined ? description : `${description}: ${choices.join(", ")}`;
  const option = new Option(flags, words).hideHelp(isHidden);
  if (spec.repeats === true) {
    option.argParser((text: string, before: unknown) => [...(Array.isArray(before) ? before : []), text]);
  }
  parser.addOption(group === undefined ? option : option.helpGroup(group));
  if (negated !== undefined) parser.addOption(new Option(`--no-${name}`, negated));
}

/** Returns the flags that were given, by name without dashes. */
function valuesOf(parser: Command, { options }: NamedCommand): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>(defaultsOf(options));
  for (const { name } of [...options, ...GLOBAL_OPTIONS]) {
    const key = new Option(`--${name}`).attributeName();
    if (parser.getOptionValueSource(key) !== "cli") continue;
    const value: unknown = parser.getOptionValue(key);
    values.set(name, name.startsWith("no-") ? value === false : value);
  }
  return values;
}

function checkChoices(command: NamedCommand, args: readonly string[], values: Values): void {
  for (const [index, { name, choices }] of command.args.entries()) {
    checkChoice(`<${name}>`, args[index], choices);
  }
  for (const { name, choices, repeats, several } of [...GLOBAL_OPTIONS, ...command.options]) {
    if (choices === undefined) continue;
    // A comma alone names nothing, which the check of the whole text refuses.
    const words = repeats === true ? values.texts(name) : several === true ? values.several(name) ?? [] : [];
    const given = words.length > 0 || repeats === true ? words : [values.text(name)];
    for (const word of given) checkChoice(`--${name}`, word, choices);
  }
}

function checkChoice(where: string, given: string | undefined, choices: readonly string[] | undefined): void {
  if (given === undefined || choices === undefined || choices.includes(given)) return;
  throw unknownChoice(where, { given, choices });
}

/** Turns a mistake that the parser found into one that says what to do. */
function explain(error: CommanderError, command: NamedCommand): AppError {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownOption":
      return unknownFlag(quoted, command);
    case "commander.missingArgument":
      return missingArgument(quoted, command);
    case "commander.optionMissingArgument": {
      const name = /--([^\s<]+)/.exec(quoted)?.[1] ?? "";
      const option = [...command.options, ...GLOBAL_OPTIONS].find((each) => each.name === name);
      return missingValue(option ?? { name, description: "" });
    }
    case "commander.excessArguments":
      return unexpectedArgument(command);
    default:
      return usageError(
        "usage",
        `Reading the command line: ${error.message.replace(/^error: /, "")}`,
        `See "showtime help ${command.name}"`,
      );
  }
}
