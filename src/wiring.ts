/** Builds drivers from configuration, each loaded when it is first needed. The only file that knows all rooms. */

import type { AppContext, LinkMaker, RunIdentity } from "./app/context.ts";
import { type ActionsContext, type Config, type LoadedConfig } from "./config/mod.ts";
import { AppError, EXIT, toError, usageError } from "./core/errors.ts";
import { formatImageTag } from "./core/envs/names.ts";
import type { PrNumber } from "./core/ids.ts";
import type { Clock } from "./ports/clock.ts";
import type { Forge } from "./ports/forge.ts";
import type { Images, ImageStore } from "./ports/images.ts";
import type { Platform } from "./ports/platform.ts";
import type { Shell } from "./ports/shell.ts";
import type { Terminal } from "./ports/terminal.ts";
import { Redactor } from "./cli/redact.ts";
import type { GlobalFlags, LifecycleOptions, Wiring, WiringHost, WiringRequest } from "./cli/wiring_types.ts";
import { VERSION } from "./version.ts";

/** The name of the configuration file, on the base branch and in the working directory. */
const CONFIG_FILE = "showtime.yml";

/** The parts that everything else is made from, each made once. */
class Parts {
  readonly host: WiringHost;
  readonly redactor: Redactor;
  readonly clock: Promise<Clock>;
  readonly shell: Promise<Shell>;
  readonly actions: Promise<ActionsContext>;

  constructor(host: WiringHost) {
    this.host = host;
    this.redactor = new Redactor(host.env);
    this.clock = import("./drivers/clock/mod.ts").then(({ makeClock }) => makeClock());
    this.shell = import("./drivers/shell/mod.ts").then(({ makeShell }) =>
      // Output of builds and containers ends up in comments: secrets are taken out where it enters.
      makeShell({ redact: (text) => this.redactor.redact(text) })
    );
    this.actions = import("./config/mod.ts").then(({ readActionsContext }) =>
      readActionsContext(host.env, (path) => Deno.readTextFile(path))
    );
    // Whoever needs a part waits for it; one that nobody needs must not end the process when it fails.
    for (const part of [this.clock, this.shell, this.actions]) part.catch(() => undefined);
  }

  /** `owner/name`, by flag, variables, git remote. */
  async repository(flags: GlobalFlags): Promise<{ readonly repo: string; readonly source: string }> {
    const { resolveRepository } = await import("./config/mod.ts");
    const { env } = this.host;
    const named = flags.repo !== undefined || env["GITHUB_REPOSITORY"] ||
      (env["GITHUB_ORG"] && env["GITHUB_REPO"]);
    const gitRemote = named ? undefined : await this.#ask("git", ["remote", "get-url", "origin"]);
    return resolveRepository({ flag: flags.repo, env, gitRemote });
  }

  /** GitHub. Throws AppError `no_token` (exit code 2) where no token can be found. */
  async forge(flags: GlobalFlags, terminal: Terminal): Promise<Forge> {
    const actions = await this.actions;
    const { repo } = await this.repository(flags);
    const { makeGithubForge } = await import("./drivers/github/mod.ts");
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

  /** The token for GitHub. A simulator on this machine takes any: there, none need be given. */
  async token(apiUrl: string): Promise<string> {
    const { resolveToken } = await import("./config/mod.ts");
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
      "Looking for a GitHub token: GITHUB_TOKEN and GH_TOKEN are not set, and `gh auth token` gives none",
      'Set GITHUB_TOKEN, or run "gh auth login"',
    );
  }

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

  /** The configuration in force. In Actions the file comes from the base branch, never from the checkout. */
  async config(
    flags: GlobalFlags,
    options: { readonly pr: PrNumber | undefined; readonly forge: () => Promise<Forge> },
  ): Promise<LoadedConfig> {
    const { loadConfig } = await import("./config/mod.ts");
    const actions = await this.actions;
    const file = flags.config !== undefined
      ? { path: flags.config, text: await readNamed(flags.config) }
      : actions.isActions
      ? await readFromBase(await options.forge(), options.pr, this.host.signal)
      : await readHere();
    return loadConfig({ file, env: this.host.env, flags: { platform: flags.platform } });
  }
}

