import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import { accessPolicy, type AwsSettings, completeAwsSettings } from "../../../environments/core/setup/mod.ts";
import type { Diagnosis } from "../../../environments/ports/diagnosis.ts";
import { askPermissions, permissionFindings, type Probed } from "./ask_permissions.ts";
import { PROBE_TIMEOUT_MS } from "../dependencies.ts";
import { makeUrlProbe, type UrlProbe } from "../route/ask_url.ts";
import { loadBalancerOf } from "../route/names.ts";
import { diagnoseBalancer, type DiagnosedBalancer } from "./diagnose_balancer.ts";
import type { EcsSettings } from "../settings.ts";
import { diagnoseNetwork } from "./diagnose_network.ts";
import { awsErrorMessage } from "../errors.ts";
import type { CallerIdentity } from "../sdk/sts.ts";

/**
 * The limit of the iam:PassRole probe: ECS does not say whether it checks the role or the containers first.
 */
const PASS_ROLE = "; iam:PassRole only as far as ECS checks it without registering anything";

/** The settings that the diagnosis checks. */
export type DiagnosedSettings =
  & Pick<
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
    | "hooks"
  >
  & {
    /** The load balancer with what its checks need; undefined without one. */
    readonly balancer?:
      | Pick<DiagnosedBalancer, "listener" | "certificateCheck" | "port" | "sampleUrl"> & {
        /** Whether the newest requests of environments are looked up. */
        readonly countsRequests?: boolean;
      }
      | undefined;
  };

/** The options of {@link makeEcsDiagnosis}. */
export interface EcsDiagnosisOptions {
  readonly config: DiagnosedSettings;
  /** The source of the region, such as `AWS_REGION`. */
  readonly regionSource: string;
  /** Asks a name that people use; by a request of this machine by default. */
  readonly askUrl?: UrlProbe;
}

/**
 * Makes the diagnosis of ECS: whose credentials these are, what they allow, and whether required resources
 * exist.
 */
export function makeEcsDiagnosis({ config, regionSource, askUrl }: EcsDiagnosisOptions): Diagnosis {
  const { region } = config;
  return {
    name: "AWS identity",
    async diagnose(signal) {
      const identity = await findIdentity(region, signal);
      // Without credentials, every other check would fail for the same reason.
      if ("status" in identity) return [identity];
      return [
        foundOk("AWS identity", `${identity.arn}, in ${region} (${regionSource})`),
        ...await diagnoseEcs(config, identity, signal),
        ...await lookAtNetwork(config, signal),
        ...await lookAtBalancer({ config, identity, askUrl }, signal),
      ];
    },
  };
}

/** Finds out whose credentials these are; returns a finding if AWS does not answer that. */
export async function findIdentity(region: string, signal: AbortSignal): Promise<CallerIdentity | Finding> {
  try {
    const { callerIdentity } = await import("../sdk/sts.ts");
    return await callerIdentity(region, signal);
  } catch (error) {
    signal.throwIfAborted();
    return foundError("AWS identity", error);
  }
}

/** Describes the caller as it appears in the IAM console: the role's name, or else the ARN. */
export function describeCaller({ arn }: CallerIdentity): string {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  return role === undefined ? arn : `the role ${role}`;
}

/** Returns the resources on which the least policy allows an action, for the reader to copy into a policy. */
export function policyResource(place: AwsSettings, action: string): string {
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
    runsBeforeStop: config.hooks?.beforeStop !== undefined,
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

/** Completes the settings for the least policy. Permissions for unconfigured parts are not probed. */
function placeOf(config: DiagnosedSettings, { arn, account }: CallerIdentity): AwsSettings {
  const { executionRole, taskRole } = rolesOf(config);
  const roleArn = (role: string) =>
    role.startsWith("arn:") ? role : `arn:${arn.split(":")[1]}:iam::${account}:role/${role}`;
  return completeAwsSettings({
    ...config,
    runsBeforeStop: config.hooks?.beforeStop !== undefined,
    image: undefined,
    listener: config.balancer?.listener,
    countsRequests: config.balancer?.countsRequests === true,
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

/** Reports a role that ECS rejects. That ECS accepts a role does not show what the role may do. */
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

/**
 * Reports a missing log group. Only the words of AWS's message distinguish a missing group from a missing
 * stream.
 */
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

/** Checks the load balancer, and what the credentials may do with it. */
async function lookAtBalancer(
  { config, identity, askUrl }: {
    readonly config: DiagnosedSettings;
    readonly identity: CallerIdentity;
    readonly askUrl: UrlProbe | undefined;
  },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { balancer, region } = config;
  if (balancer === undefined) return [];
  const { LoadBalancingCalls } = await import("../sdk/load_balancing.ts");
  const { NetworkCalls } = await import("../sdk/network.ts");
  const { balancingProbes } = await import("../sdk/balancing_probes.ts");
  const { listener } = balancer;
  const elb = new LoadBalancingCalls(region);
  const network = new NetworkCalls(region);
  const { probes, end } = balancingProbes({
    region,
    listener,
    loadBalancer: loadBalancerOf(listener),
    countsRequests: balancer.countsRequests === true,
  });
  const place = placeOf(config, identity);
  try {
    return [
      ...permissionFindings(await askPermissions(probes, { region }, signal), {
        name: "load balancer permissions",
        caller: describeCaller(identity),
        resourceOf: (action) => policyResource(place, action),
        unasked:
          "; ModifyRule and DeleteRule are not probed, because the policy allows them on rules with tags",
      }),
      ...await diagnoseBalancer(
        {
          elb,
          network,
          askUrl: askUrl ?? makeUrlProbe({ fetch: globalThis.fetch, timeoutMs: PROBE_TIMEOUT_MS }),
        },
        { ...config, ...balancer },
        signal,
      ),
    ];
  } finally {
    end();
    elb.end();
    network.end();
  }
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
