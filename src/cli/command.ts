import type { RunValues } from "../environments/app/run.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { Variables } from "../lib/variables.ts";
import type { AppError, ExitCode } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { CommandRights } from "./command_rights.ts";
import type { Style } from "./render/style.ts";
import type { Streams } from "./streams.ts";
import type { Values } from "./values.ts";
import type { About, EnvironmentPorts, GlobalFlags, Wiring } from "./wiring_types.ts";

/** A positional argument. */
export interface ArgumentSpec {
  /** As help shows it, without brackets: `pr`. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The only values that the command accepts. */
  readonly choices?: readonly string[];
  /** Whether the last argument may be given several times: each value is one of {@link CommandEnv.args}. */
  readonly repeats?: boolean;
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
  /** The only values that the command accepts. */
  readonly choices?: readonly string[];
  /** Whether the value may be several of the choices, separated by commas. */
  readonly several?: boolean;
  /** The description of `--no-<name>`, where that flag exists too. */
  readonly negated?: string;
  /** The value without the flag, as it would be typed. Help shows it. */
  readonly default?: string;
  /** Whether the flag may be given several times; {@link Values.texts} has all values. */
  readonly repeats?: boolean;
  /** The heading in help; without one the flag is among the command's own. */
  readonly group?: string;
}

/** The ports that a command asked for by name, with the terminal and the values of this run. */
export type CommandPorts<Name extends keyof EnvironmentPorts> =
  & Pick<EnvironmentPorts, Name>
  & RunValues
  & { readonly terminal: Terminal };

/** Runs a command. Throws AppError; the exit code is of a run without an error. */
export type RunCommand = (env: CommandEnv) => Promise<ExitCode>;

/** A command as data: parser, help, completion and permissions come from it. */
export interface CommandEntry extends CommandRights {
  /** One line, for lists of commands. */
  readonly summary: string;
  /** Sentences for the command's own help page. */
  readonly description: string;
  /** Command lines without `showtime`, each with its purpose. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  readonly args: readonly ArgumentSpec[];
  /** The flags that the command takes besides the global ones. */
  readonly options: readonly OptionSpec[];
  /** The rights that the command keeps if a flag is given, by the flag's name. */
  readonly rightsWith?: Readonly<Record<string, CommandRights>>;
  /** Whether the command takes the lock of a pull request. An interrupted run gives the lock back. */
  readonly takesLock: boolean;
  /** The advice after an interruption, as a sentence. Without it the command is run again. */
  readonly afterInterruption?: string;
  /** Whether `--json` prints one document on each line, a failure included. */
  readonly streamsJson?: boolean;
  /** Whether the command finishes its work if its answer has no reader any more. One that takes a lock does so too. */
  readonly finishesUnread?: boolean;
  /** Whether the command reads its words itself, in {@link CommandEnv.args}. Global flags are then words too. */
  readonly readsWords?: boolean;
  /** The exit codes with their meanings, where they are not those of most commands. */
  readonly exits?: readonly (readonly [code: string, meaning: string])[];
  /** Whether `showtime --help` shows the summary; other commands appear there by name. */
  readonly isCommon?: boolean;
  /** Loads the module of the command. Nothing else loads it. */
  load(): Promise<RunCommand>;
}

/** A group of commands, such as `assets`. */
export interface GroupEntry {
  /** One line, for lists of commands. */
  readonly summary: string;
  /** Sentences for the group's own help page; the summary if left out. */
  readonly description?: string;
  readonly commands: Registry;
}

/** Commands and groups by name, in the order of help. */
export type Registry<Name extends string = string> = Readonly<Record<Name, CommandEntry | GroupEntry>>;

/** A command with its name as it is typed, groups included: `assets instances list`. */
export interface NamedCommand extends CommandEntry {
  readonly name: string;
}

/** The things a command may use. */
export interface CommandEnv {
  /** In the order of {@link CommandEntry.args}. */
  readonly args: readonly (string | undefined)[];
  readonly values: Values;
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly style: Style;
  readonly streams: Streams;
  readonly variables: Variables;
  readonly signal: AbortSignal;
  readonly about: About;
  /** The pull request in the first argument; its URL's repository counts as `--repo`. Throws AppError. */
  pull(): PrNumber;
  /** The pull request in the first argument, else that of the checked-out branch. For commands that change nothing. */
  shownPull(): Promise<PrNumber>;
  /** Loads everything that needs drivers, once. */
  wiring(): Promise<Wiring>;
  /**
   * Makes the ports of these names, with the values of this run, about `pr` if the command is about one. `changed`
   * overrides the flags given.
   */
  ports<Name extends keyof EnvironmentPorts>(
    pr: PrNumber | undefined,
    names: readonly Name[],
    changed?: Partial<GlobalFlags>,
  ): Promise<{ readonly ports: CommandPorts<Name>; readonly loaded: LoadedConfig }>;
  /** Writes lines of the answer. */
  lines(lines: readonly string[]): void;
  /** Writes the answer as it is, secrets included: for a command that was asked for a value. */
  reveal(text: string): void;
  /** Writes the one JSON document of the answer. */
  json(document: unknown): void;
  /** Says what a person does next. Silent under `--json` and `--quiet`. */
  next(sentence: string): void;
  /**
   * Prints a failure that is part of the answer. Silent under `--json`, where the document carries it. In Actions the
   * run's page gets an annotation; `about` names what failed in its title.
   */
  fail(error: AppError, about?: string): void;
}

/** The pull request, which is the first argument of most commands. */
export const PULL_ARGUMENT: ArgumentSpec = {
  name: "pr",
  description: "number, #number or URL of the pull request",
  required: true,
};

/** The pull request of a command that only shows: without it, the checked-out branch names one. */
export const SHOWN_PULL_ARGUMENT: ArgumentSpec = {
  ...PULL_ARGUMENT,
  description: `${PULL_ARGUMENT.description}; that of the current branch without it`,
  required: false,
};
