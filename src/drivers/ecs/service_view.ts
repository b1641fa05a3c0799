import type { Deployment, Service } from "@aws-sdk/client-ecs";
import type { PlatformEnvironment } from "../../environments/core/environment/environment.ts";
import {
  type EnvironmentKey,
  isOlderScheme,
  parseAnyServiceName,
} from "../../environments/core/environment/names.ts";
import {
  assertOurs,
  judgeOwner,
  readEpoch,
  readSeconds,
  type RepositoryIdentity,
} from "../../environments/core/environment/ownership.ts";
import { parseFullSha, type ServiceName } from "../../lib/ids.ts";
import type { PlatformScope } from "../../environments/ports/platform.ts";
import { lastPart, readTags } from "./sdk/shapes.ts";
import {
  decodeTagValue,
  HOOK_PENDING,
  isHookPending,
  parseSleepTag,
  readDeployed,
  readOwner,
  readSlept,
  SETTLED_TAG,
  SLEEP_TAG,
  WOKEN_TAG,
} from "./tags.ts";

/**
 * Parses a service name that has Showtime's form and lies within a scope; returns undefined for any other
 * name.
 */
export function nameInScope(name: string, scope: PlatformScope): EnvironmentKey | undefined {
  const parts = parseAnyServiceName(name);
  return parts === undefined || (scope.pr !== undefined && parts.pr !== scope.pr) ? undefined : parts;
}

/**
 * Reads a service as an environment. Returns undefined if the service is not active, if it belongs to another
 * repository, or if its name is of the older scheme without that scheme's tag.
 */
export function viewService(service: Service, scope: PlatformScope): PlatformEnvironment | undefined {
  const name = service.serviceName ?? "";
  const parts = nameInScope(name, scope);
  // A draining service is on its way out. A caller that needs its name waits until it is gone.
  if (parts === undefined || service.status !== "ACTIVE") return undefined;
  const tags = readTags(service.tags);
  const owner = readOwner(tags);
  if (scope.others !== true && judgeOwner(owner, scope) === "other") return undefined;
  const legacy = isOlderScheme(parts);
  if (legacy && tags["pr"] !== String(parts.pr)) return undefined;
  const sha = parseFullSha(tags["sha"] ?? "");
  const image = tags["showtime_image"];
  const requestedBy = decodeTagValue(tags["github_user"] ?? "");
  return {
    platform: "ecs",
    pr: parts.pr,
    sha: sha !== undefined && sha.startsWith(parts.short ?? "") ? sha : undefined,
    short: parts.short,
    ...(parts.bare === true ? { bare: true } : {}),
    service: name as ServiceName,
    address: undefined,
    healthy: isServing(service) && !isHookPending(tags),
    condition: `${describeService(service)}${isHookPending(tags) ? `, ${HOOK_PENDING}` : ""}`,
    ...sleepOf(service),
    startedAt: startOf(service),
    image: image === undefined ? undefined : decodeTagValue(image),
    settings: readDeployed(tags),
    requestedBy: requestedBy === "" ? undefined : requestedBy,
    createdAt: readSeconds(tags["showtime_created"]) ?? service.createdAt?.getTime(),
    expiresAt: readSeconds(tags["showtime_expires"]),
    epoch: readEpoch(tags["showtime_epoch"]),
    repo: owner.repo,
    repoId: owner.repoId,
    managed: tags["showtime_managed"] === "true",
    legacy,
    unsettled: (service.deployments ?? []).length > 1 || !isInOrder(service),
  };
}

/**
 * Checks that a service may be changed under `epoch`. Throws AppError `not_ours` or `stale_epoch`. A service
 * that is tagged as managed but names no repository was made by an older tool with the same tags, and is
 * adopted.
 */
export function assertTouchable(
  service: Service,
  options: RepositoryIdentity & { readonly epoch: number; readonly action: string },
): void {
  const name = service.serviceName ?? "";
  const tags = readTags(service.tags);
  const parts = parseAnyServiceName(name);
  const managed = tags["showtime_managed"] === "true";
  const owner = readOwner(tags);
  assertOurs({
    what: `the service "${name}"`,
    managed,
    legacy: parts !== undefined && isOlderScheme(parts) && tags["pr"] === String(parts.pr),
    ...(managed && judgeOwner(owner, options) === "unmarked" ? { repo: options.repo } : owner),
    epoch: readEpoch(tags["showtime_epoch"]),
    removal: `aws ecs delete-service --force --cluster ${
      lastPart(service.clusterArn ?? "")
    } --service ${name}`,
  }, options);
}

/** Whether the last deployment of a service is finished, with nothing left to tag or remove. */
export function isInOrder(service: Service): boolean {
  const settled = readTags(service.tags)[SETTLED_TAG];
  return settled === undefined || settled === String(revisionOf(service.taskDefinition));
}

/** Returns the sleep of a service that is scaled to no tasks; nothing if it is not, or if Showtime did not do that. */
function sleepOf(service: Service): Pick<PlatformEnvironment, "sleep" | "sleptMs"> {
  const sleep = parseSleepTag(readTags(service.tags)[SLEEP_TAG]);
  const sleptMs = readSlept(readTags(service.tags));
  return {
    ...(sleptMs === 0 ? {} : { sleptMs }),
    ...(sleep === undefined || (service.desiredCount ?? 0) > 0 ? {} : { sleep }),
  };
}

/** Returns when the newest deployment of a service began or the service was woken, in milliseconds since 1970. */
function startOf(service: Service): number | undefined {
  const times = [
    readSeconds(readTags(service.tags)[WOKEN_TAG]),
    ...(service.deployments ?? []).map(({ createdAt }) => createdAt?.getTime()),
  ].flatMap((at) => at ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Whether a service runs as many tasks as it should, and at least one. */
export function isServing(service: Service): boolean {
  const { desiredCount = 0, runningCount = 0 } = service;
  return service.status === "ACTIVE" && desiredCount > 0 && runningCount >= desiredCount;
}

/** Whether a service has one deployment with all its tasks running: the SDK's waiter calls that stable. */
export function isStable(service: Service): boolean {
  return (service.deployments ?? []).length === 1 && service.runningCount === service.desiredCount;
}

/** Describes the condition of a service in a few words. */
export function describeService(service: Service): string {
  const { desiredCount = 0, runningCount = 0, pendingCount = 0, status = "unknown" } = service;
  if (status !== "ACTIVE") return status.toLowerCase();
  if (desiredCount === 0) return "scaled to no tasks";
  const failed = service.deployments?.find((each) => each.rolloutState === "FAILED");
  const words = [
    `${runningCount} of ${desiredCount} ${desiredCount === 1 ? "task" : "tasks"} running`,
    ...(pendingCount > 0 ? [`${pendingCount} starting`] : []),
    ...(failed === undefined ? [] : ["the last deployment failed"]),
  ];
  return words.join(", ");
}

/** Returns the deployment of a revision; undefined if the service has none. */
export function deploymentOf(service: Service, definition: string): Deployment | undefined {
  return service.deployments?.find((each) => sameRevision(each.taskDefinition, definition));
}

/** Returns the number of a revision, from its ARN or `family:revision`; 0 if there is no number. */
export function revisionOf(name: string | undefined): number {
  return Number(/:(\d+)$/.exec(name ?? "")?.[1] ?? 0);
}

/** Whether two names, each an ARN or `family:revision`, mean the same revision. */
export function sameRevision(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined &&
    one.slice(one.lastIndexOf("/") + 1) === other.slice(other.lastIndexOf("/") + 1);
}
