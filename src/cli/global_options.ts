import type { PlatformKind } from "../environments/core/environment/environment.ts";
import type { OptionSpec } from "./command.ts";
import { readSeconds } from "./read_arguments.ts";
import type { Values } from "./values.ts";
import type { GlobalFlags } from "./wiring_types.ts";

/** The flags of every command, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: "repo", short: "R", value: "owner/name", description: "repository to work on" },
  { name: "config", value: "file", description: "configuration file, instead of showtime.yml" },
  { name: "json", description: "print the answer as JSON" },
  { name: "quiet", short: "q", description: "print the answer and nothing else, also beside -v" },
  { name: "verbose", short: "v", description: "print details, and stack traces of failures" },
  { name: "no-color", description: "print plain text" },
];

/** The letters of all commands that take a value: `--repo`, `--tail` of logs, and the flags of `pipeline run`. */
const VALUED_LETTERS = ["R", "n", "s", "i", "d", "t", "l", "c", "r"];

/**
 * Reads the global flags, and those of environments if the command has them. The parser has checked their choices.
 * Throws AppError for a value that cannot be read.
 */
export function readGlobalFlags(values: Values): GlobalFlags {
  return {
    repo: values.text("repo"),
    platform: values.text("platform") as PlatformKind | undefined,
    config: values.text("config"),
    json: values.flag("json"),
    quiet: values.flag("quiet"),
    verbose: values.flag("verbose"),
    color: !values.flag("no-color"),
    dryRun: values.flag("dry-run"),
    dryRunGithub: values.flag("dry-run-github"),
    dryRunAws: values.flag("dry-run-aws"),
    dryRunDocker: values.flag("dry-run-docker"),
    awsSleepSeconds: values.read("aws-sleep", readSeconds),
  };
}

/**
 * Splits letters that stand together, as in `-qv`. What follows a letter that takes a value is that value.
 */
function splitLetters(word: string): readonly string[] {
  if (!/^-[a-z]{2,}/i.test(word)) return [word];
  const letters = [...word.slice(1)];
  const end = letters.findIndex((letter) => VALUED_LETTERS.includes(letter));
  return (end < 0 ? letters : letters.slice(0, end)).map((letter) => `-${letter}`);
}

/** Finds the flags that decide how output looks, in a command line that has not been parsed yet. */
export function guessOutputFlags(
  argv: readonly string[],
): Pick<GlobalFlags, "json" | "quiet" | "verbose" | "color"> {
  const end = argv.indexOf("--");
  const words = new Set((end < 0 ? argv : argv.slice(0, end)).flatMap(splitLetters));
  return {
    json: words.has("--json"),
    quiet: words.has("--quiet") || words.has("-q"),
    verbose: words.has("--verbose") || words.has("-v"),
    color: !words.has("--no-color"),
  };
}
