import { Redactor } from "../lib/redact.ts";
import type { GlobalFlags, WiringHost } from "../cli/wiring_types.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { ActionsContext } from "../drivers/actions/mod.ts";
import type { GithubForgeOptions } from "../drivers/github/mod.ts";
import { AppError, usageError } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { RemoteAnswer } from "../lib/git/git_remote.ts";
import type { Clock } from "../ports/clock.ts";
import type { Clone } from "../ports/clone.ts";
import type { Forge } from "../environments/ports/forge.ts";
import type { Shell } from "../ports/shell.ts";
import type { Terminal } from "../ports/terminal.ts";
import { VERSION } from "../lib/version.ts";
import type { ClonePlace } from "../drivers/system/mod.ts";

/** The parts that all other objects are made from. Each is made once, when it is first asked for. */
export class Parts {
  readonly host: WiringHost;
  readonly redactor: Redactor;
  #clock: Promise<Clock> | undefined;
  #shell: Promise<Shell> | undefined;
  #actions: Promise<ActionsContext> | undefined;
  #remoteAnswer: Promise<RemoteAnswer> | undefined;

  /** With `actions`, the run is the one that they describe, and not what the variables say. */
  constructor(host: WiringHost, actions?: ActionsContext) {
    this.host = host;
    this.#actions = actions === undefined ? undefined : Promise.resolve(actions);
    this.redactor = new Redactor(host.env);
  }

  /** The time of this machine. */
  get clock(): Promise<Clock> {
    return this.#clock ??= import("../drivers/system/mod.ts").then(({ makeClock }) => makeClock());
  }

