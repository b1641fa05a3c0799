import type { AppContext } from "../environments/app/context.ts";
import type { LoadedConfig, Variables } from "../config/mod.ts";
import type { PlatformKind } from "../environments/core/environment/environment.ts";
import type { Finding } from "../lib/finding.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { ReleasePin } from "../environments/core/setup/mod.ts";
import type { Files } from "../ports/files.ts";
import type { Shell } from "../ports/shell.ts";
import type { Terminal } from "../ports/terminal.ts";

/** The flags that every command has. What was not given is undefined. */
export interface GlobalFlags {
  /** As it was written; it is checked where the repository is resolved. */
  readonly repo: string | undefined;
  readonly platform: PlatformKind | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False for `--no-color`. */
  readonly color: boolean;
  /** Nothing is written anywhere: plans are made and shown. */
  readonly dryRun: boolean;
  readonly dryRunGithub: boolean;
  readonly dryRunAws: boolean;
  readonly dryRunDocker: boolean;
  readonly awsSleepSeconds: number | undefined;
}

/** What a command hands over when it asks for something that drivers are needed for. */
export interface WiringRequest {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  /** The pull request the command is about: in Actions its base branch holds the configuration. */
  readonly pr: PrNumber | undefined;
}

/** What `simulate` is asked. */
export interface SimulateOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Path of the seed; undefined: the example. */
  readonly seed: string | undefined;
}

/** A simulator that serves. */
export interface RunningSimulator {
  /** As `http://127.0.0.1:4000`. */
  readonly address: string;
  /** Settles once it serves no more; it ends when the signal it was started with aborts. */
  readonly finished: Promise<void>;
}

/** What `test-lifecycle` is asked. */
export interface LifecycleOptions extends WiringRequest {
  /** Play it on `pr` of the real GitHub, not on the built-in simulator. */
  readonly realGithub: boolean;
  /** How many times as fast as the ordinary pace, above 0; Infinity leaves no pauses. */
  readonly speed: number;
  /** Told what happens, a line at a time, for the answer. */
  readonly tell: (line: string) => void;
}

/** What a set-up is written with. */
export interface SetupTools {
  readonly files: Files;
  /** `source` is `default` where nothing names a repository. */
  readonly repository: { readonly repo: string; readonly source: string };
  readonly defaultBranch: string;
  /** The release of this program, with the checksum of that file where it could be read; `answers`: it is there. */
  findRelease(file: string): Promise<ReleasePin & { readonly answers: boolean }>;
}

/**
 * All that needs a driver, made when it is first asked for. Nothing here is loaded for help, the version, wrong
 * usage and the commands that need nothing.
 */
export interface Wiring {
  /** The configuration in force and the repository, each with its source. Throws ConfigError with every problem. */
  loadConfig(
    request: WiringRequest,
  ): Promise<LoadedConfig & { readonly repository: { readonly repo: string; readonly source: string } }>;
  /** What the use-cases work with. Throws AppError `no_token` where GitHub cannot be asked. */
  makeContext(
    request: WiringRequest,
  ): Promise<{ readonly context: AppContext; readonly loaded: LoadedConfig }>;
  /** For `git-check`. */
  shell(): Promise<Shell>;
  /** Looks at everything that a run needs; what is wrong is an answer, not an error. */
  doctor(request: WiringRequest, signal: AbortSignal): Promise<readonly Finding[]>;
  /** Serves the simulator until `signal` aborts. Throws AppError where the port is taken or the seed is wrong. */
  simulate(options: SimulateOptions, signal: AbortSignal): Promise<RunningSimulator>;
  /** Plays a whole life; throws AppError where a scene fails. */
  playLifecycle(options: LifecycleOptions, signal: AbortSignal): Promise<void>;
  /** For `init`: the folder's files, the repository, and the release that workflows are to install. */
  setup(request: WiringRequest, signal: AbortSignal): Promise<SetupTools>;
  /** Appends to a file of the runner (step outputs, job summary). */
  appendFile(path: string, text: string): Promise<void>;
}

/** What the wiring is made with. */
export interface WiringHost {
  readonly env: Variables;
  readonly signal: AbortSignal;
  /** Told every secret that this process learns: it never appears in any output from then on. */
  readonly keepSecret: (value: string) => void;
  /** Told the platform once repository, token and configuration are known, before it is used. */
  readonly onPlatform?: (platform: PlatformKind) => void;
}

/** What a terminal is made with. */
export interface TerminalSettings {
  /** Both get whole lines with their line breaks, but for the spinner's. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Variables;
  readonly stdinTty: boolean;
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  readonly columns: number | undefined;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Which program this is. */
export interface About {
  /** As `0.1.0`. */
  readonly version: string;
  /** How it was made: `source`, or `binary`. */
  readonly build: string;
  /** Operating system and processor, as `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** The version of Deno that it runs on, which an executable has in it. */
  readonly deno: string;
}

/** The process, as far as the command line needs it; tests bring their own. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Variables;
  readonly stdinTty: boolean;
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  /** Undefined where it is not known. */
  readonly columns: number | undefined;
  /** Aborts with an {@link Interrupted} when the process is told to end. */
  readonly signal: AbortSignal;
  readonly about: About;
}

/** What `run()` works with. */
export interface CliHost {
  readonly io: CliIo;
  readonly makeTerminal: (settings: TerminalSettings) => Terminal;
  /** Told the command before it runs: `help` for every text, `complete` for a completion. */
  readonly onCommand?: (name: string) => void;
  readonly makeWiring: (host: WiringHost) => Promise<Wiring>;
}
