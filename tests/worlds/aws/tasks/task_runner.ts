import type { ContainerDefinition, TaskDefinition } from "@aws-sdk/client-ecs";

/** What a task is started with. */
export interface Launch {
  readonly taskId: string;
  readonly definition: TaskDefinition;
  /** Where its ports are to be reached on this machine; no other task has it. */
  readonly ip: string;
  /** Takes a line that the application's container wrote. */
  readonly log: (line: string) => void;
}

/** How the application's container ended. */
export interface TaskEnd {
  readonly exitCode: number;
  /** What ECS says of the container, as of one that ran out of memory. */
  readonly reason: string | undefined;
}

/** An application that runs. */
export interface RunningTask {
  /** Settles when the container has ended and all that it wrote has been handed over. */
  readonly ended: Promise<TaskEnd>;
  /** Runs the health check of the definition once; undefined where it cannot be run. */
  check(): Promise<boolean | undefined>;
  /** Ends it; {@link ended} settles soon. */
  stop(): Promise<void>;
}

/** Runs the containers of tasks. */
export interface TaskRunner {
  /** Starts a task's application. Throws {@link TaskStartError} where it cannot be started. */
  start(launch: Launch): Promise<RunningTask>;
  /** Starts another container of a task that runs. Throws {@link TaskStartError} where it cannot be started. */
  runBeside(container: ContainerDefinition, launch: Launch): Promise<RunningTask>;
  /** Ends everything that is left. */
  dispose(): Promise<void>;
}

/** A task that cannot be started; the message is ECS's reason. */
export class TaskStartError extends Error {}

/** The container that is the application: the first with a port, else the first. */
export function applicationOf(definition: TaskDefinition): NonNullable<
  TaskDefinition["containerDefinitions"]
>[number] {
  const containers = definition.containerDefinitions ?? [];
  const own = containers.find((each) => (each.portMappings ?? []).length > 0) ?? containers[0];
  if (own === undefined) throw new Error(`Running ${definition.taskDefinitionArn}: it has no container`);
  return own;
}

/** Its variables. */
export function variablesOf(definition: TaskDefinition): ReadonlyMap<string, string> {
  return new Map(
    (applicationOf(definition).environment ?? []).map(({ name = "", value = "" }) => [name, value]),
  );
}
