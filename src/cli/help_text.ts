/** Writes help pages from the registry: the program's, a group's, and the end of a command's. */

import type { ArgumentSpec, CommandEntry, GroupEntry, NamedCommand } from "./command.ts";
import { GLOBAL_OPTIONS } from "./global_options.ts";
import { type Capability, commandsOf, isGroup } from "./registry.ts";
import { wrapText } from "./render/wrap_text.ts";

/** Help is never wider: people read it in mails and issues too. */
const WIDEST = 80;

/** The words for exit codes that differ between groups of commands. A code without words is left out. */
interface ExitWords {
  readonly failed: string;
  readonly refused: string;
  readonly busy: string;
  readonly incomplete: string;
  readonly differences?: string;
}

const WORDS: ExitWords = {
  failed: "failed",
  refused: "refused: blocked or not authorised",
  busy: "another run holds the pull request",
  incomplete: "incomplete: some of it could not be seen or cleaned",
  differences: "there are differences, where a flag asked for this code",
};

const ASSETS_WORDS: ExitWords = {
  ...WORDS,
  refused: "refused: a conflict, a missing right or a refused login",
  busy: "another run holds the instance",
};

const CONTEXT_WORDS: ExitWords = {
  failed: "failed, or there is no such context, version or value",
  refused: "refused: a secret may not be used here",
  busy: "others wrote or hold the key, and nothing was written; or a stale version",
  incomplete: "incomplete: it is stored, but a copy could not be written",
};

/** Returns the exit codes, in the words of a command. */
function exitCodes(command: string | undefined): string {
  const { failed, refused, busy, incomplete, differences } = command === undefined
    ? { ...WORDS, busy: "another run holds the pull request or instance" }
    : command.startsWith("assets ")
    ? ASSETS_WORDS
    : command.startsWith("context ")
    ? CONTEXT_WORDS
    : WORDS;
  return [
    "Exit codes:",
    "  0    done, or nothing to do",
    `  1    ${failed}`,
    "  2    wrong usage or configuration",
    `  3    ${refused}`,
    `  4    ${busy}`,
    `  5    ${incomplete}`,
    ...differences === undefined ? [] : [`  6    ${differences}`],
    "  130, 143   interrupted, terminated",
  ].join("\n");
}

/** The exit codes of a command that reads its words itself. */
const OWN_EXIT_CODES = `Exit codes:
  0    done, or nothing to do
  1    failed
  2    wrong usage`;

/** Returns the exit codes that an entry names itself. */
function ownExitCodes(exits: readonly (readonly [string, string])[]): string {
  return ["Exit codes:", ...exits.map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)].join("\n");
}

const GLOBAL_LINE = "Global flags: --repo --config --json --quiet --verbose --no-color --help";

/** The surroundings that help is written for. */
export interface HelpOptions {
  /** Width of the terminal; undefined if it is not known. */
  readonly columns: number | undefined;
}

/** Returns the width of help on a terminal of that width. */
export function helpWidth(columns: number | undefined): number {
  return Math.min(WIDEST, Math.max(40, columns ?? WIDEST));
}

/** Returns the program's help page: common commands, groups, and the names of all others. */
export async function programHelp(
  capabilities: readonly Capability[],
  { columns }: HelpOptions,
): Promise<string> {
  const width = helpWidth(columns);
  const loaded = await Promise.all(capabilities.map(async ({ title, names, load }) => {
    const registry = await load();
    const entries = names.flatMap((name) => {
      const entry = registry[name];
      return entry === undefined ? [] : [{ name, entry }];
    });
    return { title, entries };
  }));
  const all = loaded.flatMap(({ entries }) => entries);
  const commons = all.filter(({ entry }) => isCommon(entry)).map((each) => rowOf(each.name, each.entry));
  const groups = all.filter(({ entry }) => isGroup(entry)).map((each) => rowOf(each.name, each.entry));
  const others = loaded.map(({ title, entries }): Row => [
    title,
    entries.filter(({ entry }) => !isGroup(entry) && !isCommon(entry)).map(({ name }) => name).join(", "),
  ]).filter(([, names]) => names !== "");
  return [
    "Usage: showtime <command> [pr] [flags]",
    "",
    "Preview environments for pull requests, driven by GitHub labels.",
    ...section("Common commands:", commons, width),
    ...section("Groups of commands:", groups, width),
    ...section("More commands:", others, width),
    ...section("Global flags:", flagRows(), width),
    "",
    "Examples:",
    "  showtime start 1234          bring up an environment for pull request 1234",
    "  showtime status 1234         see its address, age and time left",
    "  showtime list                see all environments",
    "  showtime explain 1234        learn what would be done, and why",
    "",
    exitCodes(undefined),
    "",
    '"showtime help <command>" says more about a command.',
  ].join("\n");
}

/** Returns the help page of a group: every command in it. */
export function groupHelp(
  { summary, description, commands }: GroupEntry,
  { columns, name }: HelpOptions & { readonly name: string },
): string {
  const width = helpWidth(columns);
  const rows = commandsOf(commands).map((command) => rowOf(command.name, command));
  const words = description ?? `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return [
    `Usage: showtime ${name} <command> [flags]`,
    "",
    ...wrapText(words, { columns: width, indent: 0 }),
    ...section("Commands:", rows, width),
    "",
    GLOBAL_LINE,
    "",
    `"showtime help ${name} <command>" says more about a command.`,
  ].join("\n");
}

/** Returns the part below the flags of a command. */
export function commandFooter({ name, examples, readsWords, exits }: Omit<NamedCommand, "load">): string {
  const lines = examples.map(([line, purpose]) => `  # ${purpose}\n  showtime ${line}`);
  const shown = `Examples:\n${lines.join("\n")}`;
  return readsWords === true
    ? `\n${shown}\n\n${OWN_EXIT_CODES}`
    : `\n${GLOBAL_LINE}\n\n${shown}\n\n${exits === undefined ? exitCodes(name) : ownExitCodes(exits)}`;
}

/** Formats an argument as usage shows it: `<pr>`, `[dir]`, `<pair...>`. */
export function bracket({ name, required, repeats }: ArgumentSpec): string {
  const inner = `${name}${repeats === true ? "..." : ""}`;
  return required ? `<${inner}>` : `[${inner}]`;
}

type Row = readonly [term: string, words: string];

function isCommon(entry: CommandEntry | GroupEntry): boolean {
  return !isGroup(entry) && entry.isCommon === true;
}

function rowOf(name: string, entry: CommandEntry | GroupEntry): Row {
  const args = isGroup(entry) ? [] : entry.args.map(bracket);
  return [[name, ...args].join(" "), entry.summary];
}

function flagRows(): readonly Row[] {
  const rows = GLOBAL_OPTIONS.map(({ name, short, value, description }): Row => [
    `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`,
    description,
  ]);
  return [...rows, ["-h, --help", "print help"], ["-V, --version", "print the version"]];
}

/** Returns a heading and rows in two columns. An empty section is left out. */
function section(title: string, rows: readonly Row[], width: number): readonly string[] {
  if (rows.length === 0) return [];
  const indent = 4 + Math.max(...rows.map(([term]) => term.length));
  return [
    "",
    title,
    ...rows.flatMap(([term, words]) =>
      wrapText(`  ${term}`.padEnd(indent) + words, { columns: width, indent })
    ),
  ];
}
