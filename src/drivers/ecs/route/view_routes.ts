import type { Service } from "@aws-sdk/client-ecs";
import { hostOf } from "../../../environments/core/environment/stable_url.ts";
import type { PlatformEnvironment } from "../../../environments/core/environment/environment.ts";
import { AppError } from "../../../lib/errors.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { readRules, type RuleFacts, servingGroup } from "./rules.ts";
import { routeOfService, type ServiceRoute } from "./route_of_service.ts";

/**
 * Marks environments as unsettled that people should be sent to by the load balancer and are not: a run died
 * between the deployment and the change of the rule. One call for each listener, none without services on a
 * load balancer.
 */
export async function viewRoutes(
  deps: EcsDependencies,
  { environments, services }: {
    readonly environments: readonly PlatformEnvironment[];
    readonly services: readonly Service[];
  },
  signal: AbortSignal,
): Promise<readonly PlatformEnvironment[]> {
  const routes = new Map<string, ServiceRoute>();
  for (const service of services) {
    const route = routeOfService(service, { repo: "", epoch: 0 });
    if (route !== undefined) routes.set(service.serviceName ?? "", route);
  }
  if (routes.size === 0) return environments;
  const elb = await deps.aws.balancing;
  const listeners = [...new Set([...routes.values()].map(({ listener }) => listener))];
  const rules = (await Promise.all(listeners.map(async (listener) => {
    try {
      return readRules(await elb.rules(listener, signal));
    } catch (error) {
      if (error instanceof AppError && error.code === "listener_not_found") return [];
      throw error;
    }
  }))).flat();
  const groupOf = ({ service }: PlatformEnvironment) => routes.get(service)?.group;
  return environments.map((each) => {
    const group = groupOf(each);
    if (group === undefined || !isPassedOver(group, { each, environments, rules, groupOf })) return each;
    return {
      ...each,
      unsettled: true,
      condition: `${each.condition}, the load balancer does not send people to it yet`,
    };
  });
}

function isIn(groups: RuleFacts["groups"], group: string): boolean {
  return groups.some(({ arn }) => arn === group);
}

/** Whether the rule sends people to an older environment than this one, to none, or to a page though this one is awake. */
function isPassedOver(
  group: string,
  { each, environments, rules, groupOf }: {
    readonly each: PlatformEnvironment;
    readonly environments: readonly PlatformEnvironment[];
    readonly rules: readonly RuleFacts[];
    readonly groupOf: (environment: PlatformEnvironment) => string | undefined;
  },
): boolean {
  const rule = rules.find(({ groups }) => isIn(groups, group));
  const hosts = [hostOf(each.settings.url ?? ""), ...rule?.hosts ?? []];
  const isCovered = rules.some((page) =>
    page.isPage && page.priority < (rule?.priority ?? Infinity) &&
    page.hosts.some((host) => hosts.includes(host))
  );
  if (isCovered) {
    // An older environment leaves the page of a newer one that sleeps alone.
    return environments.every((other) =>
      other.pr !== each.pr || other.sleep === undefined || other.epoch < each.epoch
    );
  }
  if (rule === undefined) return true;
  // The rule that kept the group in use behind a page: the run that removed the page died before it removed this one.
  const isDoubled = rules.some(({ arn, groups }) => arn !== rule.arn && isIn(groups, group));
  if (isDoubled && each.sleep === undefined) return true;
  const serving = servingGroup(rule);
  if (serving === group) return false;
  const holder = environments.find((other) => other.pr === each.pr && groupOf(other) === serving);
  return holder === undefined || holder.epoch < each.epoch;
}
