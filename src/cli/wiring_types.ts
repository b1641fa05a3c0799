import type { AssetsPorts, Instance } from "../assets/app/assets_ports.ts";
import type { SavedLogin } from "../assets/ports/login.ts";
import type { SupersetReader, SupersetWriter } from "../assets/ports/superset.ts";
import type { Stage } from "../environments/app/lifecycle_demo.ts";
import type { ContextPorts } from "../contexts/app/context_ports.ts";
import type { ContextSettings } from "../contexts/core/settings.ts";
import type { AppFiles } from "../contexts/ports/app_files.ts";
import type { ContextStore } from "../contexts/ports/context_store.ts";
import type { PipelineFiles } from "../pipelines/ports/pipeline_files.ts";
import type { BuildPorts } from "../pipelines/app/run_request.ts";
import type { BuildTrace, TelemetryPlan } from "../pipelines/core/trace/mod.ts";
import type { OutputStore } from "../pipelines/ports/output_store.ts";
import type { Spool } from "../pipelines/ports/spool.ts";
import type { Telemetry } from "../pipelines/ports/telemetry.ts";
import type { PullComments } from "../contexts/ports/comments.ts";
import type { Http } from "../ports/http.ts";
import type { ReviewComments } from "../assets/ports/review_comment.ts";
import type { RunValues } from "../environments/app/run.ts";
import type { SyncPorts } from "../environments/app/sync/sync_ports.ts";
import type { Diagnosis } from "../environments/ports/diagnosis.ts";
import type { EnvironmentEvents } from "../environments/ports/environment_events.ts";
import type { EnvironmentContent } from "../environments/ports/content.ts";
import type { Forge } from "../environments/ports/forge.ts";
import type { Images } from "../environments/ports/images.ts";
import type { Platform } from "../environments/ports/platform.ts";
import type { Releases } from "../environments/ports/releases.ts";
import type { Browser } from "../ports/browser.ts";
import type { Clock } from "../ports/clock.ts";
import type { ServerWiring } from "./server_types.ts";
import type { CommandRights } from "./command_rights.ts";
import type { AssetsConfig, LoadedConfig } from "../config/mod.ts";
import type { Variables } from "../lib/variables.ts";
import type { PlatformKind } from "../environments/core/environment/environment.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { Clone } from "../ports/clone.ts";
import type { Files } from "../ports/files.ts";
import type { Shell } from "../ports/shell.ts";
import type { Terminal } from "../ports/terminal.ts";

/** The global flags and those of environments. A flag that was not given is undefined or false. */
export interface GlobalFlags {
  /** As it was written. It is checked when the repository is resolved. */
  readonly repo: string | undefined;
  readonly platform: PlatformKind | undefined;
  readonly config: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False for `--no-color`. */
  readonly color: boolean;
  /** Whether nothing is written anywhere: plans are made and shown. */
  readonly dryRun: boolean;
  readonly dryRunGithub: boolean;
  readonly dryRunAws: boolean;
  readonly dryRunDocker: boolean;
  readonly awsSleepSeconds: number | undefined;
}

/** The part of a command that drivers are made for. */
export interface WiringRequest {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  /** The pull request the command is about: in Actions its base branch holds the configuration. */
  readonly pr: PrNumber | undefined;
}

/** The options of `simulate`. */
export interface SimulateOptions extends WiringRequest {
  /** 0 stands for any free port. */
  readonly port: number;
  /** The path of the seed; undefined for the example. */
  readonly seed: string | undefined;
  /** Whether the clone in the working folder is served, in place of a seed. */
  readonly here: boolean;
  /** The name for that clone's repository, as the flag gives it. */
  readonly repo: string | undefined;
  /** Whether `sync` runs after each event, with the demo's application on the local engine. */
  readonly play: boolean;
}

/** A running simulator. */
export interface RunningSimulator {
  /** As `http://127.0.0.1:4000`. */
  readonly address: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The address of the page of the first pull request. */
  readonly page: string;
  /** A description of the clone that is served or of what is played; undefined for a seed. */
  readonly about: string | undefined;
  /** Settles when the simulator has stopped, which it does when the signal of its start aborts. */
  readonly finished: Promise<void>;
}

/** The stage that `test-lifecycle` asks for. */
export interface StageOptions extends WiringRequest {
  /** Play it on `pr` of the real GitHub, not on the built-in simulator. */
  readonly realGithub: boolean;
  /** Whether people play in a browser, and `sync` runs after each event. */
  readonly forPeople: boolean;
}

