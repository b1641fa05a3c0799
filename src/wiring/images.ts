/** Builds what makes images and what stores them. */

import type { GlobalFlags } from "../cli/wiring_types.ts";
import type { Config } from "../config/mod.ts";
import type { Images, ImageStore } from "../ports/images.ts";
import type { Parts } from "./parts.ts";

/** Makes the builder of images, with the store that holds them where they are pushed. */
export async function makeImages(
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
  if (dry) return (await import("../drivers/dry_run/mod.ts")).dryImages(undefined, tell);
  const actions = await parts.actions;
  const { pushesImages } = await import("../config/mod.ts");
  const driver = await import("../drivers/docker/mod.ts");
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
    });
  }
  const folder = env["DOCKER_CONFIG"] ?? `${env["HOME"] ?? ""}/.docker`;
  const text = await Deno.readTextFile(`${folder}/config.json`).catch(() => "");
  const credentials = registry.readDockerConfig(text, first);
  if (credentials !== undefined) parts.keepSecret(credentials.password);
  return registry.makeRegistryStore({ image: repository, tag, credentials });
}
