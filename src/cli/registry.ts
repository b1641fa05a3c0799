import type { CommandEntry, GroupEntry, NamedCommand, OptionSpec, Registry } from "./command.ts";

/** The commands of one capability, loaded when one of them is named. */
export interface Capability {
  /** The heading in help. */
  readonly title: string;
  /** The names at the top level, in the order of help. They are what the registry has. */
  readonly names: readonly string[];
  load(): Promise<Registry>;
}

/** Whether an entry is a group. */
export function isGroup(entry: CommandEntry | GroupEntry): entry is GroupEntry {
  return "commands" in entry;
}

/** Returns the entry of that name. Names that every object has are no entries. */
export function entryOf(registry: Registry, name: string): CommandEntry | GroupEntry | undefined {
  return Object.hasOwn(registry, name) ? registry[name] : undefined;
}

/** Loads the entry at the top level from the one registry that has it. */
export async function loadEntry(
  capabilities: readonly Capability[],
  name: string,
): Promise<CommandEntry | GroupEntry | undefined> {
  const capability = capabilities.find(({ names }) => names.includes(name));
  return capability === undefined ? undefined : entryOf(await capability.load(), name);
}

/** Loads every registry and returns every command, in the order of help. No command's module is loaded. */
export async function loadCommands(capabilities: readonly Capability[]): Promise<readonly NamedCommand[]> {
  const loaded = await Promise.all(capabilities.map(async ({ names, load }) => {
    const registry = await load();
    return names.flatMap((name) => {
      const entry = entryOf(registry, name);
      return entry === undefined ? [] : commandsOf({ [name]: entry });
    });
  }));
  return loaded.flat();
}

/** Returns every command of a registry, those of its groups included. `above` is the name of the group. */
export function commandsOf(registry: Registry, above = ""): readonly NamedCommand[] {
  return Object.entries(registry).flatMap(([word, entry]) => {
    const name = `${above}${word}`;
    return isGroup(entry) ? commandsOf(entry.commands, `${name} `) : [{ ...entry, name }];
  });
}

/** Returns the values of flags of which none was given, by name. */
export function defaultsOf(options: readonly OptionSpec[]): ReadonlyMap<string, string> {
  return new Map(options.flatMap(({ name, default: value }) => value === undefined ? [] : [[name, value]]));
}
