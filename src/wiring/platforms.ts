/** Makes the platform that environments run on. Only this file loads the packages of a platform. */

import type { GlobalFlags } from "../cli/wiring_types.ts";
import type { Config } from "../config/mod.ts";
import { usageError } from "../lib/errors.ts";
import type { PrNumber } from "../lib/ids.ts";
import type { RouterSettings } from "../drivers/docker/mod.ts";
import type { TaskDefinitionTemplate } from "../drivers/ecs/mod.ts";
import type { Forge } from "../environments/ports/forge.ts";
import type { Platform } from "../environments/ports/platform.ts";
import { describeFileError } from "../drivers/system/mod.ts";
import { pathOnBase } from "./config_file.ts";
import { readDockerLogins } from "./images.ts";
import { newSecret } from "./new_secret.ts";
import type { Parts } from "./parts.ts";
import { hasHttpProxy, makeDirectFetch } from "./proxies.ts";

/** The settings and the pull request that a platform is made for. */
export interface PlatformRequest {
  readonly config: Config;
  readonly flags: GlobalFlags;
  readonly pr: PrNumber | undefined;
  readonly forge: () => Promise<Forge>;
  /** Reads the template of task definitions; undefined to read it here. */
  readonly template?: () => Promise<TaskDefinitionTemplate | undefined>;
}

/** Makes the platform of the configuration. Throws AppError (exit code 2) if a setting is missing. */
export async function makePlatform(parts: Parts, request: PlatformRequest): Promise<Platform> {
  const { config } = request;
  const { requireForPlatform } = await import("../config/mod.ts");
  requireForPlatform(config, config.platform);
  const { makeHealthProbe } = await import("../drivers/health/mod.ts");
  const { environment } = config;
  const shared = {
    port: environment.port,
    health: { ...environment.health, fallback: environment.health.fallback ?? "/" },
    sizes: environment.sizes,
    variables: environment.variables,
    flags: environment.flags,
    hooks: environment.hooks,
  };
  const tools = {
    clock: await parts.clock,
    // The engine's machine is near: a proxy may not know its addresses. AWS may be beyond a proxy.
    probe: config.platform === "docker"
      ? makeHealthProbe({ fetch: makeDirectFetch() })
      : makeHealthProbe({ proxied: hasHttpProxy() }),
    newSecret,
    keepSecret: (value: string) => parts.keepSecret(value),
  };
  if (config.platform === "docker") {
    const { makeDockerPlatform, passedVariables } = await import("../drivers/docker/mod.ts");
    const { makeNameProbe } = await import("../drivers/health/mod.ts");
    const { network, publish, host: openHost } = config.docker;
    const host = parts.host.env["DOCKER_HOST"];
    return makeDockerPlatform({
      ...tools,
      askName: makeNameProbe(),
      shell: await parts.shell,
      passes: passedVariables({ dockerConfig: await readDockerLogins(parts), caches: [] }),
      config: {
        ...shared,
        network,
        publish,
        openHost,
        router: routerOf(config),
        host,
        builtHere: await findBuiltHere(parts, request),
      },
    });
  }
  const { architectureOf, makeEcsPlatform } = await import("../drivers/ecs/mod.ts");
  const { cluster = "", container = "", taskDefinition: _, ...ecs } = config.ecs;
  const template = await (request.template?.() ?? readTaskDefinition(parts, request));
  return makeEcsPlatform({
    ...tools,
    redact: (text) => parts.redactor.redact(text),
    config: {
      ...shared,
      ...ecs,
      cluster,
      container,
      region: regionOf(config),
      architecture: architectureOf({ buildPlatform: config.build.platform, template }),
      template,
    },
  });
}

/** How long an address may take to lead to a new container: Traefik looks at the engine every two seconds at most. */
const ANSWER_MS = 30_000;
/** How long requests that the old container works on may take. */
const DRAIN_MS = 10_000;

/** Returns the settings of the router; undefined without one. */
function routerOf({ docker: { router, traefik } }: Config): RouterSettings | undefined {
  return router === undefined ? undefined : { ...traefik, answerMs: ANSWER_MS, drainMs: DRAIN_MS };
}

/** Returns the names of the images that are built on the engine and pushed nowhere. */
async function findBuiltHere(parts: Parts, { config, flags }: PlatformRequest) {
  const { imageRepository, pushesImages } = await import("../config/mod.ts");
  if (pushesImages(config, "docker")) return undefined;
  const { repo } = await parts.repository(flags);
  return { image: imageRepository(config, repo), tag: config.build.tag };
}

/**
 * Returns the platform to build images for; undefined for the engine's own. ECS starts an image only on the
 * architecture that the task definition names.
 */
export async function buildPlatform(
  parts: Parts,
  request: PlatformRequest,
): Promise<string | undefined> {
  const { config } = request;
  if (config.build.platform !== undefined || config.platform === "docker") return config.build.platform;
  const { architectureOf, linuxPlatform } = await import("../drivers/ecs/mod.ts");
  const template = await (request.template?.() ?? readTaskDefinition(parts, request));
  return linuxPlatform(architectureOf({ buildPlatform: undefined, template }));
}

/** Returns the region of AWS. The configuration was checked before, so the region is known. */
export function regionOf({ aws }: Pick<Config, "aws">): string {
  return aws.region ?? "";
}

/**
 * Reads the template of task definitions; undefined for the built-in template. In Actions it comes from the
 * base branch, like the configuration that names it: the files of a pull request must not choose the roles
 * that its code runs with.
 */
export async function readTaskDefinition(
  parts: Parts,
  { config, flags, pr, forge }: PlatformRequest,
): Promise<TaskDefinitionTemplate | undefined> {
  const { taskDefinition: path, container = "" } = config.ecs;
  if (path === undefined) return undefined;
  const { readTemplate } = await import("../drivers/ecs/mod.ts");
  const fromBase = (await parts.actions).isActions && flags.config === undefined;
  const text = fromBase
    ? await (await forge()).readBaseFile(pathOnBase(path, await parts.place()), { pr }, parts.host.signal)
    : await readFile(path);
  if (text === undefined) {
    throw usageError(
      "bad_task_definition",
      `Reading the task definition "${path}": it is not on the base branch`,
      "Commit it there, or correct ecs.task_definition",
    );
  }
  return readTemplate(text, { path, container });
}

async function readFile(path: string): Promise<string> {
  const { refuseLinks } = await import("../drivers/docker/mod.ts");
  await refuseLinks(path, "task definition");
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw usageError(
      "bad_task_definition",
      `Reading the task definition "${path}": ${describeFileError(error)}`,
      "Correct ecs.task_definition: it is a path from the folder of showtime.yml",
    );
  }
}
