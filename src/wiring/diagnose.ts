/** Builds what `doctor` looks with. */

import type { WiringRequest } from "../cli/wiring_types.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { Finding } from "../lib/finding.ts";
import type { Diagnosis } from "../environments/ports/diagnosis.ts";
import type { Forge } from "../environments/ports/forge.ts";
import { isInEcr, makeStore, readDockerLogins } from "./images.ts";
import type { Parts } from "./parts.ts";
import { makePlatform, readTaskDefinition } from "./platforms.ts";

/** Looks at everything that a run needs. */
export async function diagnose(
  parts: Parts,
  request: WiringRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { flags, terminal } = request;
  const { runDoctor } = await import("../environments/app/doctor/doctor.ts");
  const forge = parts.forge(flags, terminal);
  const loaded = parts.config(flags, { pr: undefined, forge: () => forge });
  // Whoever looks at one of them tells what is wrong with it.
  for (const part of [forge, loaded]) part.catch(() => undefined);
  const { requireForPlatform } = await import("../config/mod.ts");
  return await runDoctor({
    async config() {
      const { config, sources, assumed } = await loaded;
      requireForPlatform(config, config.platform);
      return {
        platform: config.platform,
        assumed,
        sources: [...new Set([...sources.values()].map(({ kind }) => kind))],
      };
    },
    forge: async () => ({ forge: await forge, repo: (await parts.repository(flags)).repo }),
    async diagnoses() {
      const options = { ...request, loaded: await loaded, forge: () => forge };
      return [
        await lookAtEngine(parts),
        ...await lookAtImages(parts, options),
        ...await lookAtPlatform(parts, options),
      ];
    },
    platform: async () =>
      await makePlatform(parts, {
        config: (await loaded).config,
        flags,
        pr: undefined,
        forge: () => forge,
      }),
    now: () => Date.now(),
  }, signal);
}

interface Looking extends WiringRequest {
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

/** The local engine has been looked at; in Actions people sit at other machines than it. */
async function lookAtPlatform(parts: Parts, options: Looking): Promise<readonly Diagnosis[]> {
  const { loaded: { config, sources }, flags, pr, forge } = options;
  if (config.platform === "docker") {
    if (!(await parts.actions).isActions) return [];
    const { makeLinkDiagnosis } = await import("../drivers/docker/mod.ts");
    return [makeLinkDiagnosis({ publish: config.docker.publish, host: parts.host.env["DOCKER_HOST"] })];
  }
  const { makeEcsDiagnosis } = await import("../drivers/ecs/mod.ts");
  const { cluster = "", container = "", taskDefinition: _, ...ecs } = config.ecs;
  const source = sources.get("aws.region");
  return [
    makeEcsDiagnosis({
      config: {
        ...ecs,
        cluster,
        container,
        region: config.aws.region,
        template: await readTaskDefinition(parts, { config, flags, pr, forge }),
      },
      regionSource: source?.kind === "environment" ? source.name : "the default, since AWS_REGION is not set",
    }),
  ];
}