async function readNamed(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw usageError(
      "config_unreadable",
      `Reading the configuration "${path}": ${toError(error).message}`,
      "Check the path given to --config",
    );
  }
}

async function readFromBase(forge: Forge, pr: PrNumber | undefined, signal: AbortSignal) {
  const text = await forge.readBaseFile(CONFIG_FILE, { pr }, signal);
  return text === undefined ? undefined : { path: `${CONFIG_FILE} (base branch)`, text };
}

async function readHere(): Promise<{ path: string; text: string } | undefined> {
  try {
    return { path: CONFIG_FILE, text: await Deno.readTextFile(CONFIG_FILE) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw usageError(
      "config_unreadable",
      `Reading ${CONFIG_FILE}: ${toError(error).message}`,
      "Make it readable, or name another with --config",
    );
  }
}

/** Makes the context of one command. */
async function makeContext(
  parts: Parts,
  options: WiringRequest & { readonly forge?: Forge },
): Promise<{ readonly context: AppContext; readonly loaded: LoadedConfig }> {
  const { flags, terminal, pr } = options;
  const actions = await parts.actions;
  for (const warning of actions.warnings) terminal.warn(warning);
  const forge = options.forge ?? await parts.forge(flags, terminal);
  const loaded = await parts.config(flags, { pr, forge: () => Promise.resolve(forge) });
  for (const warning of loaded.warnings) terminal.warn(warning);
  const { config } = loaded;
  const { repo } = await parts.repository(flags);
  const { imageRepository } = await import("./config/mod.ts");
  const repository = imageRepository(config, repo);
  const dryPlatform = config.platform === "docker" ? flags.dryRunDocker : flags.dryRunAws;
  const tell = (text: string) => terminal.say(text);
  const clock = await parts.clock;
  const context: AppContext = {
    repo,
    serverUrl: actions.urls.server,
    forge: flags.dryRunGithub ? (await import("./drivers/dry_run/mod.ts")).dryForge(forge, tell) : forge,
    platformKind: config.platform,
    platform: dryPlatform
      ? (await import("./drivers/dry_run/mod.ts")).dryPlatform(config.platform, {
        clock,
        sleepMs: (flags.awsSleepSeconds ?? 0) * 1000,
        tell,
      })
      : await makePlatform(parts, config),
    platformAsLabels: dryPlatform,
    githubDryRun: flags.dryRunGithub,
    images: await makeImages(parts, { config, repository, flags, dryPlatform, tell }),
    clock,
    terminal,
    settings: {
      autoSync: config.autoSync,
      retries: config.retries,
      defaultTtl: config.ttl.value,
      login: config.environment.login,
      imageOf: (number, short) => `${repository}:${formatImageTag(config.build.tag, number, short)}`,
      commentEnabled: config.comment.enabled,
      deploymentsEnabled: config.deployments.enabled,
    },
    identity: makeIdentity(actions, pr),
    links: makeLinks(actions.urls.server, repo),
  };
  return { context, loaded };
}

/** Where environments run. ECS is not part of this version: whoever needs it is told so before anything is changed. */
async function makePlatform(parts: Parts, config: Config): Promise<Platform> {
  const { requireForPlatform } = await import("./config/mod.ts");
  requireForPlatform(config, config.platform);
  if (config.platform === "ecs") return absentPlatform();
  const { makeDockerPlatform } = await import("./drivers/docker/mod.ts");
  return makeDockerPlatform({
    shell: await parts.shell,
    clock: await parts.clock,
    config: {
      network: config.docker.network,
      publish: config.docker.publish,
      port: config.environment.port,
      health: { ...config.environment.health, fallback: config.environment.health.fallback ?? "/" },
      sizes: config.environment.sizes,
      variables: config.environment.variables,
      flags: config.environment.flags,
      host: parts.host.env["DOCKER_HOST"],
    },
  });
}

function absentPlatform(): Platform {
  const refuse = () => Promise.reject(platformAbsent());
  return {
    kind: "ecs",
    list: refuse,
    deploy: refuse,
    settle: refuse,
    destroy: refuse,
    logs: () => failingLines(),
  };
}

// deno-lint-ignore require-yield -- a log that cannot be read has no lines
async function* failingLines(): AsyncGenerator<string> {
  await Promise.reject(platformAbsent());
}

function platformAbsent(): AppError {
  return new AppError(
    "platform_absent",
    "Using platform ecs: this version of Showtime runs environments on docker only",
    {
      exitCode: EXIT.usage,
      hint: "Use --platform docker, or --dry-run-aws to play it without AWS",
    },
  );
}

async function makeImages(
  parts: Parts,
  options: {
    readonly config: Config;
    readonly repository: string;
    readonly flags: GlobalFlags;
    readonly dryPlatform: boolean;
    readonly tell: (text: string) => void;
  },
): Promise<Images> {
  const { config, repository, flags, dryPlatform, tell } = options;
  const dry = flags.dryRunDocker || dryPlatform;
  if (dry) return (await import("./drivers/dry_run/mod.ts")).dryImages(undefined, tell);
  const actions = await parts.actions;
  const { pushesImages } = await import("./config/mod.ts");
  const driver = await import("./drivers/docker/mod.ts");
  return driver.makeImages({
    shell: await parts.shell,
    config: {
      ...config.build,
      image: repository,
      requiredCommit: config.requiredCommit,
    },
    store: pushesImages(config, config.platform)
      ? await makeStore(parts, { repository, tag: config.build.tag })
      : undefined,
    platformIsLocal: config.platform === "docker",
    ci: actions.isActions && actions.isCi,
    dockerLoad: config.docker.load,
    host: parts.host.env["DOCKER_HOST"],
  });
}

async function makeStore(
  parts: Parts,
  options: { readonly repository: string; readonly tag: string },
): Promise<ImageStore> {
  const { repository, tag } = options;
  const { env } = parts.host;
  const registry = await import("./drivers/registry/mod.ts");
  const first = repository.split("/")[0] ?? "";
  const onHub = !repository.includes("/") ||
    !(first.includes(".") || first.includes(":") || first === "localhost") ||
    first === "docker.io";
  if (onHub) {
    const { resolveDockerHubLogin } = await import("./config/mod.ts");
    const login = resolveDockerHubLogin(env);
    if (login !== undefined) parts.keepSecret(login.token);
    return registry.makeHubStore({
      image: repository,
      tag,
      credentials: login === undefined ? undefined : { user: login.user, password: login.token },
    });
  }
  const folder = env["DOCKER_CONFIG"] ?? `${env["HOME"] ?? ""}/.docker`;
  const text = await Deno.readTextFile(`${folder}/config.json`).catch(() => "");
  const credentials = registry.readDockerConfig(text, first);
  if (credentials !== undefined) parts.keepSecret(credentials.password);
  return registry.makeRegistryStore({ image: repository, tag, credentials });
}

function makeIdentity(actions: ActionsContext, pr: PrNumber | undefined): RunIdentity {
  const nonce = Array.from(
    crypto.getRandomValues(new Uint8Array(8)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
  if (!actions.isActions) {
    return { actor: undefined, inActions: false, run: undefined, event: undefined, nonce };
  }
  const { event } = actions;
  const about = event.pr !== undefined && event.pr === pr;
  return {
    actor: actions.triggeringActor ?? actions.actor,
    inActions: true,
    run: actions.runId === undefined ? undefined : { id: actions.runId, attempt: actions.runAttempt ?? 1 },
    event: about
      ? { action: event.action, headSha: event.headSha, sender: event.sender, label: event.label }
      : undefined,
    nonce,
  };
}

function makeLinks(server: string, repo: string): LinkMaker {
  return {
    pull: (pr) => `${server}/${repo}/pull/${pr}`,
    commit: (sha) => `${server}/${repo}/commit/${sha}`,
    run: (id) => `${server}/${repo}/actions/runs/${id}`,
    console: () => ({}),
  };
}

/** Makes the wiring of one process. */
export function makeWiring(host: WiringHost): Promise<Wiring> {
  const parts = new Parts(host);
  return Promise.resolve({
    async loadConfig(request) {
      const { flags, terminal, pr } = request;
      const loaded = await parts.config(flags, { pr, forge: () => parts.forge(flags, terminal) });
      return { ...loaded, repository: await parts.repository(flags) };
    },
    makeContext: (request) => makeContext(parts, request),
    shell: () => parts.shell,
    doctor: (request, signal) => diagnose(parts, request, signal),
    async simulate({ port, seed }, signal) {
      const simulator = await import("./drivers/simulator/mod.ts");
      const parsed = seed === undefined ? simulator.defaultSeed() : simulator.parseSeed(await readSeed(seed));
      const served = simulator.serveSimulator(simulator.makeSimulator(parsed), { port });
      const finished = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(served.stop()), { once: true });
      });
      return { address: served.url, finished };
    },
    playLifecycle: (options, signal) => play(parts, options, signal),
    appendFile: (path, text) => Deno.writeTextFile(path, text, { append: true }),
  });
}

