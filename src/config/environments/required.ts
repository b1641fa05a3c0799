import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import type { Config } from "./config.ts";
import { variableName } from "../environment_layers.ts";
import { assertRequestsCounted } from "./assert_requests_counted.ts";
import { ConfigError, type ConfigProblem } from "../problems.ts";

/**
 * Throws {@link ConfigError} `config_incomplete` that names every missing setting which `platform` needs. ECS
 * needs the source of the image and the place of the service; with a user's own task definition the role and
 * the log group are in there. The local engine needs an image's name only if the image is pushed. Throws
 * `config_invalid` for a setting that the platform cannot carry out.
 */
export function requireForPlatform(config: Config, platform: PlatformKind): void {
  const { build, ecs, aws, docker, environment } = config;
  const needed: readonly (readonly [string, boolean, string])[] = platform === "docker"
    ? [
      ["build.image", build.push === "always", "the repository to push to"],
      ["docker.router", environment.url !== undefined, "the router that leads environment.url to containers"],
      ["environment.url", docker.router !== undefined, "the address that docker.router leads to containers"],
    ]
    : [
      ["build.image", true, "the repository ECS gets the image from"],
      ["aws.region", true, regionMissing(aws)],
      ["ecs.cluster", true, "the cluster to run in"],
      ["ecs.subnets", true, "the subnets of the services, as a list"],
      ["ecs.security_groups", true, "the security groups of the services, as a list"],
      ["ecs.container", true, "the name of the application's container"],
      ["ecs.log_group", ecs.taskDefinition === undefined, "the CloudWatch log group"],
      ["ecs.execution_role", ecs.taskDefinition === undefined, "the role that pulls the image"],
      [
        "environment.health.command",
        ecs.taskDefinition === undefined && environment.hooks?.afterStart !== undefined,
        "the health check in the container, which environment.hooks.after_start waits for",
      ],
      [
        "environment.url",
        ecs.loadBalancer !== undefined,
        "the address that the load balancer's rules lead from",
      ],
      [
        "ecs.load_balancer.listener",
        environment.url !== undefined,
        "the listener that leads to environment.url",
      ],
    ];
  const given: Readonly<Record<string, unknown>> = {
    "build.image": build.image,
    "docker.router": docker.router,
    "environment.url": environment.url,
    "aws.region": aws.region,
    "ecs.cluster": ecs.cluster,
    "ecs.subnets": ecs.subnets[0],
    "ecs.security_groups": ecs.securityGroups[0],
    "ecs.container": ecs.container,
    "ecs.log_group": ecs.logGroup,
    "ecs.execution_role": ecs.executionRole,
    "environment.health.command": environment.health.command,
    "ecs.load_balancer.listener": ecs.loadBalancer?.listener,
  };
  const problems = needed.filter(([key, isNeeded]) => isNeeded && given[key] === undefined)
    .map(([key, , what]): ConfigProblem => ({
      source: `platform ${platform}`,
      code: "missing",
      path: key,
      message: `missing: ${what}`,
      remedy: key === "aws.region"
        ? "set AWS_REGION, or AWS_DEFAULT_REGION, or a region in the profile"
        : key === "docker.router"
        ? "set docker.router: traefik in showtime.yml"
        : `set ${key} in showtime.yml, or ${variableName(key.split("."))}`,
    }));
  assertRequestsCounted(config, platform);
  if (problems.length > 0) {
    throw new ConfigError("config_incomplete", `Using the configuration for ${platform}`, problems);
  }
}

function regionMissing({ regionMissing: why }: Config["aws"]): string {
  return `the region to run in${why === undefined ? "" : ` (${why})`}`;
}

/**
 * Returns the repository of the images, without a tag. If none is configured, images stay on the local engine
 * under `<owner>-<name>` of the GitHub repository in lower case.
 */
export function imageRepository(config: Config, repo: string): string {
  if (config.build.image !== undefined) return config.build.image;
  // GitHub allows names that engines refuse: with runs of separators, or separators at either end.
  return repo.toLowerCase().replace(/[^a-z0-9]*[^a-z0-9._-][^a-z0-9]*|[._-]{2,}/g, "-").replace(
    /^[._-]+|[._-]+$/g,
    "",
  );
}

/** Whether images are pushed when environments run on `platform`. */
export function pushesImages(config: Config, platform: PlatformKind): boolean {
  return config.build.push === "auto" ? platform !== "docker" : config.build.push === "always";
}
