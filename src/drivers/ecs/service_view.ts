import type { Deployment, Service } from "@aws-sdk/client-ecs";
import type { PlatformEnvironment } from "../../environments/core/environment/environment.ts";
import { parseServiceName, type ServiceNameParts } from "../../environments/core/environment/names.ts";
import {
  assertOurs,
  readEpoch,
  readSeconds,
  sameRepo,
} from "../../environments/core/environment/ownership.ts";
import { parseFullSha, type ServiceName } from "../../lib/ids.ts";
import type { PlatformScope } from "../../environments/ports/platform.ts";
import { lastPart, readTags } from "./sdk/shapes.ts";
import { decodeTagValue, readDeployed, SETTLED_TAG } from "./tags.ts";

/** The parts of a service name that is exactly one of ours and within a scope; undefined for any other. */
export function nameInScope(name: string, scope: PlatformScope): ServiceNameParts | undefined {
  const parts = parseServiceName(name);
  return parts === undefined || (scope.pr !== undefined && parts.pr !== scope.pr) ? undefined : parts;
}

/**
 * The environment that a service is; undefined for one that is gone or going, that belongs to another repository, or
 * that has the name of the older scheme without its tag.
 */
export function viewService(service: Service, scope: PlatformScope): PlatformEnvironment | undefined {
  const name = service.serviceName ?? "";
  const parts = nameInScope(name, scope);
  // One that drains is on its way out: whoever needs its name waits for that.
  if (parts === undefined || service.status !== "ACTIVE") return undefined;
  const tags = readTags(service.tags);
  const repo = tags["showtime_repo"];
  if (scope.others !== true && repo !== undefined && !sameRepo(repo, scope.repo)) return undefined;
  const legacy = parts.short === undefined;
  if (legacy && tags["pr"] !== String(parts.pr)) return undefined;
  const sha = parseFullSha(tags["sha"] ?? "");
  const image = tags["showtime_image"];
  const requestedBy = decodeTagValue(tags["github_user"] ?? "");
  return {
    platform: "ecs",
    pr: parts.pr,
    sha: sha !== undefined && sha.startsWith(parts.short ?? "") ? sha : undefined,
    short: parts.short,
    service: name as ServiceName,
    address: undefined,
    healthy: isServing(service),
    condition: describeService(service),
    image: image === undefined ? undefined : decodeTagValue(image),
    settings: readDeployed(tags),
    requestedBy: requestedBy === "" ? undefined : requestedBy,
    createdAt: readSeconds(tags["showtime_created"]),
    expiresAt: readSeconds(tags["showtime_expires"]),
    epoch: readEpoch(tags["showtime_epoch"]),
    repo,
    managed: tags["showtime_managed"] === "true",
    legacy,
    unsettled: (service.deployments ?? []).length > 1 || !isInOrder(service),
  };
}

/**
 * Whether a service may be changed under `epoch`. Throws AppError `not_ours` or `stale_epoch`. One that is marked as
 * managed but names no repository was made by an older tool under the same tags: it is adopted.
 */
export function assertTouchable(
  service: Service,
  options: { readonly repo: string; readonly epoch: number; readonly action: string },
): void {
  const name = service.serviceName ?? "";
  const tags = readTags(service.tags);
  const parts = parseServiceName(name);
  const managed = tags["showtime_managed"] === "true";
  const owner = tags["showtime_repo"];
  assertOurs({
    what: `the service "${name}"`,
    managed,
    legacy: parts !== undefined && parts.short === undefined && tags["pr"] === String(parts.pr),
    repo: managed && owner === undefined ? options.repo : owner,
    epoch: readEpoch(tags["showtime_epoch"]),
    removal: `aws ecs delete-service --force --cluster ${
      lastPart(service.clusterArn ?? "")
    } --service ${name}`,
  }, options);
}

/** Whether nothing is left to be done after what was last deployed. */
export function isInOrder(service: Service): boolean {
  const settled = readTags(service.tags)[SETTLED_TAG];
  return settled === undefined || settled === String(revisionOf(service.taskDefinition));
}

/** Has as many running tasks as it is to have, and at least one. */
export function isServing(service: Service): boolean {
  const { desiredCount = 0, runningCount = 0 } = service;
  return service.status === "ACTIVE" && desiredCount > 0 && runningCount >= desiredCount;
}

/** One deployment with all its tasks running: what the SDK's waiter calls stable. */
export function isStable(service: Service): boolean {
  return (service.deployments ?? []).length === 1 && service.runningCount === service.desiredCount;
}

/** One sentence about a service's condition. */
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

/** The deployment of a revision; undefined where the service has none of it. */
export function deploymentOf(service: Service, definition: string): Deployment | undefined {
  return service.deployments?.find((each) => sameRevision(each.taskDefinition, definition));
}

/** The number of a revision, from its ARN or `family:revision`; 0 where it has none. */
export function revisionOf(name: string | undefined): number {
  return Number(/:(\d+)$/.exec(name ?? "")?.[1] ?? 0);
}

/** Whether two names are of one revision: as an ARN, or as `family:revision`. */
export function sameRevision(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined &&
    one.slice(one.lastIndexOf("/") + 1) === other.slice(other.lastIndexOf("/") + 1);
}
