import { type AwsSettings, partitionOf } from "./setup.ts";

/** The placeholder for an account that is not known. A person replaces it by 12 digits. */
export const UNKNOWN_ACCOUNT = "ACCOUNT";

/** The placeholder for a region that is not known. A person replaces it by a region, such as `eu-west-1`. */
export const UNKNOWN_REGION = "REGION";

/** The known part of the settings on AWS. Settings that are not known get default names. */
export interface KnownAwsSettings {
  readonly region: string;
  /** Repository of the images, without a tag. */
  readonly image: string | undefined;
  readonly cluster: string | undefined;
  readonly container: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly logGroup: string | undefined;
  readonly executionRole: string | undefined;
  readonly taskRole: string | undefined;
  /** Whether `environment.hooks.before_stop` is configured. */
  readonly runsBeforeStop?: boolean;
  /** Whether `environment.sleep.after` or `environment.ttl_from: traffic` is configured. */
  readonly countsRequests?: boolean;
  /** ARN of the load balancer's listener. */
  readonly listener?: string | undefined;
}

/**
 * Completes the known settings. An image in ECR names account and region, and a role's ARN names the account.
 */
export function completeAwsSettings(known: KnownAwsSettings): AwsSettings {
  const ecr = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.]+\/(.+)$/.exec(known.image ?? "");
  const region = ecr?.[2] ?? known.region;
  const account = ecr?.[1] ??
    /^arn:[a-z-]+:iam::(\d{12}):/.exec(known.executionRole ?? "")?.[1] ?? UNKNOWN_ACCOUNT;
  const cluster = known.cluster ?? "previews";
  const roleOf = (role: string) =>
    role.startsWith("arn:") ? role : `arn:${partitionOf(region)}:iam::${account}:role/${role}`;
  return {
    account,
    region,
    cluster,
    container: known.container ?? "app",
    subnets: known.subnets,
    securityGroups: known.securityGroups,
    logGroup: known.logGroup ?? `/ecs/${cluster}`,
    executionRole: roleOf(known.executionRole ?? `${cluster}-execution`),
    taskRole: known.taskRole === undefined ? undefined : roleOf(known.taskRole),
    runsBeforeStop: known.runsBeforeStop ?? false,
    ...(known.countsRequests === true ? { countsRequests: true } : {}),
    ecrRepository: ecr?.[3],
    ...(known.listener === undefined ? {} : { listener: known.listener }),
  };
}
