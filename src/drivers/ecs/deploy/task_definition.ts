import type {
  ContainerDefinition,
  HealthCheck,
  KeyValuePair,
  RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import type { HookCommand } from "../../../environments/core/environment/hooks.ts";
import { environmentVariables } from "../../../environments/core/environment/variables.ts";
import { AppError, EXIT } from "../../../lib/errors.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import type { DeploySpec } from "../../../environments/ports/platform.ts";
import { withAfterStart } from "../hooks/hook_container.ts";
import type { EcsSettings } from "../settings.ts";
import { tagList } from "../sdk/shapes.ts";
import { deployedTags, identityTags } from "../tags.ts";

/** The longest start period that ECS accepts; during it, a failing health check does not count. */
const MAX_START_SECONDS = 300;
const HEALTH_RETRIES = 10;
const HEALTH_TIMEOUT_SECONDS = 5;
/** Showtime probes more often than this, and sends people to the new task before ECS stops the old one. */
const MIN_HEALTH_INTERVAL_SECONDS = 30;
const MAX_HEALTH_INTERVAL_SECONDS = 300;

/** Returns the prefix of every family that Showtime registers for a cluster. */
export function familyPrefix(cluster: string): string {
  return `${cluster}-pr-`;
}

/** Returns the family of a pull request's task definitions. */
export function familyOf(cluster: string, pr: PrNumber): string {
  return `${familyPrefix(cluster)}${pr}`;
}

/**
 * Returns the size with a name. Throws AppError `unknown_size` (exit code 2), with the configured sizes as
 * hint.
 */
export function sizeOf(config: EcsSettings, name: string): { readonly cpu: number; readonly memory: number } {
  const size = config.sizes[name];
  if (size !== undefined && Object.hasOwn(config.sizes, name)) return size;
  throw new AppError("unknown_size", `Choosing a size: "${name}" is not configured`, {
    hint: `Sizes are ${Object.keys(config.sizes).join(", ")}; add one in environment.sizes`,
    exitCode: EXIT.usage,
  });
}

/**
 * Builds the task definition of one environment: the template or a built-in one, overridden by Showtime's
 * settings.
 */
export function taskDefinition(
  spec: DeploySpec,
  { config, secret, afterStart }: {
    readonly config: EcsSettings;
    readonly secret: string;
    /** The command that runs when the application is healthy; undefined if none is due. */
    readonly afterStart?: HookCommand | undefined;
  },
): RegisterTaskDefinitionCommandInput {
  const size = sizeOf(config, spec.settings.size);
  const { template } = config;
  const containers = template?.containerDefinitions ?? [{ name: config.container }];
  const variables = environmentVariables(spec, { config, secret });
  const made = containers.map((each) =>
    each.name === config.container
      ? applicationContainer(each, {
        image: spec.image,
        config,
        variables,
        alone: containers.length === 1,
        size,
      })
      : withMergedVariables(each, new Map())
  );
  return {
    ...template,
    runtimePlatform: {
      operatingSystemFamily: "LINUX",
      ...template?.runtimePlatform,
      cpuArchitecture: config.architecture,
    },
    family: familyOf(config.cluster, spec.pr),
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: String(size.cpu),
    memory: String(size.memory),
    ...(config.executionRole === undefined ? {} : { executionRoleArn: config.executionRole }),
    ...(config.taskRole === undefined ? {} : { taskRoleArn: config.taskRole }),
    containerDefinitions: afterStart === undefined
      ? made
      : withAfterStart(made, { application: config.container, command: afterStart }),
    tags: tagList({ ...identityTags(spec), ...deployedTags(spec) }),
  };
}

function applicationContainer(
  base: ContainerDefinition,
  with_: {
    readonly image: string;
    readonly config: EcsSettings;
    readonly variables: ReadonlyMap<string, string>;
    readonly alone: boolean;
    readonly size: { readonly memory: number };
  },
): ContainerDefinition {
  const { image, config, variables, alone, size } = with_;
  const ports = base.portMappings ?? [];
  const listens = ports.some(({ containerPort }) => containerPort === config.port);
  const healthCheck = base.healthCheck ?? containerHealth(config);
  return {
    ...withMergedVariables(base, variables),
    image,
    essential: true,
    // A single container gets all of the task's memory. With several, the template divides it.
    ...(alone && base.memoryReservation === undefined ? { memory: size.memory } : {}),
    portMappings: listens ? ports : [...ports, { containerPort: config.port, protocol: "tcp" }],
    ...(base.logConfiguration === undefined && config.logGroup !== undefined
      ? {
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": config.logGroup,
            "awslogs-region": config.region,
            "awslogs-stream-prefix": "ecs",
          },
        },
      }
      : {}),
    ...(healthCheck === undefined ? {} : { healthCheck }),
  };
}

/**
 * Adds variables to a container. A variable replaces the template's variable or secret of the same name. Of
 * two entries of one name, which ECS refuses, the last one counts. ECS itself lets a variable outweigh the
 * line of an environment file.
 */
function withMergedVariables(
  base: ContainerDefinition,
  variables: ReadonlyMap<string, string>,
): ContainerDefinition {
  const { environment, secrets, ...rest } = base;
  const kept = lastOfEach(environment ?? []).filter(({ name = "" }) => !variables.has(name));
  const added = [...variables].map(([name, value]): KeyValuePair => ({ name, value }));
  const secret = lastOfEach(secrets ?? []).filter(({ name = "" }) => !variables.has(name));
  return {
    ...rest,
    ...(environment === undefined && variables.size === 0 ? {} : { environment: [...kept, ...added] }),
    ...(secrets === undefined ? {} : { secrets: secret }),
  };
}

function lastOfEach<Entry extends { readonly name?: string | undefined }>(
  entries: readonly Entry[],
): readonly Entry[] {
  return [...new Map(entries.map((each) => [each.name, each])).values()];
}

/**
 * Builds the container's health check. As far as ECS allows, it tolerates failures for `health.timeoutMs`.
 */
function containerHealth(config: EcsSettings): HealthCheck | undefined {
  const { command, timeoutMs } = config.health;
  if (command === undefined) return undefined;
  const seconds = Math.ceil(timeoutMs / 1000);
  const startPeriod = Math.min(MAX_START_SECONDS, seconds);
  const interval = Math.ceil((seconds - startPeriod) / HEALTH_RETRIES);
  return {
    command: ["CMD-SHELL", command],
    startPeriod,
    retries: HEALTH_RETRIES,
    timeout: HEALTH_TIMEOUT_SECONDS,
    interval: Math.min(MAX_HEALTH_INTERVAL_SECONDS, Math.max(MIN_HEALTH_INTERVAL_SECONDS, interval)),
  };
}
