import type { RunValues } from "../environments/app/run.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { Variables } from "../lib/variables.ts";
import type { AppError, ExitCode } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { Style } from "./render/style.ts";
import type { Values } from "./values.ts";
import type { About, EnvironmentPorts, GlobalFlags, Wiring } from "./wiring_types.ts";

/** A positional argument. */
export interface ArgumentSpec {
  /** As help shows it, without brackets: `pr`. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Anything else is refused. */
  readonly choices?: readonly string[];
}

/** A flag. */
export interface OptionSpec {
  /** Without dashes: `older-than`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** The value's name in help; a flag without one takes none. */
  readonly value?: string;
  readonly description: string;
  /** Anything else is refused. */
  readonly choices?: readonly string[];
  /** `--no-<name>` exists too; this is its description. */
  readonly negated?: string;
}

/** A command, as data: help, parser and completion all come from it. */
export interface CommandSpec {
  readonly name: string;
  readonly args: readonly ArgumentSpec[];
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Sentences for its own help page. */
  readonly description: string;
  /** Command lines without `showtime`, each with what it is for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly options: readonly OptionSpec[];
  /**
   * What has to be built before it can run. `nothing` loads no driver; `config` no GitHub outside Actions;
   * `simulator` makes its own world.
   */
  readonly needs: "nothing" | "config" | "context" | "simulator";
  /** Does it. Throws AppError; returns the exit code where nothing was thrown. */
  run(env: CommandEnv): Promise<ExitCode>;
}

/** The ports that a command asked for by name, with the terminal and the values of this run. */
export type CommandPorts<Name extends keyof EnvironmentPorts> =
  & Pick<EnvironmentPorts, Name>
  & RunValues
  & { readonly terminal: Terminal };

/** Everything a command may use. */
export interface CommandEnv {
  /** In the order of {@link CommandSpec.args}. */
  readonly args: readonly (string | undefined)[];
  readonly values: Values;
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly style: Style;
  readonly variables: Variables;
  readonly signal: AbortSignal;
  readonly about: About;
  /** The pull request in the first argument; its URL's repository counts as `--repo`. Throws AppError. */
  pull(): PrNumber;
  /** Loads what needs drivers; made once. */
  wiring(): Promise<Wiring>;
  /**
   * Makes the ports of these names, with the values of this run; about `pr` if the command is about one. `changed`
   * outweighs the flags given.
   */
  ports<Name extends keyof EnvironmentPorts>(
    pr: PrNumber | undefined,
    names: readonly Name[],
    changed?: Partial<GlobalFlags>,
  ): Promise<{ readonly context: CommandPorts<Name>; readonly loaded: LoadedConfig }>;
  /** Writes lines of the answer. */
  lines(lines: readonly string[]): void;
  /** Writes the one JSON document of the answer. */
  json(document: unknown): void;
  /** Says what a person does next; nothing under `--json` and `--quiet`. */
  next(sentence: string): void;
  /** Prints a failure that is part of the answer, for people; with `--json` the document carries it. */
  fail(error: AppError): void;
}

/** The argument that most commands have. */
export const PULL_ARGUMENT: ArgumentSpec = {
  name: "pr",
  description: "number, #number or URL of the pull request",
  required: true,
};
