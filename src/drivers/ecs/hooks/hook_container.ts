/** The containers and the task definition in which the commands of hooks run. */

import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import { type HookCommand, hookWords } from "../../../environments/core/environment/hooks.ts";
import { usageError } from "../../../lib/errors.ts";
import type { LogStream } from "../sdk/logs.ts";
import { tagList } from "../sdk/shapes.ts";
import type { Tags } from "../tags.ts";

/** The name of the container that runs `after_start`, beside the application's. */
export const AFTER_START = "showtime-after-start";
/** The name of the only container of a task that runs `before_stop`. */
export const BEFORE_STOP = "showtime-before-stop";

/** Returns the end of the name of a family in which the task definitions of hooks are. */
export const HOOK_FAMILY_SUFFIX = "-hook";

/**
 * Adds the container that runs `after_start`: it has the application's image, variables and log, starts when the
 * application is healthy, and its end stops nothing. Throws AppError (exit code 2) if nothing says when the
 * application is healthy, or if the name of the container is taken.
 */
export function withAfterStart(
  containers: readonly ContainerDefinition[],
  { application, command }: { readonly application: string; readonly command: HookCommand },
): ContainerDefinition[] {
  const own = containers.find(({ name }) => name === application);
  if (own?.healthCheck === undefined) {
    throw usageError(
      "hook_without_health",
      `Using environment.hooks.after_start: the container "${application}" has no health check to wait for`,
      "Set environment.health.command, or add a healthCheck to the container in the task definition",
    );
  }
  if (containers.some(({ name }) => name === AFTER_START)) {
    throw usageError(
      "bad_task_definition",
      `Using environment.hooks.after_start: the task definition has a container "${AFTER_START}" already`,
      "Rename that container",
    );
  }
  return [...containers, {
    ...runnable(own, command),
    name: AFTER_START,
    essential: false,
    dependsOn: [{ containerName: application, condition: "HEALTHY" }],
  }];
}

/**
 * Builds the definition of a task that runs `before_stop`: the application's image, variables, roles, volumes and log,
 * without its ports, its health check and the other containers.
 */
export function beforeStopDefinition(
  base: TaskDefinition,
  of: {
    readonly family: string;
    readonly application: ContainerDefinition;
    readonly command: HookCommand;
    readonly tags: Tags;
  },
): RegisterTaskDefinitionCommandInput {
  const { cpu, memory, executionRoleArn, taskRoleArn, runtimePlatform, volumes, ephemeralStorage } = base;
  const { logConfiguration, ...container } = runnable(of.application, of.command);
  // The router of FireLens is a container of its own, which this task does not have.
  const hasLog = logConfiguration !== undefined && logConfiguration.logDriver !== "awsfirelens";
  return {
    family: of.family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu,
    memory,
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(runtimePlatform === undefined ? {} : { runtimePlatform }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(ephemeralStorage === undefined ? {} : { ephemeralStorage }),
    containerDefinitions: [{
      ...container,
      ...(hasLog ? { logConfiguration } : {}),
      name: BEFORE_STOP,
      essential: true,
      ...(memory === undefined ? {} : { memory: Number(memory) }),
    }],
    tags: tagList(of.tags),
  };
}

/** Returns the stream of a container's log; undefined if the log does not go to CloudWatch. */
export function logStreamOf(
  container: ContainerDefinition,
  { name, taskId }: { readonly name: string; readonly taskId: string },
): LogStream | undefined {
  const { logDriver, options = {} } = container.logConfiguration ?? {};
  const group = options["awslogs-group"];
  const prefix = options["awslogs-stream-prefix"];
  if (logDriver !== "awslogs" || group === undefined || prefix === undefined) return undefined;
  return { group, stream: `${prefix}/${name}/${taskId}` };
}

/** Returns a container with another command, without what only a server has. */
function runnable(base: ContainerDefinition, command: HookCommand): ContainerDefinition {
  const {
    portMappings: _ports,
    healthCheck: _check,
    dependsOn: _order,
    restartPolicy: _restarts,
    links: _links,
    volumesFrom: _others,
    firelensConfiguration: _router,
    // The application may have all CPU and memory of the task; ECS refuses the same again beside it.
    cpu: _cpu,
    memory: _memory,
    memoryReservation: _reservation,
    ...rest
  } = base;
  const [program = "sh", ...words] = hookWords(command);
  return { ...rest, entryPoint: [program], command: words };
}