  /** Runs programs. The output of builds and containers ends up in comments, so secrets are masked where it enters. */
  get shell(): Promise<Shell> {
    return this.#shell ??= import("../drivers/shell/mod.ts").then(({ makeShell }) =>
      makeShell({ redact: (text) => this.redactor.redact(text) })
    );
  }

  /** The description of this run by GitHub Actions. */
  get actions(): Promise<ActionsContext> {
    return this.#actions ??= import("../drivers/actions/mod.ts").then(({ readActionsContext }) =>
      readActionsContext(this.host.env, (path) => Deno.readTextFile(path))
    );
  }

  /** Finds the repository, `owner/name`, by flag, variables or git remote. */
  async repository(flags: GlobalFlags): Promise<{ readonly repo: string; readonly source: string }> {
    const { namedRepository, remoteRepository } = await import("../config/mod.ts");
    const named = namedRepository({ flag: flags.repo, env: this.host.env });
    return named ?? remoteRepository(await this.#remote());
  }

  /** The clone in the working folder. */
  async clone(): Promise<Clone> {
    const { makeClone } = await import("../drivers/git/mod.ts");
    return makeClone(await this.shell);
  }

  /**
   * Finds the working folder's place in its clone. A checkout in Actions counts as a whole, and a server works for the root
   * of a repository.
   */
  async place(): Promise<ClonePlace | undefined> {
    const { findCloneRoot } = await import("../drivers/system/mod.ts");
    const { isActions, servesHook } = await this.actions;
    if (servesHook === true) return { depth: 0, prefix: "" };
    return await findCloneRoot(
      Deno.cwd(),
      isActions ? this.host.env["GITHUB_WORKSPACE"] || undefined : undefined,
    );
  }

  #remote(): Promise<RemoteAnswer> {
    return this.#remoteAnswer ??= this.clone().then((clone) => clone.remote(this.host.signal));
  }

  /** Makes the client of GitHub. Throws AppError `no_token` (exit code 2) if no token can be found. */
  async forge(flags: GlobalFlags, terminal: Terminal): Promise<Forge> {
    const { makeGithubForge } = await import("../drivers/github/mod.ts");
    return makeGithubForge(await this.githubOptions(flags, terminal));
  }

  /** Returns the options of a client of GitHub. Throws AppError `no_token` (exit code 2) if no token can be found. */
  async githubOptions(flags: GlobalFlags, terminal: Terminal): Promise<GithubForgeOptions> {
    const actions = await this.actions;
    const { repo } = await this.repository(flags);
    const run = actions.isActions && actions.runId !== undefined
      ? ` run/${actions.runId}.${actions.runAttempt ?? 1}`
      : "";
    return {
      token: await this.token(actions.urls.api),
      repo,
      restUrl: actions.urls.api,
      graphqlUrl: actions.urls.graphql,
      userAgent: `showtime/${VERSION}${run}`,
      clock: await this.clock,
      onWait: (text) => terminal.say(text),
    };
  }

  /** Finds the token for GitHub. A simulator on this machine accepts any token, so it needs no given one. */
  async token(apiUrl: string): Promise<string> {
    const { resolveToken } = await import("../config/mod.ts");
    const local = /^(127\.|localhost$|\[::1\]$)/.test(new URL(apiUrl).hostname);
    const given = resolveToken({ env: this.host.env });
    const token = given ??
      (local ? undefined : resolveToken({ env: {}, ghAuthToken: await this.#ask("gh", ["auth", "token"]) }));
    if (token !== undefined) {
      this.keepSecret(token.value);
      return token.value;
    }
    if (local) return "simulator";
    throw usageError(
      "no_token",
      "Looking for a GitHub token: GITHUB_TOKEN and GH_TOKEN are not set, and `gh auth token` prints none",
      'Set GITHUB_TOKEN, or run "gh auth login"',
    );
  }

  /** Masks a secret in everything that is written from now on. */
  keepSecret(value: string): void {
    this.redactor.keep(value);
    this.host.keepSecret(value);
  }

  async #ask(program: "gh", args: readonly string[]): Promise<string | undefined> {
    try {
      const result = await (await this.shell).run({ program, args, timeoutMs: 10_000 }, this.host.signal);
      return result.code === 0 ? result.stdout.trim() : undefined;
    } catch (error) {
      this.host.signal.throwIfAborted();
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  /** Loads the configuration. In Actions the file comes from the base branch, never from the checkout. */
  async config(
    flags: GlobalFlags,
    options: {
      readonly pr: PrNumber | undefined;
      readonly forge: () => Promise<Forge>;
      /** The defaults do not matter, so no repository has to be known where there is no file. */
      readonly withoutRepository?: true;
    },
  ): Promise<LoadedConfig> {
    const { configuredSecrets, loadConfig, missingFile } = await import("../config/mod.ts");
    const { findHere, findOnBase, isHere, readNamed } = await import("./config_file.ts");
    const actions = await this.actions;
    const { env, signal } = this.host;
    const found = flags.config !== undefined
      ? await readNamed(flags.config)
      : actions.isActions
      ? await findOnBase(await options.forge(), { place: await this.place(), pr: options.pr }, signal)
      : await findHere(await this.place());
    // Without a file the repository decides the defaults, so it must be known.
    const asksRepository = found.file === undefined && options.withoutRepository !== true;
    const repo = asksRepository ? (await this.repository(flags)).repo : undefined;
    const input = { ...found, repo, env, flags: { platform: flags.platform } };
    let loaded = loadConfig(input);
    if (loaded.config.platform === "ecs" && !env["AWS_REGION"] && !env["AWS_DEFAULT_REGION"]) {
      const { readAwsFiles } = await import("./aws_files.ts");
      loaded = loadConfig({ ...input, aws: await readAwsFiles(env) });
    }
    for (const secret of configuredSecrets(loaded.sources)) this.keepSecret(secret);
    if (repo === undefined) return loaded;
    const { event } = actions;
    const branch = options.pr === undefined
      ? event.defaultBranch
      : event.pr === options.pr
      ? event.baseRef
      : undefined;
    const base = actions.isActions
      ? { branch, inWorkingCopy: actions.servesHook !== true && await isHere() }
      : undefined;
    return { ...loaded, assumed: missingFile(loaded, { repo, base }) };
  }
}
