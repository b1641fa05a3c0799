/** Makes the builder of images and the stores that hold them. */

import type { GlobalFlags } from "../cli/wiring_types.ts";
import type { Config } from "../config/mod.ts";
import { AppError } from "../lib/errors.ts";
import type { Images, ImageStore, RegistryLogin } from "../environments/ports/images.ts";
import type { Parts } from "./parts.ts";

/** Makes the builder of images, with a store if images are pushed. */
export async function makeImages(
  parts: Parts,
  options: {
    readonly config: Config;
    readonly repository: string;
    readonly flags: GlobalFlags;
    readonly dryPlatform: boolean;
    readonly tell: (text: string) => void;
    /** Finds the platform to build for; undefined for the engine's own. */
    readonly buildPlatform: () => Promise<string | undefined>;
  },
): Promise<Images> {
  const { config, repository, flags, dryPlatform, tell, buildPlatform } = options;
  const dry = flags.dryRunDocker || dryPlatform;
  if (dry) return (await import("../drivers/dry_run/mod.ts")).dryImages(tell);
  const actions = await parts.actions;
  const { pushesImages } = await import("../config/mod.ts");
  const driver = await import("../drivers/docker/mod.ts");
  const pushes = pushesImages(config, config.platform);
  return driver.makeImages({
    shell: await parts.shell,
    config: {
      ...config.build,
      platform: await buildPlatform(),
      image: repository,
      requiredCommit: config.requiredCommit,
    },
    store: pushes ? await makeStore(parts, { repository, tag: config.build.tag }) : undefined,
    login: await makeLogin(parts, { build: config.build, pushedTo: pushes ? repository : undefined, tell }),
    passes: driver.passedVariables({
      dockerConfig: await readDockerLogins(parts),
      caches: [...config.build.cacheFrom, ...config.build.cacheTo],
    }),
    platformIsLocal: config.platform === "docker",
    ci: actions.isActions && actions.isCi,
    strict: actions.isActions,
    dockerLoad: config.docker.load,
    host: parts.host.env["DOCKER_HOST"],
  });
}

/** Makes the store of pushed images: ECR, Docker Hub or another registry. */
export async function makeStore(
  parts: Parts,
  options: { readonly repository: string; readonly tag: string },
): Promise<ImageStore> {
  const { repository, tag } = options;
  const { env } = parts.host;
  if (await isInEcr(repository)) {
    const { makeEcrStore } = await import("../drivers/ecs/mod.ts");
    return makeEcrStore({ image: repository, tag });
  }
  const registry = await import("../drivers/registry/mod.ts");
  const first = repository.split("/")[0] ?? "";
  const onHub = !repository.includes("/") ||
    !(first.includes(".") || first.includes(":") || first === "localhost") ||
    first === "docker.io";
  if (onHub) {
    const { resolveDockerHubLogin } = await import("../config/mod.ts");
    const login = resolveDockerHubLogin(env);
    if (login !== undefined) parts.keepSecret(login.token);
    return registry.makeHubStore({
      image: repository,
      tag,
      credentials: login === undefined ? undefined : { user: login.user, password: login.token },
      dockerLogin: await readLogin(parts, "docker.io"),
    });
  }
  const credentials = await readLogin(parts, first);
  return registry.makeRegistryStore({ image: repository, tag, credentials });
}

async function readLogin(parts: Parts, host: string) {
  const { readDockerConfig } = await import("../drivers/registry/mod.ts");
  const credentials = readDockerConfig(await readDockerLogins(parts), host);
  if (credentials !== undefined) parts.keepSecret(credentials.password);
  return credentials;
}

/** Reads the docker command's file of logins; empty if it is missing or cannot be read. */
export async function readDockerLogins({ host: { env } }: Parts): Promise<string> {
  return await Deno.readTextFile(`${dockerConfigFolder(env)}/config.json`).catch(() => "");
}

/** Finds the folder with the docker command's file of logins. Windows has no HOME. */
export function dockerConfigFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env["DOCKER_CONFIG"] || `${env["HOME"] || env["USERPROFILE"] || ""}/.docker`;
}

/**
 * Makes the login of builds to ECR; undefined unless the image is pushed there or a cache of the build lies
 * there. For other registries people run `docker login` themselves.
 */
async function makeLogin(
  parts: Parts,
  options: {
    readonly build: Config["build"];
    readonly pushedTo: string | undefined;
    readonly tell: (text: string) => void;
  },
): Promise<((signal: AbortSignal) => Promise<RegistryLogin | undefined>) | undefined> {
  const { build, pushedTo, tell } = options;
  const caches = [...build.cacheFrom, ...build.cacheTo].map((cache) =>
    /(?:^|,)ref=([^,]+)/.exec(cache)?.[1] ?? cache
  );
  for (const image of [...(pushedTo === undefined ? [] : [pushedTo]), ...caches]) {
    if (!await isInEcr(image)) continue;
    const { makeEcrLogin } = await import("../drivers/ecs/mod.ts");
    const login = makeEcrLogin({ image, keepSecret: (value) => parts.keepSecret(value) });
    if (image === pushedTo) return login;
    // A build works without its cache.
    return (signal) =>
      login(signal).catch((error) => {
        if (!(error instanceof AppError)) throw error;
        tell(`The build continues without its cache. ${error.message}`);
        return undefined;
      });
  }
  return undefined;
}

/** Whether an image is in ECR. The ECR driver is loaded only for addresses that look like ECR. */
export async function isInEcr(image: string): Promise<boolean> {
  if (!/^\d{12}\.dkr[.-]ecr/.test(image)) return false;
  return (await import("../drivers/ecs/mod.ts")).parseEcrAddress(image) !== undefined;
}
