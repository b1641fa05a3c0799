import { hostOf } from "../../../environments/core/environment/stable_url.ts";
import type { EcsDependencies } from "../dependencies.ts";
import type { RouteToClose } from "./close_route.ts";
import { addRule } from "./add_rule.ts";
import { pageAction, readRules, servingGroup } from "./rules.ts";
import { findRules, type RouteRules, SPREAD_MS, switchRoute } from "./switch_route.ts";

/** A page that the load balancer itself answers with. */
export interface RoutePage {
  /** HTML of at most 1,024 characters; more is cut. */
  readonly html: string;
  /** A status from 400 to 599, or from 200 to 299. */
  readonly status: number;
}

/**
 * Answers for an environment with a page, before its service is scaled to no task. Returns whether the page answers: a
 * service without a load balancer has none, nor has one whose rule sends people to another environment. The group is in
 * no rule then, so a deployment or {@link keepBehindPage} has to put it back before ECS starts a task.
 */
export async function showPage(
  deps: EcsDependencies,
  { page, ...route }: RouteToClose & { readonly page: RoutePage },
  signal: AbortSignal,
): Promise<boolean> {
  const elb = await deps.aws.balancing;
  const found = await takeRules(deps, route, signal);
  const { rules: [main, ...others] } = found;
  if (main === undefined || (!main.isPage && (servingGroup(main) ?? route.group) !== route.group)) {
    return false;
  }
  await elb.modifyRule(main.arn, { action: pageAction(page) }, signal);
  // A wake that did not come to its end left such a rule.
  for (const { arn, isPage, groups } of others) {
    if (!isPage && groups.every((each) => each.arn === route.group)) await elb.deleteRule(arn, signal);
  }
  // Until every node has the page, some still send people to the task.
  if (!main.isPage) await deps.clock.sleep(SPREAD_MS, signal);
  return true;
}

/**
 * Puts a group into a second rule of the page's host, after the page's rule. No request reaches that rule,
 * but the load balancer checks the group's targets, and ECS may start a task. Changes nothing if a rule uses
 * the group. Without a rule of the pull request, `url` names the host; undefined leaves the group in no rule.
 */
export async function keepBehindPage(
  deps: EcsDependencies,
  { url, ...route }: RouteToClose & { readonly url: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const { listener, group, owner } = route;
  const { rules: own } = await takeRules(deps, route, signal);
  if (own.some(({ groups }) => groups.some(({ arn }) => arn === group))) return;
  // The rule may have another host than the service's tag, if its address was changed.
  const host = own[0]?.hosts[0] ?? (url === undefined ? undefined : hostOf(url));
  if (host === undefined) return;
  const rules = readRules(await elb.rules(listener, signal));
  await addRule(deps, { owner, host, group, own, rules, listener }, signal);
}

/**
 * Sends people to a group whose targets are healthy, instead of to a page or another group, and removes the
 * rule of {@link keepBehindPage}. Returns whether anything was changed.
 */
export async function forwardTo(
  deps: EcsDependencies,
  route: RouteToClose,
  signal: AbortSignal,
): Promise<boolean> {
  return await switchRoute(deps, route, signal);
}

/** Finds the rules of a route and tags them first: from then on, no run with an older lock changes them. */
async function takeRules(
  deps: EcsDependencies,
  route: RouteToClose,
  signal: AbortSignal,
): Promise<RouteRules> {
  const found = await findRules(deps, route, signal);
  const epoch = String(route.owner.epoch);
  const arns = [...found.rules.map(({ arn }) => arn), ...found.rules.length === 0 ? [] : [route.group]];
  const stale = arns.filter((arn) => {
    const marks = found.tags.get(arn);
    return marks !== undefined && marks["showtime_epoch"] !== epoch;
  });
  if (stale.length > 0) {
    await (await deps.aws.balancing).addTags(stale, { tags: { showtime_epoch: epoch } }, signal);
  }
  return found;
}
