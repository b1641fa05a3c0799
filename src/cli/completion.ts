import { RootCommand } from "@bomb.sh/tab";
import { listEnvironments } from "../environments/app/show/list_environments.ts";
import { captureConsole } from "./capture_console.ts";
import type { Terminal } from "../ports/terminal.ts";
import { makePorts } from "./command_env.ts";
import type { OptionSpec } from "./command.ts";
import { COMMANDS } from "./commands/mod.ts";
import { GLOBAL_OPTIONS, readGlobalFlags } from "./global_options.ts";
import { Values } from "./values.ts";
import type { Wiring } from "./wiring_types.ts";

/** A person waits with a finger on the key: what takes longer is not offered. */
const PATIENCE_MS = 3_000;

/** What completion may ask. */
export interface CompletionOptions {
  readonly makeWiring: () => Promise<Wiring>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Completes the last of the words typed so far; what cannot be found out is left out. */
export async function completeWords(words: readonly string[], options: CompletionOptions): Promise<string> {
  const { root, wantsPulls } = makeRoot([]);
  const first = captureConsole(() => root.parse([...words]));
  if (!wantsPulls()) return first;
  const numbers = await listPulls(options);
  return captureConsole(() => makeRoot(numbers).root.parse([...words]));
}

type Offer = readonly [value: string, description: string];

/** The commands as the completion package wants them. */
function makeRoot(
  pulls: readonly Offer[],
): { readonly root: RootCommand; readonly wantsPulls: () => boolean } {
  const root = new RootCommand();
  let wanted = false;
  for (const spec of COMMANDS) {
    const command = root.command(spec.name, spec.summary);
    for (const { name, choices } of spec.args) {
      command.argument(name, (complete) => {
        if (name === "pr") wanted = true;
        const offers: readonly Offer[] = name === "pr"
          ? pulls
          : (choices ?? []).map((choice) => [choice, ""]);
        for (const [value, description] of offers) complete(value, description);
      });
    }
    for (const option of [...spec.options, ...GLOBAL_OPTIONS]) addOption(command, option);
  }
  for (const option of GLOBAL_OPTIONS) addOption(root, option);
  return { root, wantsPulls: () => wanted };
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
    const context = await makePorts(await makeWiring(), request, { names: ["forge", "platform"] });
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const { environments } = await listEnvironments(context, patience);
    const byPull = new Map(
      environments.map((view) => [view.pr, `${view.status} ${view.short_sha ?? ""}`.trim()]),
    );
    return [...byPull].map(([pr, words]) => [String(pr), words]);
  } catch {
    // An error in the middle of a line that is being typed helps nobody.
    return [];
  }
}
