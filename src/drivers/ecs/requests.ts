/** Finds the newest requests of environments behind a load balancer. */

import type { Service } from "@aws-sdk/client-ecs";
import type { NewestRequest } from "../../environments/core/environment/environment.ts";
import type { ServiceName } from "../../lib/ids.ts";
import type { EcsDependencies } from "./dependencies.ts";
import type { TrafficTarget } from "./sdk/metrics.ts";
import { readTags } from "./sdk/shapes.ts";
import { LISTENER_TAG } from "./tags.ts";

/**
 * Finds the newest request that reached each service since a time, health checks left out, in the order of the services.
 * An entry is undefined if the service has no target group.
 */
export async function findNewestRequests(
  deps: Pick<EcsDependencies, "aws" | "clock">,
  { services, since }: { readonly services: readonly ServiceName[]; readonly since: number },
  signal: AbortSignal,
): Promise<readonly NewestRequest[]> {
  if (services.length === 0) return [];
  const targets = new Map<string, TrafficTarget>();
  for (const service of await (await deps.aws.ecs).services(services, signal)) {
    const target = service.status === "ACTIVE" ? targetOf(service) : undefined;
    if (target !== undefined) targets.set(service.serviceName ?? "", target);
  }
  if (targets.size === 0) return services.map(() => undefined);
  const names = [...targets.keys()];
  const newest = await (await deps.aws.metrics).newestRequests(
    [...targets.values()],
    { since, until: deps.clock.now() },
    signal,
  );
  const byName = new Map(names.map((name, index) => [name, newest[index]]));
  return services.map((service) => byName.get(service));
}

/** Returns the target group of a service, and its load balancer; undefined if it has none. */
export function targetOf(service: Pick<Service, "loadBalancers" | "tags">): TrafficTarget | undefined {
  const group = service.loadBalancers?.[0]?.targetGroupArn;
  const targetGroup = /:(targetgroup\/[^/]+\/[^/]+)$/.exec(group ?? "")?.[1];
  const listener = readTags(service.tags)[LISTENER_TAG] ?? "";
  const loadBalancer = /:listener\/(app\/[^/]+\/[^/]+)\/[^/]+$/.exec(listener)?.[1];
  return targetGroup === undefined || loadBalancer === undefined ? undefined : { targetGroup, loadBalancer };
}