/** A stage to play a life on, with the ports that play on it. */
export interface PlayedStage {
  readonly stage: Stage;
  readonly ports: SyncPorts;
  /** The address of the pull request's page; undefined on the real GitHub. */
  readonly page: string | undefined;
  /** Takes down what the stage brought. */
  end(): Promise<void>;
}

/** The ports about environments that a command can ask for, by name. */
export interface EnvironmentPorts {
  readonly forge: Forge;
  readonly platform: Platform;
  readonly images: Images;
  /** Loads the port to the content of commits; undefined if none is configured. */
  readonly content: (() => Promise<EnvironmentContent>) | undefined;
  /** Loads the port to events about environments; undefined if none is configured. */
  readonly events: (() => Promise<EnvironmentEvents>) | undefined;
  readonly clock: Clock;
}

/** One maker per port. A port is made once for a request; nothing is loaded before that. */
export type PortMakers = {
  readonly [Name in keyof EnvironmentPorts]: (request: WiringRequest) => Promise<EnvironmentPorts[Name]>;
};

/** The things that commands about assets use. */
export interface AssetsTools {
  readonly config: AssetsConfig;
  readonly ports: AssetsPorts;
  /** Whether the run is in GitHub Actions: snapshots become artifacts there. */
  readonly inActions: boolean;
  /** The bots that are believed besides the one of GitHub Actions. */
  readonly trustedBots: readonly string[];
  /** Makes the ports of a configured instance, once; undefined if no instance has the name. */
  instance(name: string): Instance | undefined;
  /** Makes the comments on pull requests. Throws AppError `no_token` (exit code 2) without a token for GitHub. */
  reviewComments(): Promise<ReviewComments>;
  /** Makes a login to a configured instance that begins anew; undefined if no instance has the name. */
  login(name: string): InstanceLogin | undefined;
  /** Opens the saved login of an instance, whether it is configured or not. */
  savedLogin(name: string): SavedLogin;
  /** Reads a file at any path. Throws AppError `file_unreadable` (exit code 2). */
  readText(path: string): Promise<string>;
}

/** The things that check contexts without a store. */
export interface ContextFiles {
  readonly settings: ContextSettings;
  /** The files that `--app`, `--bases` and pairs name. */
  readonly appFiles: AppFiles;
}

/** The things that commands about contexts use. */
export interface ContextTools extends ContextFiles {
  readonly ports: ContextPorts;
  /** Whether handlers may use the secrets of the configuration. */
  readonly secretsAllowed: boolean;
  /** Makes the port to servers of others. */
  readonly http: () => Promise<Http>;
  readonly comments: PullComments;
  /** Opens the primary of the original tool's configuration. Throws AppError `original_missing` (exit code 2). */
  readonly original: () => Promise<ContextStore>;
}

/** The part of a command about contexts that drivers are made for. */
export interface ContextRequest {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  /** Milliseconds that a store may be busy. */
  readonly waitMs: number;
  /** Whether the output shows secrets, as that of `get` does. */
  readonly reveals?: boolean;
  /** Whether the file of the original tool is left alone, as by `import`, which only reads its store. */
  readonly ownOnly?: boolean;
  /** The paths of the original tool's files, where its command line is run. */
  readonly originalFiles?: { readonly config: string; readonly secrets: string };
}

/** The part of a build that drivers are made for. */
export interface PipelineRequest {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  /** The folder that no step leaves, as `--root` gives it; undefined for the working folder. */
  readonly root: string | undefined;
  /** Milliseconds that a program has between TERM and KILL. */
  readonly graceMs: number;
}

