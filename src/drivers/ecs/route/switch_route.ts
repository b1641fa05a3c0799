import { AppError } from "../../../lib/errors.ts";
import type { EcsDependencies } from "../dependencies.ts";
import type { Tags } from "../tags.ts";
import { assertPart, isOfPull, type RouteOwner } from "./parts.ts";
import { allTo, forwardAction, readRules, type RuleFacts, servingGroup } from "./rules.ts";

/** How long a changed rule takes to reach every node of the load balancer, in milliseconds. */
export const SPREAD_MS = 5000;

/** A target group and the listener whose rule should lead to it. */
export interface RouteTarget {
  readonly listener: string;
  readonly group: string;
}

/** The rules of a pull request that use a group or answer with a page, in the load balancer's order. */
export interface RouteRules {
  readonly rules: readonly RuleFacts[];
  readonly tags: ReadonlyMap<string, Tags>;
}

/**
 * Finds the rules that use a group, and the pages of the same pull request. Rules of others are left out.
 * Throws AppError `stale_epoch` if a newer run has changed one.
 */
export async function findRules(
  deps: EcsDependencies,
  { listener, group, owner, action }: RouteTarget & { readonly owner: RouteOwner; readonly action: string },
  signal: AbortSignal,
): Promise<RouteRules> {
  const elb = await deps.aws.balancing;
  const all = readRules(await readListener(deps, listener, signal));
  const near = all.filter(({ groups, isPage }) => isPage || groups.some(({ arn }) => arn === group));
  const tags = await elb.tags([...near.map(({ arn }) => arn), group], signal);
  const rules = near.filter(({ arn }) => {
    const marks = tags.get(arn);
    return marks !== undefined && isOfPull(marks, owner);
  });
  for (const { arn } of rules) assertPart({ arn, tags: tags.get(arn) ?? {} }, { ...owner, action });
  return { rules, tags };
}

/** Lists the rules of a listener; none if the listener is gone, and its rules with it. */
async function readListener(deps: EcsDependencies, listener: string, signal: AbortSignal) {
  const elb = await deps.aws.balancing;
  return await elb.rules(listener, signal).catch((error) => {
    if (error instanceof AppError && error.code === "listener_not_found") return [];
    throw error;
  });
}

/**
 * Sends everyone to a group, with one change of the rule, which gets another host if `host` is not its own.
 * The group that served stays in the rule at weight 0: the load balancer waits only for open requests of
 * groups that a rule uses. Returns whether anything was changed.
 */
export async function switchRoute(
  deps: EcsDependencies,
  target: RouteTarget & {
    readonly owner: RouteOwner;
    readonly action: string;
    /** The host that the rule should have; undefined to leave it as it is. */
    readonly host?: string;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const { group, action, host } = target;
  const elb = await deps.aws.balancing;
  const { rules: [main, ...others] } = await findRules(deps, target, signal);
  if (main === undefined) {
    throw new AppError("unhealthy", `${action}: the load balancer's rule was removed in the meantime`, {
      hint: "Start the environment again",
    });
  }
  const moved = host !== undefined && !main.hosts.includes(host);
  const changed = moved || main.isPage || servingGroup(main) !== group;
  if (changed) {
    const to = { action: forwardAction(allTo(group, main.groups)), ...(moved ? { host } : {}) };
    await elb.modifyRule(main.arn, to, signal);
  }
  // Such a rule only kept the group in use behind a page.
  for (const { arn } of others) await elb.deleteRule(arn, signal);
  if (changed) await deps.clock.sleep(SPREAD_MS, signal);
  return changed;
}
