import type { LoadedConfig } from "../config/mod.ts";
import type { Variables } from "../lib/variables.ts";
import { type AppError, usageError } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { CommandEnv, CommandPorts, NamedCommand } from "./command.ts";
import { readPull } from "./read_arguments.ts";
import { renderJson } from "./render/json.ts";
import type { Style } from "./render/style.ts";
import type { Streams } from "./streams.ts";
import type { Values } from "./values.ts";
import type { About, EnvironmentPorts, GlobalFlags, Wiring, WiringRequest } from "./wiring_types.ts";

/** The parts that a {@link CommandEnv} is made from. */
export interface CommandEnvOptions {
  readonly command: NamedCommand;
  readonly args: readonly (string | undefined)[];
  readonly values: Values;
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly style: Style;
  readonly streams: Streams;
  readonly variables: Variables;
  readonly signal: AbortSignal;
  readonly about: About;
  readonly makeWiring: () => Promise<Wiring>;
  readonly onFailure: (error: AppError, about?: string) => void;
  /** Writes to stdout without masking secrets. */
  readonly reveal: (text: string) => void;
}

/** Makes the things a command works with. Drivers are loaded when the command first asks for the wiring. */
export function makeCommandEnv(options: CommandEnvOptions): CommandEnv {
  const { command, args, terminal } = options;
  let { flags } = options;
  let wiring: Promise<Wiring> | undefined;

  function getWiring(): Promise<Wiring> {
    if (command.permissions.length === 0) {
      throw new RangeError(
        `Running ${command.name}: it is declared to need no permission, and a driver needs some`,
      );
    }
    wiring ??= options.makeWiring();
    return wiring;
  }

  function pull(): PrNumber {
    const { pr, repo } = readPull(args[0] ?? "", options.variables["GITHUB_SERVER_URL"]);
    if (repo !== undefined) flags = { ...flags, repo: chooseRepo(flags.repo, repo) };
    return pr;
  }

  return {
    ...options,
    get flags() {
      return flags;
    },
    pull,
    async shownPull() {
      if (args[0] !== undefined) return pull();
      const { findCurrentPull } = await import("../environments/app/show/current_pull.ts");
      const made = await getWiring();
      const request = { flags, terminal, pr: undefined };
      return await findCurrentPull({
        clone: await made.clone(),
        forge: () => made.forge(request),
        repo: async () => (await made.repository(request)).repo,
        example: `showtime ${command.name} 1234`,
      }, options.signal);
    },
    wiring: getWiring,
    async ports<Name extends keyof EnvironmentPorts>(
      pr: PrNumber | undefined,
      names: readonly Name[],
      changed: Partial<GlobalFlags> = {},
    ): Promise<{ readonly ports: CommandPorts<Name>; readonly loaded: LoadedConfig }> {
      const request = { flags: { ...flags, ...changed }, terminal, pr };
      const wiring = await getWiring();
      return { ports: await makePorts(wiring, request, { names }), loaded: await wiring.config(request) };
    },
    lines(lines) {
      if (lines.length > 0) terminal.out(lines.join("\n"));
    },
    json(document) {
      terminal.out(renderJson(document));
    },
    next(sentence) {
      if (!flags.json) terminal.say(`Next: ${sentence}`);
    },
    fail: options.onFailure,
  };
}

function chooseRepo(flag: string | undefined, fromUrl: string): string {
  if (flag === undefined || flag.toLowerCase() === fromUrl.toLowerCase()) return fromUrl;
  throw usageError(
    "repository_conflict",
    `Reading the command line: the URL is of ${fromUrl}, and --repo says ${flag}`,
    "Leave --repo out, or give the number of the pull request alone",
  );
}

/** Makes the ports of these names, one after the other, after the values of the run. */
export async function makePorts<Name extends keyof EnvironmentPorts>(
  wiring: Wiring,
  request: WiringRequest,
  { names }: { readonly names: readonly Name[] },
): Promise<CommandPorts<Name>> {
  const run = await wiring.run(request);
  const ports: Partial<EnvironmentPorts> = {};
  for (const name of names) Object.assign(ports, { [name]: await wiring[name](request) });
  return { ...run, terminal: request.terminal, ...ports as Pick<EnvironmentPorts, Name> };
}
