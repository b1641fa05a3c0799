/** Builds the diagnoses of `doctor`. */

import type { WiringRequest } from "../cli/wiring_types.ts";
import type { LoadedConfig } from "../config/mod.ts";
import { countsRequests } from "../environments/core/environment/settings.ts";
import type { Diagnosis } from "../environments/ports/diagnosis.ts";
import type { Forge } from "../environments/ports/forge.ts";
import { isInEcr, makeStore, readDockerLogins } from "./images.ts";
import { formatStableUrl } from "../environments/core/environment/stable_url.ts";
import { type PrNumber, prNumber } from "../lib/ids.ts";
import type { Parts } from "./parts.ts";
import { readTaskDefinition, regionOf } from "./platforms.ts";

/** Makes what looks at engine, registry and cloud. */
export async function makeDiagnoses(parts: Parts, options: Looking): Promise<readonly Diagnosis[]> {
  return [
    await lookAtEngine(parts),
    ...await lookAtImages(parts, options),
    ...await lookAtPlatform(parts, options),
    ...await lookAtContexts(parts, options),
    ...await lookAtStatus(options),
  ];
}

/** The request and the configuration that a diagnosis is made for. */
export interface Looking extends WiringRequest {
  readonly loaded: LoadedConfig;
  readonly forge: () => Promise<Forge>;
}

async function lookAtEngine(parts: Parts): Promise<Diagnosis> {
  const { makeDockerDiagnosis } = await import("../drivers/docker/mod.ts");
  return makeDockerDiagnosis({ shell: await parts.shell, host: parts.host.env["DOCKER_HOST"] });
}

/** Images that are not pushed are in the engine. */
async function lookAtImages(
  parts: Parts,
  { loaded: { config }, flags }: Looking,
): Promise<readonly Diagnosis[]> {
  const { imageRepository, pushesImages } = await import("../config/mod.ts");
  if (!pushesImages(config, config.platform)) return [];
  const { repo } = await parts.repository(flags);
  const image = imageRepository(config, repo);
  const pattern = config.build.tag;
  const tag = pattern.replaceAll("{pr}", "0").replaceAll("{sha}", "0000000");
  if (await isInEcr(image)) {
    const { makeEcrDiagnosis } = await import("../drivers/ecs/mod.ts");
    return [makeEcrDiagnosis({ image, tag })];
  }
  const { makeRegistryDiagnosis } = await import("../drivers/registry/mod.ts");
  return [
    makeRegistryDiagnosis({
      image,
      tag,
      store: await makeStore(parts, { repository: image, tag: pattern }),
      dockerConfig: await readDockerLogins(parts),
    }),
  ];
}

/** Looks at the platform. Of a local engine, which has been looked at, only the links are left. */
async function lookAtPlatform(parts: Parts, options: Looking): Promise<readonly Diagnosis[]> {
  const { loaded: { config, sources }, flags, pr, forge } = options;
  if (config.platform === "docker") {
    const { makeLinkDiagnosis } = await import("../drivers/docker/mod.ts");
    return [
      ...await lookAtRouter(parts, options),
      makeLinkDiagnosis({
        shell: await parts.shell,
        publish: config.docker.publish,
        openHost: config.docker.host,
        host: parts.host.env["DOCKER_HOST"],
        shared: (await parts.actions).isActions,
      }),
    ];
  }
  // Without a region nothing can be asked. The check of the configuration names it.
  if (config.aws.region === undefined) return [];
  const { makeEcsDiagnosis } = await import("../drivers/ecs/mod.ts");
  const { cluster = "", container = "", taskDefinition: _, loadBalancer, ...ecs } = config.ecs;
  const { url, port } = config.environment;
  const sampleUrl = url === undefined
    ? undefined
    : formatStableUrl(url, { pr: prNumber(1), repo: (await parts.repository(flags)).repo });
  const source = sources.get("aws.region");
  return [
    makeEcsDiagnosis({
      config: {
        ...ecs,
        hooks: config.environment.hooks,
        cluster,
        container,
        region: regionOf(config),
        ...(loadBalancer === undefined || sampleUrl === undefined ? {} : {
          balancer: {
            ...loadBalancer,
            port,
            sampleUrl,
            countsRequests: countsRequests(config.environment),
          },
        }),
        template: await readTaskDefinition(parts, { config, flags, pr, forge }),
      },
      regionSource: source?.kind === "environment" ? source.name : "the default, since AWS_REGION is not set",
    }),
  ];
}

/** Looks at the router that leads the addresses of pull requests to containers, if there is one. */
async function lookAtRouter(
  parts: Parts,
  { loaded: { config }, flags }: Looking,
): Promise<readonly Diagnosis[]> {
  const { router, traefik, network } = config.docker;
  if (router === undefined || config.environment.url === undefined) return [];
  const { makeRouterDiagnosis } = await import("../drivers/docker/mod.ts");
  const { makeNameProbe } = await import("../drivers/health/mod.ts");
  const { repo } = await parts.repository(flags);
  const url = formatStableUrl(config.environment.url, { pr: 1 as PrNumber, repo });
  if (url === undefined) return [];
  return [
    makeRouterDiagnosis({
      shell: await parts.shell,
      askName: makeNameProbe(),
      host: parts.host.env["DOCKER_HOST"],
      network: traefik.network ?? (network === "bridge" ? undefined : network),
      url,
    }),
  ];
}

/** Looks at the contexts of pull requests, if they are configured. */
async function lookAtContexts(parts: Parts, options: Looking): Promise<readonly Diagnosis[]> {
  if (options.loaded.context.environments === undefined) return [];
  const { makeContextsDiagnosis } = await import("./contexts/diagnose_contexts.ts");
  return [makeContextsDiagnosis(parts, options)];
}

/** Looks at the workflows that write commit statuses, if those are on. */
async function lookAtStatus(
  { loaded: { config: { status } }, forge }: Looking,
): Promise<readonly Diagnosis[]> {
  if (!status.enabled) return [];
  const { makeStatusDiagnosis } = await import("../environments/app/doctor/doctor_status.ts");
  return [makeStatusDiagnosis({ forge, required: status.required })];
}
