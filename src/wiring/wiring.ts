/** Builds drivers from configuration, each loaded when it is first needed. Only this and `wiring/` know all rooms. */

import type { AppContext, LinkMaker, RunIdentity } from "../environments/app/context.ts";
import type { LifecycleOptions, Wiring, WiringHost, WiringRequest } from "../cli/wiring_types.ts";
import type { ActionsContext, Config, LoadedConfig } from "../config/mod.ts";
import { usageError } from "../lib/errors.ts";
import { formatImageTag } from "../environments/core/environment/names.ts";
import { configuredFlags } from "../environments/core/environment/variables.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { Forge } from "../environments/ports/forge.ts";
import { describeFileError } from "./file_error.ts";
import { makeImages } from "./images.ts";
import { Parts } from "./parts.ts";
import { makePlatform } from "./platforms.ts";

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
  const { imageRepository } = await import("../config/mod.ts");
  const repository = imageRepository(config, repo);
  parts.host.onPlatform?.(config.platform);
  const dryPlatform = config.platform === "docker" ? flags.dryRunDocker : flags.dryRunAws;
  const tell = (text: string) => terminal.say(text);
  const clock = await parts.clock;
  const context: AppContext = {
    repo,
    serverUrl: actions.urls.server,
    forge: flags.dryRunGithub ? (await import("../drivers/dry_run/mod.ts")).dryForge(forge, tell) : forge,
    platformKind: config.platform,
    platform: dryPlatform
      ? (await import("../drivers/dry_run/mod.ts")).dryPlatform(config.platform, {
        clock,
        sleepMs: (flags.awsSleepSeconds ?? 0) * 1000,
        tell,
      })
      : await makePlatform(parts, { config, flags, pr, forge: () => Promise.resolve(forge) }),
    platformAsLabels: dryPlatform,
    githubDryRun: flags.dryRunGithub,
    images: await makeImages(parts, { config, repository, flags, dryPlatform, tell }),
    clock,
    terminal,
    settings: {
      autoSync: config.autoSync,
      retries: config.retries,
      defaultTtl: config.ttl.value,
      maxAgeMs: config.maxAgeMs,
      login: config.environment.login,
      configuredFlags: configuredFlags(config.environment),
      imageOf: (number, short) => `${repository}:${formatImageTag(config.build.tag, { pr: number, short })}`,
      commentEnabled: config.comment.enabled,
      deploymentsEnabled: config.deployments.enabled,
    },
    identity: makeIdentity(actions, pr),
    links: makeLinks(actions.urls.server, { repo, console: await makeConsole(config) }),
  };
  return { context, loaded };
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
      ? {
        action: event.action,
        headSha: event.headSha,
        sender: event.sender,
        label: event.label,
        at: event.updatedAt,
      }
      : undefined,
    nonce,
  };
}

function makeLinks(
  server: string,
  { repo, console }: { readonly repo: string; readonly console: LinkMaker["console"] },
): LinkMaker {
  return {
    pull: (pr) => `${server}/${repo}/pull/${pr}`,
    commit: (sha) => `${server}/${repo}/commit/${sha}`,
    run: (id) => `${server}/${repo}/actions/runs/${id}`,
    console,
  };
}

/** Links to what the cloud's own console shows of an environment; a local engine has none. */
async function makeConsole({ platform, aws, ecs }: Config): Promise<LinkMaker["console"]> {
  if (platform === "docker") return () => ({});
  const { consoleLinks } = await import("../drivers/ecs/mod.ts");
  const { cluster = "", logGroup } = ecs;
  return (service) => consoleLinks(service, { region: aws.region, cluster, logGroup });
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
    doctor: async (request, signal) => await (await import("./diagnose.ts")).diagnose(parts, request, signal),
    async simulate({ port, seed }, signal) {
      const simulator = await import("../simulators/github/mod.ts");
      const parsed = seed === undefined ? simulator.defaultSeed() : simulator.parseSeed(await readSeed(seed));
      const { makeSimulator, lastIdByClock, serveSimulator } = simulator;
      const served = serveSimulator(makeSimulator(parsed, { lastId: lastIdByClock(Date.now()) }), { port });
      const finished = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(served.stop()), { once: true });
      });
      return { address: served.url, finished };
    },
    playLifecycle: (options, signal) => play(parts, options, signal),
    setup: async (request, signal) => await (await import("./setup.ts")).makeSetup(parts, request, signal),
    async appendFile(path, text) {
      try {
        await Deno.writeTextFile(path, text, { append: true });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotCapable)) throw error;
        throw new Error(describeFileError(error), { cause: error });
      }
    },
  });
}

async function readSeed(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw usageError(
      "bad_seed",
      `Reading the seed "${path}": ${describeFileError(error)}`,
      "It is a JSON file; see the README",
    );
  }
}

/** Plays a whole life on the built-in simulator, or on a real pull request. */
async function play(parts: Parts, options: LifecycleOptions, signal: AbortSignal): Promise<void> {
  const { makeRealStage, makeSimulatedStage } = await import("./demo/stage.ts");
  const { playLifecycle } = await import("../environments/app/lifecycle_demo.ts");
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
  const names = ["PATH", "HOME", "USERPROFILE", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"];
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
