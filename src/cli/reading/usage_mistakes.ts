/** The errors of command lines that cannot be read. Each has exit code 2 and names the nearest command or flag. */

import { type AppError, usageError } from "../../lib/errors.ts";
import { nearest } from "../../lib/nearest.ts";
import type { NamedCommand, OptionSpec } from "../command.ts";
import { GLOBAL_OPTIONS } from "../global_options.ts";
import { LEADING_OPTIONS } from "./leading_words.ts";
import { shown } from "../read_arguments.ts";

const READING = "Reading the command line";

/** The error for a command that does not exist, below the groups in the path. */
export function unknownCommand(path: readonly string[], names: readonly string[]): AppError {
  const above = path.slice(0, -1).map((word) => `${word} `).join("");
  const word = path.at(-1) ?? "";
  const meant = nearest(word, names);
  return usageError(
    "command_unknown",
    `${READING}: there is no command "${shown(`${above}${word}`)}"`,
    meant === undefined
      ? `"showtime help${above === "" ? "" : ` ${above.trimEnd()}`}" lists the commands`
      : `Did you mean "showtime ${above}${meant}"?`,
  );
}

/**
 * The error for a flag that may not stand before the command. `path` are the groups before the flag, `later` is the
 * command after it.
 */
export function unknownLeadingFlag(
  flag: string,
  { path = [], later }: { readonly path?: readonly string[]; readonly later?: NamedCommand | undefined } = {},
): AppError {
  const own = ["showtime", ...path].join(" ");
  const name = flag.replace(/=.*$/s, "");
  const known = [...namesOf(later?.options ?? []), ...namesOf(LEADING_OPTIONS), "help", "version"];
  const meant = nearest(name.replace(/^-+/, ""), known);
  if (later === undefined) {
    const help = `"${["showtime help", ...path].join(" ")}" lists the commands`;
    return usageError(
      "flag_unknown",
      `${READING}: ${own} has no flag "${shown(name)}"`,
      meant === undefined ? `Leave it out; ${help}` : `Did you mean "--${meant}"? ${help}`,
    );
  }
  const isOwn = later.options.some((option) => `--${option.name}` === name);
  return usageError(
    "flag_unknown",
    `${READING}: ${own} has no flag "${shown(name)}" before the command`,
    isOwn || meant === undefined
      ? "Write the command's own flags after its name"
      : `Did you mean "--${meant}"? A command's own flags go after its name`,
  );
}

/** The error for a flag that the command does not have. */
export function unknownFlag(flag: string, command: NamedCommand): AppError {
  const name = flag.replace(/=.*$/s, "");
  // The dry-run flag exists elsewhere, so it is no misspelling: a command without it changes nothing.
  const meant = name === "--dry-run" ? undefined : nearest(name.replace(/^-+/, ""), flagNames(command));
  const help = `"showtime help ${command.name}" lists them`;
  return usageError(
    "flag_unknown",
    `${READING}: showtime ${command.name} has no flag "${shown(name)}"`,
    meant === undefined ? `Leave it out; ${help}` : `Did you mean "--${meant}"? ${help}`,
  );
}

/** The error for an argument that is not there. */
export function missingArgument(argument: string, command: NamedCommand): AppError {
  return usageError(
    "argument_missing",
    `${READING}: showtime ${command.name} needs <${argument}>`,
    example(command),
  );
}

/** The error for more arguments than the command takes. */
export function unexpectedArgument(command: NamedCommand): AppError {
  const count = command.args.length;
  const takes = count === 0 ? "no argument" : count === 1 ? "one argument" : `${count} arguments`;
  const isNamed = count === 0 && command.options.some(({ name }) => name === "id");
  return usageError(
    "argument_unexpected",
    `${READING}: showtime ${command.name} takes ${takes}, and more were given`,
    isNamed ? `Give the ID with --id; "showtime help ${command.name}" lists the flags` : example(command),
  );
}

/** The error for a flag without its value. */
export function missingValue({ name, value = "" }: OptionSpec): AppError {
  return usageError(
    "value_missing",
    `${READING}: --${name} needs a value`,
    `Write it as in --${name} <${value}>`,
  );
}

/** The error for a value that is not among the choices. */
export function unknownChoice(
  where: string,
  { given, choices }: { readonly given: string; readonly choices: readonly string[] },
): AppError {
  const meant = nearest(given, choices);
  return usageError(
    "value_unknown",
    `Reading ${where}: "${shown(given)}" is not one of ${choices.join(", ")}`,
    meant === undefined ? `Give one of ${choices.join(", ")}` : `Did you mean "${meant}"?`,
  );
}

/** Returns every flag of a command, the global ones included, without dashes. */
function flagNames({ options }: NamedCommand): readonly string[] {
  return [...namesOf(options), ...namesOf(GLOBAL_OPTIONS), "help", "version"];
}

function namesOf(options: readonly OptionSpec[]): readonly string[] {
  return options.flatMap(({ name, negated }) => negated !== undefined ? [name, `no-${name}`] : [name]);
}

function example({ examples, name }: NamedCommand): string {
  const line = examples[0]?.[0];
  return line === undefined ? `See "showtime help ${name}"` : `Write it as in "showtime ${line}"`;
}
