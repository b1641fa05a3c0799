import type { Container, Deployment, Service, Task } from "@aws-sdk/client-ecs";
import type { ContainerRecord, DeploymentRecord, Records, ServiceRecord, TaskRecord } from "../records.ts";

/** What is laid over moto's description of a service; the types are the SDK's own. */
export type ServiceOverlay = Pick<
  Service,
  | "status"
  | "desiredCount"
  | "runningCount"
  | "pendingCount"
  | "taskDefinition"
  | "deployments"
  | "events"
  | "createdAt"
  | "deploymentConfiguration"
  | "enableECSManagedTags"
  | "propagateTags"
  | "platformVersion"
  | "platformFamily"
>;

/** What is laid over moto's description of a task. */
export type TaskOverlay = Pick<
  Task,
  | "clusterArn"
  | "taskDefinitionArn"
  | "group"
  | "startedBy"
  | "lastStatus"
  | "desiredStatus"
  | "healthStatus"
  | "connectivity"
  | "createdAt"
  | "startedAt"
  | "stoppingAt"
  | "stoppedAt"
  | "stopCode"
  | "stoppedReason"
  | "containers"
  | "attachments"
  | "cpu"
  | "memory"
  | "launchType"
  | "platformVersion"
  | "platformFamily"
>;

const PLATFORM = { platformVersion: "1.4.0", platformFamily: "Linux" } as const;

export function overlayService(records: Records, service: ServiceRecord): ServiceOverlay {
  const live = records.tasksOf(service).filter((task) => task.desiredStatus === "RUNNING");
  return {
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: live.filter(isRunning).length,
    pendingCount: live.filter((task) => !isRunning(task)).length,
    taskDefinition: service.deployments[0]?.taskDefinition ?? service.lastCompleted,
    deployments: service.deployments.map((each, index) =>
      describeDeployment(each, { service, live, primary: index === 0 })
    ),
    events: service.events,
    createdAt: service.createdAt,
    deploymentConfiguration: service.configuration,
    enableECSManagedTags: service.managedTags,
    propagateTags: service.propagateTags,
    ...PLATFORM,
  };
}

function describeDeployment(
  deployment: DeploymentRecord,
  { service, live, primary }: {
    readonly service: ServiceRecord;
    readonly live: readonly TaskRecord[];
    readonly primary: boolean;
  },
): Deployment {
  const own = live.filter((task) => task.deployment === deployment);
  return {
    id: deployment.id,
    status: primary ? "PRIMARY" : "ACTIVE",
    taskDefinition: deployment.taskDefinition,
    desiredCount: primary ? service.desiredCount : own.length,
    runningCount: own.filter(isRunning).length,
    pendingCount: own.filter((task) => !isRunning(task)).length,
    failedTasks: deployment.failedTasks,
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
    launchType: "FARGATE",
    networkConfiguration: service.network,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    ...PLATFORM,
  };
}

function isRunning(task: TaskRecord): boolean {
  return task.lastStatus === "RUNNING";
}

/** `attached` is what moto says of the task's network interface. */
export function overlayTask(
  task: TaskRecord,
  attached: Task["attachments"] = [],
): TaskOverlay {
  return {
    clusterArn: task.service.arn.replace(":service/", ":cluster/").replace(/\/[^/]+$/, ""),
    taskDefinitionArn: task.deployment.taskDefinition,
    group: task.alone?.group ?? `service:${task.service.name}`,
    startedBy: task.alone === undefined ? task.deployment.id : task.alone.startedBy,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthStatus: taskHealth(task),
    connectivity: "CONNECTED",
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    stoppingAt: task.stoppingAt,
    stoppedAt: task.stoppedAt,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: task.containers.map((each) => describeContainer(each, task)),
    attachments: attached.map((each) => describeAttachment(each, task)),
    cpu: task.definition.cpu,
    memory: task.definition.memory,
    launchType: "FARGATE",
    ...PLATFORM,
  };
}

/** A task is as healthy as its containers that have a health check. */
export function taskHealth(task: TaskRecord): NonNullable<Task["healthStatus"]> {
  const checked = task.containers.filter(({ name }) => hasCheck(task, name)).map(({ health }) => health);
  if (checked.includes("UNHEALTHY")) return "UNHEALTHY";
  return checked.length > 0 && checked.every((health) => health === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

/** Whether the definition has a health check for that container, or for any. */
export function hasCheck({ definition }: TaskRecord, container?: string): boolean {
  return definition.containerDefinitions?.some((each) =>
    each.healthCheck !== undefined && (container === undefined || each.name === container)
  ) === true;
}

function describeContainer(container: ContainerRecord, task: TaskRecord): Container {
  const lastStatus = task.lastStatus === "RUNNING"
    ? container.status ?? "RUNNING"
    : task.desiredStatus === "STOPPED"
    ? "STOPPED"
    : "PENDING";
  return {
    containerArn: `${task.arn.replace(":task/", ":container/")}/${container.name}`,
    taskArn: task.arn,
    name: container.name,
    image: container.image,
    runtimeId: `${task.id.replaceAll("-", "")}-0`,
    lastStatus,
    exitCode: container.exitCode,
    reason: container.reason,
    healthStatus: container.health,
  };
}

type Attachment = NonNullable<Task["attachments"]>[number];

/** Fargate makes the interface while it provisions the task: before, the attachment has no more than a subnet. */
function describeAttachment(attachment: Attachment, task: TaskRecord): Attachment {
  const details = attachment.details ?? [];
  if (task.lastStatus === "PROVISIONING") {
    return {
      ...attachment,
      status: "PRECREATED",
      details: details.filter(({ name }) => name === "subnetId"),
    };
  }
  const isPublic = task.service.network?.awsvpcConfiguration?.assignPublicIp === "ENABLED";
  return {
    ...attachment,
    status: task.lastStatus === "STOPPED" ? "DELETED" : "ATTACHED",
    // moto's private addresses are nobody's: without a public one, the task is reached at the private one.
    details: details.map((each) =>
      each.name === "privateIPv4Address" && !isPublic ? { ...each, value: task.ip } : each
    ),
  };
}
