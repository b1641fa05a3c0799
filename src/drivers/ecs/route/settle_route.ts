import type { Service } from "@aws-sdk/client-ecs";
import { readEpoch, type RepositoryIdentity } from "../../../environments/core/environment/ownership.ts";
import { type EcsDependencies, TASK_POLL_MS } from "../dependencies.ts";
import { readTags } from "../sdk/shapes.ts";
import { readDeployed, SLEEP_TAG } from "../tags.ts";
import type { RouteToClose } from "./close_route.ts";
import { forwardTo, keepBehindPage } from "./page_route.ts";
import { isServing } from "../service_view.ts";
import { servingGroup } from "./rules.ts";
import { routeOfService } from "./route_of_service.ts";
import { findRules, switchRoute } from "./switch_route.ts";

/**
 * Sends people to an environment that a run brought up before it died, if the environment that they are sent
 * to is older, or if a page answers though nothing sleeps. Changes nothing while the load balancer finds no task healthy,
 * or if a run died while it put the environment to sleep.
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
  const { rules: [main, ...others], tags } = await findRules(deps, { ...route, action }, signal);
  if (main === undefined) return;
  if (servingGroup(main) === route.group) {
    if (others.length > 0) await switchRoute(deps, { ...route, action }, signal);
    return;
  }
  const own = readEpoch(tags.get(route.group)?.["showtime_epoch"]);
  if (main.isPage) {
    const page = readEpoch(tags.get(main.arn)?.["showtime_epoch"]);
    if (isFallingAsleep(service) || page > own) return;
    return await leadThroughPage(
      deps,
      { ...route, action, url: readDeployed(readTags(service.tags)).url },
      signal,
    );
  }
  const serving = servingGroup(main);
  const theirs = serving === undefined ? undefined : (await elb.tags([serving], signal)).get(serving);
  if (theirs !== undefined && readEpoch(theirs["showtime_epoch"]) > own) return;
  const targets = await elb.groups.targets(route.group, signal);
  if (targets.some(({ state }) => state === "healthy")) await switchRoute(deps, { ...route, action }, signal);
}

/** Whether a service that still runs its task is marked as asleep: the next run stops or wakes it. */
function isFallingAsleep(service: Service): boolean {
  return (readTags(service.tags)[SLEEP_TAG] ?? "") !== "";
}

/** Sends people to an environment that is awake behind a page, as soon as the load balancer finds it healthy. */
async function leadThroughPage(
  deps: EcsDependencies,
  route: RouteToClose & { readonly url: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const until = deps.clock.now() + deps.config.health.timeoutMs;
  await keepBehindPage(deps, route, signal);
  for (;;) {
    const targets = await elb.groups.targets(route.group, signal);
    if (targets.some(({ state }) => state === "healthy")) return void await forwardTo(deps, route, signal);
    if (deps.clock.now() >= until) return;
    await deps.clock.sleep(TASK_POLL_MS, signal);
  }
}
