import type { Service } from "@aws-sdk/client-ecs";
import { readEpoch, type RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { isServing } from "../service_view.ts";
import { servingGroup } from "./rules.ts";
import { routeOfService } from "./route_of_service.ts";
import { findRules, switchRoute } from "./switch_route.ts";

/**
 * Sends people to an environment that a run brought up before it died, if the environment that they are sent
 * to is older. Changes nothing while the load balancer finds no task healthy, or if a page answers for a
 * sleeping environment.
 */
export async function settleRoute(
  deps: EcsDependencies,
  { service, ...owner }: RepositoryIdentity & { readonly epoch: number; readonly service: Service },
  signal: AbortSignal,
): Promise<void> {
  const route = routeOfService(service, owner);
  if (route === undefined || !isServing(service)) return;
  const elb = await deps.aws.balancing;
  const action = `Settling "${service.serviceName}"`;
  const { rules: [main], tags } = await findRules(deps, { ...route, action }, signal);
  if (main === undefined || main.isPage || servingGroup(main) === route.group) return;
  const serving = servingGroup(main);
  const theirs = serving === undefined ? undefined : (await elb.tags([serving], signal)).get(serving);
  const own = readEpoch(tags.get(route.group)?.["showtime_epoch"]);
  if (theirs !== undefined && readEpoch(theirs["showtime_epoch"]) > own) return;
  const targets = await elb.groups.targets(route.group, signal);
  if (targets.some(({ state }) => state === "healthy")) await switchRoute(deps, { ...route, action }, signal);
}