async function readSeed(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw usageError(
      "bad_seed",
      `Reading the seed "${path}": ${toError(error).message}`,
      "It is a JSON file; see the README",
    );
  }
}

async function diagnose(parts: Parts, request: WiringRequest, signal: AbortSignal) {
  const { flags, terminal } = request;
  const { runDoctor } = await import("./app/doctor.ts");
  const forge = parts.forge(flags, terminal);
  forge.catch(() => undefined);
  const loaded = parts.config(flags, { pr: undefined, forge: () => forge });
  loaded.catch(() => undefined);
  return await runDoctor({
    async config() {
      const { config, sources } = await loaded;
      return {
        platform: config.platform,
        sources: [...new Set([...sources.values()].map(({ kind }) => kind))],
      };
    },
    forge: async () => ({ forge: await forge, repo: (await parts.repository(flags)).repo }),
    platform: async () => await makePlatform(parts, (await loaded).config),
    shell: () => parts.shell,
    now: () => Date.now(),
  }, signal);
}

/** Plays a whole life on the built-in simulator, or on a real pull request. */
async function play(parts: Parts, options: LifecycleOptions, signal: AbortSignal): Promise<void> {
  const { makeRealStage, makeSimulatedStage } = await import("./stage.ts");
  const { playLifecycle } = await import("./app/lifecycle_demo.ts");
  const pauseMs = options.speed === Infinity ? 0 : 1500 / options.speed;
  if (options.realGithub) {
    const { context } = await makeContext(parts, options);
    await playLifecycle(context, makeRealStage(context, options.pr), { pauseMs, tell: options.tell }, signal);
    return;
  }
  const stage = await makeSimulatedStage({
    shell: await parts.shell,
    platform: options.flags.platform,
    dry: options.flags.dryRun || options.flags.dryRunDocker || options.flags.platform === "ecs",
  }, signal);
  try {
    const host: WiringHost = { ...parts.host, env: { ...onlyDocker(parts.host.env), ...stage.env } };
    const { context } = await makeContext(new Parts(host), {
      ...options,
      flags: { ...options.flags, ...stage.flags },
      pr: stage.pr,
    });
    await playLifecycle(context, stage, { pauseMs, tell: options.tell }, signal);
  } finally {
    await stage.end();
  }
}

/** The play does not depend on where it is played: of the environment only the engine's address counts. */
function onlyDocker(env: WiringHost["env"]): Record<string, string | undefined> {
  const names = ["PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
