import { hostOf } from "../../../environments/core/environment/stable_url.ts";
import type { EcsDependencies } from "../dependencies.ts";
import type { RouteToClose } from "./close_route.ts";
import { addRule } from "./add_rule.ts";
import { pageAction, readRules } from "./rules.ts";
import { findRules, switchRoute } from "./switch_route.ts";

/** A page that the load balancer itself answers with. */
export interface RoutePage {
  /** HTML of at most 1,024 characters; more is cut. */
  readonly html: string;
  /** A status from 400 to 599, or from 200 to 299. */
  readonly status: number;
}

/**
 * Answers for an environment with a page, while its service runs no task. Returns whether a rule of the pull
 * request was changed: a service without a load balancer has no page. The group is in no rule then, so a
 * deployment or {@link keepBehindPage} has to put it back before ECS starts a task.
 */
export async function showPage(
  deps: EcsDependencies,
  { page, ...route }: RouteToClose & { readonly page: RoutePage },
  signal: AbortSignal,
): Promise<boolean> {
  const { rules: [main] } = await findRules(deps, route, signal);
  if (main === undefined) return false;
  await (await deps.aws.balancing).modifyRule(main.arn, { action: pageAction(page) }, signal);
  return true;
}

/**
 * Puts a group into a second rule of the page's host, after the page's rule. No request reaches that rule,
 * but the load balancer checks the group's targets, and ECS may start a task. Changes nothing if a rule uses
 * the group.
 */
export async function keepBehindPage(
  deps: EcsDependencies,
  { url, ...route }: RouteToClose & { readonly url: string },
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const { listener, group, owner } = route;
  const { rules: own } = await findRules(deps, route, signal);
  if (own.some(({ groups }) => groups.some(({ arn }) => arn === group))) return;
  const rules = readRules(await elb.rules(listener, signal));
  await addRule(deps, { owner, host: hostOf(url), group, own, rules, listener }, signal);
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
