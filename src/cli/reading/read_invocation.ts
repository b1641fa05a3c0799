/**
 * Turns a command line into a text or a command, and loads only the registry of the command that it names.
 */

import type { AppError } from "../../lib/errors.ts";
import type { GroupEntry, NamedCommand } from "../command.ts";
import { readGlobalFlags } from "../global_options.ts";
import type { Invocation } from "./invocation.ts";
import { asksForText, readLeading } from "./leading_words.ts";
import { type Capability, defaultsOf, entryOf, isGroup, loadEntry } from "../registry.ts";
import { Values } from "../values.ts";

/** The surroundings that a command line is read in. */
export interface ReadOptions {
  readonly capabilities: readonly Capability[];
  readonly version: string;
  /** Width of the terminal. Help is never wider than 80. */
  readonly columns: number | undefined;
}

/** Reads a command line. Throws AppError with exit code 2 that names the nearest command or flag. */
export async function readInvocation(words: readonly string[], options: ReadOptions): Promise<Invocation> {
  const leading = readLeading(words);
  switch (leading.kind) {
    case "asks":
      return leading.about === "version" ? text(options.version) : text(await programHelp(options));
    case "nothing":
      return text(await programHelp(options));
    case "unknown_flag":
      throw await unknownLeadingFlag(leading.flag, words, options);
    case "value_missing":
      throw (await import("./usage_mistakes.ts")).missingValue(leading.option);
  }
  if (leading.word === "help") return text(await helpAbout(leading.rest, options));
  const entry = await loadEntry(options.capabilities, leading.word);
  if (entry === undefined) {
    const asks = asksForText(leading.rest);
    if (asks !== undefined) return text(asks === "version" ? options.version : await programHelp(options));
    throw (await import("./usage_mistakes.ts")).unknownCommand([leading.word], namesOf(options));
  }
  if (isGroup(entry)) return await readInGroup(entry, { path: [leading.word], words: leading.rest, options });
  return await readCommand({ ...entry, name: leading.word }, leading.rest, options);
}

interface InGroup {
  readonly path: readonly string[];
  readonly words: readonly string[];
  readonly options: ReadOptions;
}

/** Reads a command line whose first words named a group. */
async function readInGroup(group: GroupEntry, { path, words, options }: InGroup): Promise<Invocation> {
  const leading = readLeading(words);
  const mistakes = () => import("./usage_mistakes.ts");
  switch (leading.kind) {
    case "asks":
      if (leading.about === "version") return text(options.version);
      return text(await groupHelp(group, path, options));
    case "nothing":
      return text(await groupHelp(group, path, options));
    case "unknown_flag":
      throw (await mistakes()).unknownLeadingFlag(leading.flag, {
        path,
        later: ownerOf(leading.flag, group, { path, words, options }),
      });
    case "value_missing":
      throw (await mistakes()).missingValue(leading.option);
  }
  const entry = entryOf(group.commands, leading.word);
  const below = [...path, leading.word];
  if (entry === undefined) throw (await mistakes()).unknownCommand(below, Object.keys(group.commands));
  if (isGroup(entry)) return await readInGroup(entry, { path: below, words: leading.rest, options });
  return await readCommand({ ...entry, name: below.join(" ") }, leading.rest, options);
}

/** Finds the command of a group that is named later in the words, if the flag is one of its own. */
function ownerOf(flag: string, group: GroupEntry, { path, words }: InGroup): NamedCommand | undefined {
  const word = words.find((each) => entryOf(group.commands, each) !== undefined) ?? "";
  const entry = entryOf(group.commands, word);
  if (entry === undefined || isGroup(entry)) return undefined;
  const isOwn = entry.options.some(({ name }) => `--${name}` === flag.replace(/=.*$/s, ""));
  return isOwn ? { ...entry, name: [...path, word].join(" ") } : undefined;
}

/**
 * Reads the words after a command's name. Without any word, and for a command that reads them, no parser is
 * loaded. The parser of help is loaded only if the words are not plain.
 */
async function readCommand(
  command: NamedCommand,
  words: readonly string[],
  options: ReadOptions,
): Promise<Invocation> {
  if (command.readsWords === true) {
    const values = new Values(new Map());
    return { kind: "command", command, args: words, values, flags: readGlobalFlags(values) };
  }
  if (words.length === 0 && command.args.every(({ required }) => !required)) {
    const values = new Values(defaultsOf(command.options));
    const args = command.args.map(() => undefined);
    return { kind: "command", command, args, values, flags: readGlobalFlags(values) };
  }
  const plain = (await import("./read_plain.ts")).readPlain(command, words);
  return plain ?? (await import("./parse_command.ts")).parseCommand(command, words, options);
}

/** Returns the page that `help`, followed by words, asks for. */
async function helpAbout(words: readonly string[], options: ReadOptions): Promise<string> {
  const mistakes = () => import("./usage_mistakes.ts");
  const path: string[] = [];
  let rest = words;
  let above: GroupEntry | undefined;
  for (;;) {
    const leading = readLeading(rest);
    if (leading.kind === "unknown_flag") throw (await mistakes()).unknownLeadingFlag(leading.flag);
    if (leading.kind === "value_missing") throw (await mistakes()).missingValue(leading.option);
    if (leading.kind !== "word") {
      return above === undefined ? await programHelp(options) : await groupHelp(above, path, options);
    }
    path.push(leading.word);
    rest = leading.rest;
    const entry = above === undefined
      ? await loadEntry(options.capabilities, leading.word)
      : entryOf(above.commands, leading.word);
    if (entry === undefined) {
      const names = above === undefined ? namesOf(options) : Object.keys(above.commands);
      throw (await mistakes()).unknownCommand(path, names);
    }
    if (isGroup(entry)) above = entry;
    else {
      const command = { ...entry, name: path.join(" ") };
      const more = readLeading(rest);
      if (more.kind === "word") throw (await mistakes()).unexpectedArgument(command);
      return (await import("./parse_command.ts")).commandHelp(command, options);
    }
  }
}

/** Makes the error for a flag before the command, with the flags of the command that is named later. */
async function unknownLeadingFlag(
  flag: string,
  words: readonly string[],
  { capabilities }: ReadOptions,
): Promise<AppError> {
  const name = words.find((word) => capabilities.some(({ names }) => names.includes(word)));
  const entry = name === undefined ? undefined : await loadEntry(capabilities, name);
  const later = name === undefined || entry === undefined || isGroup(entry) ? undefined : { ...entry, name };
  return (await import("./usage_mistakes.ts")).unknownLeadingFlag(flag, { later });
}

async function programHelp(options: ReadOptions): Promise<string> {
  return (await import("../help_text.ts")).programHelp(options.capabilities, options);
}

async function groupHelp(group: GroupEntry, path: readonly string[], options: ReadOptions): Promise<string> {
  return (await import("../help_text.ts")).groupHelp(group, { ...options, name: path.join(" ") });
}

function namesOf({ capabilities }: ReadOptions): readonly string[] {
  return [...capabilities.flatMap(({ names }) => names), "help"];
}

function text(text: string): Invocation {
  return { kind: "text", text };
}
