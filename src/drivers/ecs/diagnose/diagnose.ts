import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import { accessPolicy, type AwsPlace, completePlace } from "../../../environments/core/setup/mod.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import { askPermissions, permissionFindings, type Probed } from "./ask_permissions.ts";
import type { EcsSettings } from "../settings.ts";
import { diagnoseNetwork } from "./diagnose_network.ts";
import { awsErrorMessage } from "../errors.ts";
import type { CallerIdentity } from "../sdk/sts.ts";

/** What ECS looks at first, the role or the containers, it does not say. */
const PASS_ROLE = "; iam:PassRole as far as ECS tells without registering anything";

/** The settings that are looked at. */
export type DiagnosedSettings = Pick<
  EcsSettings,
  | "region"
  | "cluster"
  | "subnets"
  | "securityGroups"
  | "container"
  | "logGroup"
  | "executionRole"
  | "taskRole"
  | "template"
>;

/** What is looked at. */
export interface EcsDiagnosisOptions {
  readonly config: DiagnosedSettings;
  /** Who says the region, `AWS_REGION`. */
  readonly regionSource: string;
}

/** Makes what looks whether services can run on ECS: who we are there, what we may, and what has to be there. */
export function makeEcsDiagnosis({ config, regionSource }: EcsDiagnosisOptions): Diagnosis {
  const { region } = config;
  return {
    name: "AWS identity",
    async diagnose(signal) {
      const identity = await findIdentity(region, signal);
      // Without credentials everything else would say the same.
      if ("status" in identity) return [identity];
      return [
        foundOk("AWS identity", `${identity.arn}, in ${region} (${regionSource})`),
        ...await diagnoseEcs(config, identity, signal),
        ...await lookAtNetwork(config, signal),
      ];
    },
  };
}

/** Whose the credentials are, or the finding that says why nobody knows. */
export async function findIdentity(region: string, signal: AbortSignal): Promise<CallerIdentity | Finding> {
  try {
    const { callerIdentity } = await import("../sdk/sts.ts");
    return await callerIdentity(region, signal);
  } catch (error) {
    signal.throwIfAborted();
    return foundError("AWS identity", error);
  }
}

/** As a policy's editor looks for it. */
export function describeCaller({ arn }: CallerIdentity): string {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  return role === undefined ? arn : `the role ${role}`;
}

/** What the least policy allows an action on; tells who reads it what to write. */
export function policyResource(place: AwsPlace, action: string): string {
  const resources = accessPolicy(place).Statement
    .filter(({ Action }) => Action === action || Action.includes(action))
    .flatMap(({ Resource }) => Resource);
  return resources.join(" and ") || "*";
}

async function diagnoseEcs(
  config: DiagnosedSettings,
  identity: CallerIdentity,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { cluster, region, container } = config;
  const place = placeOf(config, identity);
  const { ecsProbes, NO_SERVICE } = await import("../sdk/probes.ts");
  const partition = identity.arn.split(":")[1] ?? "aws";
  const { probes, end } = ecsProbes({
    region,
    cluster,
    container,
    serviceArn: `arn:${partition}:ecs:${region}:${identity.account}:service/${cluster}/${NO_SERVICE}`,
    logGroup: config.logGroup,
    ...rolesOf(config),
  });
  try {
    const probed = await askPermissions(probes, { region, cluster }, signal);
    return [
      ...permissionFindings(probed, {
        name: "AWS permissions",
        caller: describeCaller(identity),
        resourceOf: (action) => policyResource(place, action),
        unasked: probed.has("iam:PassRole") ? PASS_ROLE : "",
      }),
      ...roleFinding(probed.get("iam:PassRole")),
      ...clusterFinding(probed.get("ecs:ListServices"), config),
      ...logGroupFinding(probed.get("logs:GetLogEvents"), config),
    ];
  } finally {
    end();
  }
}

/** The names that the policy would have: what is not configured is not asked for either. */
function placeOf(config: DiagnosedSettings, { arn, account }: CallerIdentity): AwsPlace {
  const { executionRole, taskRole } = rolesOf(config);
  const roleArn = (role: string) =>
    role.startsWith("arn:") ? role : `arn:${arn.split(":")[1]}:iam::${account}:role/${role}`;
  return completePlace({
    ...config,
    image: undefined,
    executionRole: roleArn(executionRole ?? "none"),
    taskRole: taskRole === undefined ? undefined : roleArn(taskRole),
  });
}

function rolesOf({ executionRole, taskRole, template }: DiagnosedSettings) {
  return {
    executionRole: executionRole ?? template?.executionRoleArn,
    taskRole: taskRole ?? template?.taskRoleArn,
  };
}

/** ECS may say of a role that it is none; that it takes one says nothing about what the role may do. */
function roleFinding(probed: Probed | undefined): readonly Finding[] {
  if (probed?.kind !== "allowed" || probed.refusal?.code !== "permission") return [];
  return [foundError("roles", probed.refusal)];
}

function clusterFinding(
  probed: Probed | undefined,
  { cluster, region }: DiagnosedSettings,
): readonly Finding[] {
  if (probed?.kind !== "allowed") return [];
  if (probed.refusal?.code !== "cluster_not_found") return [foundOk("cluster", `"${cluster}" in ${region}`)];
  return [
    foundWrong("cluster", `there is no cluster "${cluster}" in ${region}`, {
      fix: "Correct ecs.cluster (ECS_CLUSTER) or AWS_REGION, or create it: " +
        `aws ecs create-cluster --region ${region} --cluster-name ${cluster}`,
    }),
  ];
}

/** Both a group and a stream can be what is not there: AWS says which in words only. */
function logGroupFinding(
  probed: Probed | undefined,
  { logGroup, region }: DiagnosedSettings,
): readonly Finding[] {
  if (probed?.kind !== "allowed" || logGroup === undefined) return [];
  if (!/log group does not exist/i.test(awsErrorMessage(probed.refusal?.cause))) {
    return [foundOk("log group", logGroup)];
  }
  return [
    foundWrong("log group", `there is no log group "${logGroup}" in ${region}: no task would start`, {
      fix: `Correct ecs.log_group, or create it: aws logs create-log-group --region ${region}` +
        ` --log-group-name ${logGroup}`,
    }),
  ];
}

async function lookAtNetwork(config: DiagnosedSettings, signal: AbortSignal): Promise<readonly Finding[]> {
  const { NetworkCalls } = await import("../sdk/network.ts");
  const calls = new NetworkCalls(config.region);
  try {
    return await diagnoseNetwork(calls, config, signal);
  } finally {
    calls.end();
  }
}
