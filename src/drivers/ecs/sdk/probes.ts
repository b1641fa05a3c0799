/**
 * Permission probes: one call for each IAM action of the least policy, to learn whether the action is
 * allowed.
 *
 * Reads are harmless. Writes have no effect either: they name pull request 0, and GitHub counts from 1, so no
 * service or revision exists for it. AWS checks the caller's permission first and the request afterwards, so
 * it answers an allowed call with "not found". Probes that would create something ask for something that AWS
 * cannot create.
 */

import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeNetworkInterfacesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { familyPrefix } from "../deploy/task_definition.ts";
import { HOOK_FAMILY_SUFFIX } from "../hooks/hook_container.ts";
import { clientOptions } from "./client.ts";
import { hookProbes } from "./hook_probes.ts";

/** The settings and names that the probes use. */
export interface ProbeTarget {
  readonly region: string;
  readonly cluster: string;
  /** The ARN of {@link NO_SERVICE}. */
  readonly serviceArn: string;
  readonly container: string;
  /** If undefined, no log is read and its permission is not probed. */
  readonly logGroup: string | undefined;
  /** The configured roles; undefined if no such role is passed to ECS. */
  readonly executionRole: string | undefined;
  readonly taskRole: string | undefined;
  /** Whether a command runs before the end of environments. */
  readonly runsBeforeStop: boolean;
}

/** Makes a call that needs one IAM action. */
export type PermissionProbe = (signal: AbortSignal) => Promise<unknown>;

/** The name of a service of pull request 0, which does not exist. */
export const NO_SERVICE = "pr-0-0000000-service";

/** Makes the probes by action, such as `ecs:CreateService`; `end` closes their clients. */
export function ecsProbes(
  target: ProbeTarget,
): { readonly probes: ReadonlyMap<string, PermissionProbe>; readonly end: () => void } {
  const { cluster, logGroup, executionRole, taskRole } = target;
  const ecs = new ECSClient(clientOptions(target.region));
  const ec2 = new EC2Client(clientOptions(target.region));
  const logs = new CloudWatchLogsClient(clientOptions(target.region));
  const family = `${familyPrefix(cluster)}0`;
  const revision = `${family}:1`;
  // ECS cannot register a container without a name and an image.
  const unfit = { family, containerDefinitions: [{}] };
  const roles = {
    ...(executionRole === undefined ? {} : { executionRoleArn: executionRole }),
    ...(taskRole === undefined ? {} : { taskRoleArn: taskRole }),
  };
  const probes: (readonly [string, PermissionProbe])[] = [
    [
      "ecs:ListServices",
      (abortSignal) => ecs.send(new ListServicesCommand({ cluster, maxResults: 1 }), { abortSignal }),
    ],
    [
      "ecs:DescribeServices",
      (abortSignal) =>
        ecs.send(new DescribeServicesCommand({ cluster, services: [NO_SERVICE] }), { abortSignal }),
    ],
    // The revision does not exist, the network is missing, and the service would run no task.
    ["ecs:CreateService", (abortSignal) =>
      ecs.send(
        new CreateServiceCommand({
          cluster,
          serviceName: NO_SERVICE,
          taskDefinition: revision,
          launchType: "FARGATE",
          desiredCount: 0,
        }),
        { abortSignal },
      )],
    [
      "ecs:UpdateService",
      (abortSignal) =>
        ecs.send(new UpdateServiceCommand({ cluster, service: NO_SERVICE, desiredCount: 0 }), {
          abortSignal,
        }),
    ],
    [
      "ecs:DeleteService",
      (abortSignal) => ecs.send(new DeleteServiceCommand({ cluster, service: NO_SERVICE }), { abortSignal }),
    ],
    ["ecs:TagResource", (abortSignal) =>
      ecs.send(
        new TagResourceCommand({ resourceArn: target.serviceArn, tags: [{ key: "pr", value: "0" }] }),
        { abortSignal },
      )],
    [
      "ecs:ListTasks",
      (abortSignal) => ecs.send(new ListTasksCommand({ cluster, maxResults: 1 }), { abortSignal }),
    ],
    [
      "ecs:DescribeTasks",
      (abortSignal) =>
        ecs.send(new DescribeTasksCommand({ cluster, tasks: ["0".repeat(32)] }), { abortSignal }),
    ],
    [
      "ecs:RegisterTaskDefinition",
      (abortSignal) => ecs.send(new RegisterTaskDefinitionCommand(unfit), { abortSignal }),
    ],
    [
      "ecs:DeleteTaskDefinitions",
      (abortSignal) =>
        ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [revision] }), { abortSignal }),
    ],
    [
      "ecs:DescribeTaskDefinition",
      (abortSignal) =>
        ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: revision }), { abortSignal }),
    ],
    [
      "ecs:DeregisterTaskDefinition",
      (abortSignal) =>
        ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: revision }), { abortSignal }),
    ],
    [
      "ecs:ListTaskDefinitions",
      (abortSignal) =>
        ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family, maxResults: 1 }), { abortSignal }),
    ],
    ["ecs:ListTaskDefinitionFamilies", (abortSignal) =>
      ecs.send(
        new ListTaskDefinitionFamiliesCommand({ familyPrefix: family, maxResults: 1 }),
        { abortSignal },
      )],
    ["ec2:DescribeNetworkInterfaces", (abortSignal) =>
      ec2.send(
        new DescribeNetworkInterfacesCommand({
          Filters: [{ Name: "network-interface-id", Values: [`eni-${"0".repeat(17)}`] }],
        }),
        { abortSignal },
      )],
  ];
  if (executionRole !== undefined || taskRole !== undefined) {
    probes.push([
      "iam:PassRole",
      (abortSignal) => ecs.send(new RegisterTaskDefinitionCommand({ ...unfit, ...roles }), { abortSignal }),
    ]);
  }
  if (target.runsBeforeStop) {
    probes.push(...hookProbes(ecs, { cluster, family: `${family}${HOOK_FAMILY_SUFFIX}` }));
  }
  if (logGroup !== undefined) {
    probes.push(["logs:GetLogEvents", (abortSignal) =>
      logs.send(
        new GetLogEventsCommand({
          logGroupName: logGroup,
          logStreamName: `ecs/${target.container}/pr-0`,
          limit: 1,
        }),
        { abortSignal },
      )]);
  }
  return {
    probes: new Map(probes),
    end() {
      for (const client of [ecs, ec2, logs]) client.destroy();
    },
  };
}