/** The things that `pipeline run` uses. */
export interface PipelineTools {
  readonly ports: Omit<BuildPorts, "outputs">;
  readonly newSpanId: () => string;
  readonly newTraceId: () => string;
  /** Reads the whole environment of this process, which steps get. */
  variables(): Promise<Readonly<Record<string, string>>>;
  /** Returns the absolute path of a program; undefined if the file is no program. */
  findExecutable(path: string): Promise<string | undefined>;
  absolutePath(path: string): Promise<string>;
  /** Throws AppError `file_unwritable` (exit code 2) if the program may not write a file at the path. */
  assertWritable(path: string): Promise<void>;
  /** Writes a file as a whole. Throws AppError `file_unwritable`. */
  writeResult(path: string, text: string): Promise<void>;
  /** Appends to a file that the runner of a workflow names. Throws Error. */
  appendText(path: string, text: string): Promise<void>;
  /** Masks the secrets of this process. */
  redact(text: string): string;
  makeSpool(): Promise<Spool>;
  /** Makes the sender of telemetry; undefined if the plan names no endpoint. */
  makeTelemetry(
    options: { readonly plan: TelemetryPlan; readonly trace: BuildTrace },
  ): Promise<Telemetry | undefined>;
  /**
   * Makes the store for outputs of steps in the context of this run; undefined without a context. Throws AppError
   * `context_id_invalid` (exit code 2).
   */
  outputStore(build: { readonly pipeline: string; readonly traceId: string }): OutputStore | undefined;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** A login to an instance that begins anew. */
export interface InstanceLogin {
  readonly server: SupersetReader & SupersetWriter;
  readonly saved: SavedLogin;
  /** The refresh token of the login; undefined before it, and if the provider gives none. */
  refreshToken(): string | undefined;
}

/**
 * Makes each thing that needs a driver when it is first asked for. Nothing is loaded for help, the version, wrong usage
 * and the commands that need nothing.
 */
export interface Wiring extends PortMakers, ServerWiring {
  /** The configuration in force. Throws ConfigError with every problem. */
  config(request: WiringRequest): Promise<LoadedConfig>;
  /** The repository to work on and what named it. */
  repository(request: WiringRequest): Promise<{ readonly repo: string; readonly source: string }>;
  /** The values of this run. Throws AppError `no_token` if GitHub cannot be asked. */
  run(request: WiringRequest): Promise<RunValues>;
  /** The tools for assets. Throws ConfigError. */
  assets(request: WiringRequest): Promise<AssetsTools>;
  /** The tools for contexts. Throws ConfigError. */
  contexts(request: ContextRequest): Promise<ContextTools>;
  /** The settings of contexts and the files that they are made from. Throws ConfigError. */
  contextFiles(request: Pick<ContextRequest, "flags" | "terminal">): Promise<ContextFiles>;
  /** The files that commands about pipelines read. */
  pipelineFiles(): Promise<PipelineFiles>;
  /** The tools for builds. Throws AppError (exit code 2) if this machine cannot run builds. */
  pipelines(request: PipelineRequest): Promise<PipelineTools>;
  shell(): Promise<Shell>;
  clone(): Promise<Clone>;
  /** The working folder's place in its clone; undefined outside of one. `prefix` is empty at the root. */
  place(): Promise<{ readonly depth: number; readonly prefix: string } | undefined>;
  files(): Promise<Files>;
  browser(): Promise<Browser>;
  releases(): Promise<Releases>;
  /** Looks at engine, registry and cloud, for `doctor`. */
  diagnoses(request: WiringRequest): Promise<readonly Diagnosis[]>;
  /** Serves the simulator until `signal` aborts. Throws AppError if the port is taken or the seed is wrong. */
  simulator(options: SimulateOptions, signal: AbortSignal): Promise<RunningSimulator>;
  /** Serves the simulator of Superset, under the same conditions. */
  supersetSimulator(
    options: Pick<SimulateOptions, "port" | "seed">,
    signal: AbortSignal,
  ): Promise<Pick<RunningSimulator, "address" | "finished">>;
  /** Sets a stage up to play a life on. */
  stage(options: StageOptions, signal: AbortSignal): Promise<PlayedStage>;
}

/** The process as the wiring needs it. */
export interface WiringHost {
  readonly env: Variables;
  readonly signal: AbortSignal;
  /** Takes a secret that this process has learnt. No output shows it from then on. */
  readonly keepSecret: (value: string) => void;
  /** Is called with the platform when repository, token and configuration are known, before the platform is used. */
  readonly onPlatform?: (platform: PlatformKind) => void;
}

/** The settings of a terminal. */
export interface TerminalSettings {
  /** Both streams get whole lines with their line breaks, except for the spinner's. */
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

/** The identity of this program. */
export interface About {
  /** As `0.1.0`. */
  readonly version: string;
  /** The way it was built: `source` or `binary`. */
  readonly build: string;
  /** Operating system and processor, as `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** The version of Deno that it runs on. An executable contains Deno. */
  readonly deno: string;
}

/** The process as the command line needs it. Tests bring their own. */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Variables;
  readonly stdinTty: boolean;
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  /** Width of the terminal on stdout or stderr; undefined if neither is one. */
  readonly columns: number | undefined;
  /** Returns the size of that terminal now. */
  readonly size?: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Aborts with an {@link Interrupted} when the process gets SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborts when the reader of stdout has closed its pipe, such as `head` does. */
  readonly readerLeft?: AbortSignal;
  readonly about: About;
}

/** The surroundings of `run()`. */
export interface CliHost {
  readonly io: CliIo;
  readonly makeTerminal: (settings: TerminalSettings) => Terminal;
  /** Is called before a command runs or a text is printed, with the rights to keep. */
  readonly onCommand?: (rights: CommandRights) => void;
  readonly makeWiring: (host: WiringHost) => Promise<Wiring>;
}
