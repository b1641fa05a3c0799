import { RootCommand } from "@bomb.sh/tab";
import { listEnvironments } from "../../environments/app/show/list_environments.ts";
import { captureConsole } from "./capture_console.ts";
import type { Terminal } from "../../ports/terminal.ts";
import { makePorts } from "../command_env.ts";
import type { CommandEntry, GroupEntry, OptionSpec } from "../command.ts";
import { GLOBAL_OPTIONS, readGlobalFlags } from "../global_options.ts";
import { type Capability, entryOf, isGroup } from "../registry.ts";
import { Values } from "../values.ts";
import type { Wiring } from "../wiring_types.ts";

/** The longest time that a person waits for an answer to a key. Later answers are not offered. */
const PATIENCE_MS = 3_000;

/** The things that completion needs. */
export interface CompletionOptions {
  readonly capabilities: readonly Capability[];
  readonly makeWiring: () => Promise<Wiring>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Completes the last of the words typed so far. Offers that cannot be found are left out. */
export async function completeWords(words: readonly string[], options: CompletionOptions): Promise<string> {
  const entries = await loadEntries(options.capabilities);
  const { root, wantsPulls } = makeRoot(entries, []);
  const first = captureConsole(() => root.parse([...words]));
  if (!wantsPulls()) return first;
  const numbers = await listPulls(options);
  return captureConsole(() => makeRoot(entries, numbers).root.parse([...words]));
}

type Offer = readonly [value: string, description: string];

type Entry = CommandEntry | GroupEntry;

/** Loads every command and group with its full name. A group stands before its commands, as the package needs it. */
async function loadEntries(
  capabilities: readonly Capability[],
): Promise<readonly (readonly [string, Entry])[]> {
  const loaded = await Promise.all(capabilities.map(async ({ names, load }) => {
    const registry = await load();
    return names.flatMap((name) => withBelow(name, entryOf(registry, name)));
  }));
  return loaded.flat();
}

function withBelow(name: string, entry: Entry | undefined): readonly (readonly [string, Entry])[] {
  if (entry === undefined) return [];
  const below = isGroup(entry) ? Object.entries(entry.commands) : [];
  return [[name, entry], ...below.flatMap(([word, each]) => withBelow(`${name} ${word}`, each))];
}

/** Makes the commands in the form of the completion package. */
function makeRoot(
  entries: readonly (readonly [string, Entry])[],
  pulls: readonly Offer[],
): { readonly root: RootCommand; readonly wantsPulls: () => boolean } {
  const root = new RootCommand();
  let wanted = false;
  for (const [fullName, entry] of entries) {
    const command = root.command(fullName, entry.summary);
    if (isGroup(entry)) continue;
    for (const { name, choices } of entry.args) {
      command.argument(name, (complete) => {
        if (name === "pr") wanted = true;
        const offers: readonly Offer[] = name === "pr"
          ? pulls
          : (choices ?? []).map((choice) => [choice, ""]);
        for (const [value, description] of offers) complete(value, description);
      });
    }
    const options = entry.readsWords === true ? entry.options : [...entry.options, ...GLOBAL_OPTIONS];
    for (const option of options) addOption(command, option);
  }
  addHelp(root, entries);
  for (const option of GLOBAL_OPTIONS) addOption(root, option);
  return { root, wantsPulls: () => wanted };
}

/** Adds `help`, which takes the names of commands, and after a group's name those of its commands. */
function addHelp(root: RootCommand, entries: readonly (readonly [string, Entry])[]): void {
  const groups = entries.flatMap(([name, entry]) => isGroup(entry) ? [name] : []);
  for (const above of ["", ...groups.map((name) => `${name} `)]) {
    const below = entries.filter(([name]) =>
      name.startsWith(above) && !name.slice(above.length).includes(" ")
    );
    root.command(`help ${above}`.trimEnd(), "print help about a command").argument("command", (complete) => {
      for (const [name, { summary }] of below) complete(name.slice(above.length), summary);
    });
  }
}

function addOption(command: Pick<RootCommand, "option">, option: OptionSpec): void {
  const { name, description, value, choices, short, negated } = option;
  if (value === undefined) {
    if (short === undefined) command.option(name, description);
    else command.option(name, description, short);
    if (negated !== undefined) command.option(`no-${name}`, negated);
    return;
  }
  command.option(name, description, (complete) => {
    for (const choice of choices ?? []) complete(choice, "");
  }, short);
}

async function listPulls({ makeWiring, terminal, signal }: CompletionOptions): Promise<readonly Offer[]> {
  try {
    const flags = { ...readGlobalFlags(new Values(new Map())), quiet: true };
    const request = { flags, terminal, pr: undefined };
    const ports = await makePorts(await makeWiring(), request, { names: ["forge", "platform"] });
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const { environments } = await listEnvironments(ports, patience);
    const byPull = new Map(
      environments.map((view) => [view.pr, `${view.status} ${view.short_sha ?? ""}`.trim()]),
    );
    return [...byPull].map(([pr, words]) => [String(pr), words]);
  } catch {
    // An error message would land in the middle of the line that is being typed.
    return [];
  }
}
