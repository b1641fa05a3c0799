import type { Service } from "@aws-sdk/client-ecs";
import { parseAnyServiceName } from "../../../environments/core/environment/names.ts";
import type { RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import type { ServiceName } from "../../../lib/ids.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { readTags } from "../sdk/shapes.ts";
import { LISTENER_TAG } from "../tags.ts";
import { groupNameOf } from "./names.ts";
import type { RouteOwner } from "./parts.ts";
import type { RouteTarget } from "./switch_route.ts";

/** A route with the run that works on it. */
export type ServiceRoute = RouteTarget & { readonly owner: RouteOwner };

/**
 * Returns the route of a service: its target group, and the listener that its tag names. Neither needs a
 * call, nor the setting `ecs.load_balancer`. Returns undefined for a service without a load balancer.
 */
export function routeOfService(
  service: Service | undefined,
  owner: RepositoryIdentity & { readonly epoch: number },
): ServiceRoute | undefined {
  const group = service?.loadBalancers?.[0]?.targetGroupArn;
  const listener = readTags(service?.tags)[LISTENER_TAG];
  const pr = parseAnyServiceName(service?.serviceName ?? "")?.pr;
  if (group === undefined || listener === undefined || listener === "" || pr === undefined) return undefined;
  return { listener, group, owner: { ...owner, pr } };
}

/**
 * Finds the route of a service that is gone, by the name of its target group. Without the setting
 * `ecs.load_balancer` nothing is found, and no call is made.
 */
export async function findRouteByName(
  deps: EcsDependencies,
  { service, ...owner }: RepositoryIdentity & { readonly service: ServiceName; readonly epoch: number },
  signal: AbortSignal,
): Promise<ServiceRoute | undefined> {
  const { loadBalancer, cluster } = deps.config;
  const pr = parseAnyServiceName(service)?.pr;
  if (loadBalancer === undefined || pr === undefined) return undefined;
  const { listener } = loadBalancer;
  const name = await groupNameOf({ repo: owner.repo, cluster, listener }, service);
  const group = name === undefined ? undefined : await (await deps.aws.balancing).groups.named(name, signal);
  return group === undefined ? undefined : { listener, group, owner: { ...owner, pr } };
}
