import { Redactor } from "../lib/redact.ts";
import type { GlobalFlags, WiringHost } from "../cli/wiring_types.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { ActionsContext } from "../drivers/actions/mod.ts";
import { AppError, usageError } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Forge } from "../environments/ports/forge.ts";
import type { Shell } from "../ports/shell.ts";
import type { Terminal } from "../ports/terminal.ts";
import { VERSION } from "../lib/version.ts";
import { describeFileError } from "../drivers/system/mod.ts";

/** The name of the configuration file, on the base branch and in the working directory. */
const CONFIG_FILE = "showtime.yml";

/** The parts that all other objects are made from, each made once. */
export class Parts {
  readonly host: WiringHost;
  readonly redactor: Redactor;
  readonly clock: Promise<Clock>;
  readonly shell: Promise<Shell>;
  readonly actions: Promise<ActionsContext>;

  constructor(host: WiringHost) {
    this.host = host;
    this.redactor = new Redactor(host.env);
    this.clock = import("../drivers/system/mod.ts").then(({ makeClock }) => makeClock());
    this.shell = import("../drivers/shell/mod.ts").then(({ makeShell }) =>
      // The output of builds and containers ends up in comments, so secrets are masked where it enters.
      makeShell({ redact: (text) => this.redactor.redact(text) })
    );
    this.actions = import("../drivers/actions/mod.ts").then(({ readActionsContext }) =>
      readActionsContext(host.env, (path) => Deno.readTextFile(path))
    );
    // The caller that needs a part sees its error. The error of an unused part must not end the process.
    for (const part of [this.clock, this.shell, this.actions]) part.catch(() => undefined);
  }

  /** Finds the repository, `owner/name`, by flag, variables or git remote. */
  async repository(flags: GlobalFlags): Promise<{ readonly repo: string; readonly source: string }> {
    const { resolveRepository } = await import("../config/mod.ts");
    const { env } = this.host;
    const named = flags.repo !== undefined || env["GITHUB_REPOSITORY"] ||
      (env["GITHUB_ORG"] && env["GITHUB_REPO"]);
    const gitRemote = named ? undefined : await this.#ask("git", ["remote", "get-url", "origin"]);
    return resolveRepository({ flag: flags.repo, env, gitRemote });
  }

  /** Makes the client of GitHub. Throws AppError `no_token` (exit code 2) if no token can be found. */
  async forge(flags: GlobalFlags, terminal: Terminal): Promise<Forge> {
    const actions = await this.actions;
    const { repo } = await this.repository(flags);
    const { makeGithubForge } = await import("../drivers/github/mod.ts");
    const run = actions.isActions && actions.runId !== undefined
      ? ` run/${actions.runId}.${actions.runAttempt ?? 1}`
      : "";
    return makeGithubForge({
      token: await this.token(actions.urls.api),
      repo,
      restUrl: actions.urls.api,
      graphqlUrl: actions.urls.graphql,
      userAgent: `showtime/${VERSION}${run}`,
      clock: await this.clock,
      onWait: (text) => terminal.say(text),
    });
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

  async #ask(program: "git" | "gh", args: readonly string[]): Promise<string | undefined> {
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
    options: { readonly pr: PrNumber | undefined; readonly forge: () => Promise<Forge> },
  ): Promise<LoadedConfig> {
    const { assumedPreset, configuredSecrets, loadConfig } = await import("../config/mod.ts");
    const actions = await this.actions;
    const file = flags.config !== undefined
      ? { path: flags.config, text: await readNamed(flags.config) }
      : actions.isActions
      ? await readFromBase(await options.forge(), options.pr, this.host.signal)
      : await readHere();
    const { env } = this.host;
    const input = { file, env, flags: { platform: flags.platform } };
    let loaded = loadConfig(input);
    if (loaded.config.platform === "ecs" && !env["AWS_REGION"] && !env["AWS_DEFAULT_REGION"]) {
      const { readAwsFiles } = await import("./aws_files.ts");
      loaded = loadConfig({ ...input, aws: await readAwsFiles(env) });
    }
    for (const secret of configuredSecrets(loaded.sources)) this.keepSecret(secret);
    if (file !== undefined) return loaded;
    // A malformed repository name is reported by the code that needs the repository.
    const repo = await this.repository(flags).then((found) => found.repo, () => undefined);
    if (repo === undefined) return loaded;
    const { event } = actions;
    const branch = options.pr === undefined
      ? event.defaultBranch
      : event.pr === options.pr
      ? event.baseRef
      : undefined;
    const base = actions.isActions ? { branch, inWorkingCopy: await isHere() } : undefined;
    return { ...loaded, assumed: assumedPreset(loaded, { repo, base }) };
  }
}

async function readNamed(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw usageError(
      "config_unreadable",
      `Reading the configuration "${path}": ${describeFileError(error)}`,
      "Check the path given to --config",
    );
  }
}

async function readFromBase(forge: Forge, pr: PrNumber | undefined, signal: AbortSignal) {
  const text = await forge.readBaseFile(CONFIG_FILE, { pr }, signal);
  return text === undefined ? undefined : { path: `${CONFIG_FILE} (base branch)`, text };
}

/** Whether the working copy has a file, which has no effect in Actions. An unreadable folder is no error. */
async function isHere(): Promise<boolean> {
  try {
    return (await Deno.stat(CONFIG_FILE)).isFile;
  } catch {
    return false;
  }
}

async function readHere(): Promise<{ path: string; text: string } | undefined> {
  try {
    return { path: CONFIG_FILE, text: await Deno.readTextFile(CONFIG_FILE) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw usageError(
      "config_unreadable",
      `Reading ${CONFIG_FILE}: ${describeFileError(error)}`,
      "Make it readable, or name another with --config",
    );
  }
}
