import type { EcsDependencies } from "../dependencies.ts";
import { nameInArn } from "./names.ts";
import { assertPart, isOfPull, isOurs, type RouteOwner } from "./parts.ts";
import { allTo, forwardAction, type RuleFacts, servingGroup } from "./rules.ts";
import { serviceOfGroup } from "./route_leftovers.ts";
import { findRules, type RouteRules, type RouteTarget } from "./switch_route.ts";

/** A route to close, and the run that closes it. */
export interface RouteToClose extends RouteTarget {
  readonly owner: RouteOwner;
  readonly action: string;
}

/**
 * Takes people away from an environment before its service is removed. If another environment of the pull
 * request is in the rule, people are sent there; otherwise the rule is removed. The group stays in a rule at
 * weight 0, so that the load balancer waits for its open requests.
 */
export async function leaveRoute(
  deps: EcsDependencies,
  route: RouteToClose,
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const { rules } = await findRules(deps, route, signal);
  for (const rule of rules) {
    if (rule.isPage ? !isLast(rules, route.group) : servingGroup(rule) !== route.group) continue;
    const next = await nextGroup(deps, { rule, group: route.group }, signal);
    if (next === undefined) await elb.deleteRule(rule.arn, signal);
    else await elb.modifyRule(rule.arn, { action: forwardAction(allTo(next, rule.groups)) }, signal);
  }
}

/** Whether no environment but that of a group is left in the rules of a pull request. */
function isLast(rules: readonly RuleFacts[], group: string): boolean {
  return rules.every(({ groups }) => groups.every(({ arn }) => arn === group));
}

/** Returns the group of a rule that takes over from another one, a healthy one if there is one. */
async function nextGroup(
  deps: EcsDependencies,
  { rule, group }: { readonly rule: RuleFacts; readonly group: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  const others = rule.groups.map(({ arn }) => arn).filter((arn) => arn !== group);
  if (others.length < 2) return others[0];
  const elb = await deps.aws.balancing;
  for (const arn of others) {
    const targets = await elb.groups.targets(arn, signal);
    if (targets.some(({ state }) => state === "healthy")) return arn;
  }
  return others[0];
}

/** Takes a group out of the rules. A rule that leads to no other group is removed. */
export async function detachGroup(
  deps: EcsDependencies,
  route: RouteToClose,
  signal: AbortSignal,
): Promise<RouteRules> {
  const elb = await deps.aws.balancing;
  const found = await findRules(deps, route, signal);
  for (const rule of found.rules) {
    if (rule.isPage) continue;
    const others = rule.groups.filter(({ arn }) => arn !== route.group);
    const [first] = others;
    if (first === undefined) await elb.deleteRule(rule.arn, signal);
    else {
      const groups = others.some(({ weight }) => weight > 0) ? others : allTo(first.arn, others);
      await elb.modifyRule(rule.arn, { action: forwardAction(groups) }, signal);
    }
  }
  return found;
}

/**
 * Removes the other groups of the rule that lead to no service: a run that died before it created the service
 * made them. Costs no call while the rules lead to one more group only.
 */
async function sweepRules(
  deps: EcsDependencies,
  { route, rules }: { readonly route: RouteToClose; readonly rules: readonly RuleFacts[] },
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const prefix = nameInArn(route.group).replace(/[^-]*$/, "");
  const idle = rules.flatMap(({ groups }) => groups).filter(({ weight, arn }) =>
    weight === 0 && arn !== route.group && nameInArn(arn).startsWith(prefix)
  );
  for (const { arn } of idle) {
    const service = serviceOfGroup(nameInArn(arn));
    const found = service === undefined ? undefined : await (await deps.aws.ecs).service(service, signal);
    if (service === undefined || (found !== undefined && found.status !== "INACTIVE")) continue;
    const dead = { ...route, group: arn };
    const marks = (await detachGroup(deps, dead, signal)).tags.get(arn);
    if (marks !== undefined && isOfPull(marks, route.owner)) await elb.groups.remove(arn, signal);
  }
}

/**
 * Takes a group out of the rules and removes it. Its service must be gone: ECS does not finish the removal of
 * a service whose group does not exist. A group that is gone already is success.
 */
export async function removeRoute(
  deps: EcsDependencies,
  route: RouteToClose,
  signal: AbortSignal,
): Promise<void> {
  const { rules, tags } = await detachGroup(deps, route, signal);
  await sweepRules(deps, { route, rules }, signal);
  const marks = tags.get(route.group);
  if (marks === undefined || !isOurs(marks, route.owner)) return;
  assertPart({ arn: route.group, tags: marks }, { ...route.owner, action: route.action });
  await (await deps.aws.balancing).groups.remove(route.group, signal);
}
