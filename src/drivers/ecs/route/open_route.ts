import { hostOf } from "../../../environments/core/environment/stable_url.ts";
import { describeOwner } from "../../../environments/core/environment/ownership.ts";
import { AppError, EXIT } from "../../../lib/errors.ts";
import { shortSha } from "../../../lib/ids.ts";
import type { DeploySpec } from "../../../environments/ports/platform.ts";
import type { EcsDependencies } from "../dependencies.ts";
import { identityTags, readOwner, type Tags } from "../tags.ts";
import { addRule } from "./add_rule.ts";
import { groupName, groupPrefix, loadBalancerOf } from "./names.ts";
import { assertPart, isOfPull } from "./parts.ts";
import {
  countGroups,
  forwardAction,
  MANY_GROUPS,
  MOST_GROUPS,
  readRules,
  type RuleFacts,
  rulesWithPrefix,
  servingGroup,
  withGroup,
} from "./rules.ts";

/** How long a group waits for open requests of a task that leaves, in seconds. AWS's own default is 300. */
const DELAY_SECONDS = 15;

/** The way from a pull request's name to one environment: a rule of the listener and a target group. */
export interface Route {
  readonly listener: string;
  readonly url: string;
  /** The ARN of the environment's target group. */
  readonly group: string;
  /** Whether people are sent to the group already, so that nothing is left to switch. */
  readonly serves: boolean;
  /** Whether the group was in no rule before. */
  readonly added: boolean;
  /** A sentence for people about the limit of target groups. */
  readonly warning: string | undefined;
}

/** The environment that a route is opened for. */
export interface RouteRequest {
  readonly spec: DeploySpec;
  /** The group that the service has already; undefined for a service without a load balancer. */
  readonly current: string | undefined;
}

/**
 * Makes the target group of an environment and puts it into the pull request's rule, at weight 0 beside the
 * group that serves. A load balancer checks targets only of groups that a rule uses, and ECS accepts only
 * such a group. Every step can be the last one of a run: the next run finds rule and group by their names and
 * tags.
 *
 * Throws AppError `url_taken` if the host belongs to another owner, and `quota` if the load balancer has no
 * room. Returns undefined if no load balancer or no address is configured.
 */
export async function openRoute(
  deps: EcsDependencies,
  request: RouteRequest,
  signal: AbortSignal,
): Promise<Route | undefined> {
  const { spec } = request;
  const { loadBalancer, cluster } = deps.config;
  const { url } = spec.settings;
  if (loadBalancer === undefined || url === undefined) return undefined;
  const { listener } = loadBalancer;
  const host = hostOf(url);
  const elb = await deps.aws.balancing;
  const rules = readRules(await elb.rules(listener, signal));
  const space = { repo: spec.repo, cluster, listener };
  const near = findNear(rules, { host, prefix: await groupPrefix(space, spec.pr) });
  const ruleTags = near.length === 0
    ? new Map<string, Tags>()
    : await elb.tags(near.map(({ arn }) => arn), signal);
  const own = ownRules(near, { spec, host, url, tags: ruleTags });
  const taken = countGroups(rules);
  const isAttached = (arn: string) => own.some(({ groups }) => groups.some((each) => each.arn === arn));
  const name = await groupName(space, { pr: spec.pr, short: shortSha(spec.sha) });
  if (
    taken >= MOST_GROUPS && !own.some(({ groups }) => groups.some(({ arn }) => arn.includes(`/${name}/`)))
  ) {
    throw loadBalancerFull(url);
  }
  const group = request.current !== undefined && isAttached(request.current)
    ? request.current
    : await makeGroup(deps, { spec, name, listener, current: request.current }, signal);
  const stale = own.map(({ arn }) => arn).filter((arn) =>
    ruleTags.get(arn)?.["showtime_epoch"] !== String(spec.epoch)
  );
  // The epoch is tagged first: from here on, no run with an older lock changes the rule.
  const epoch = { showtime_epoch: String(spec.epoch) };
  if (stale.length > 0) {
    const arns = group === request.current ? [...stale, group] : stale;
    await elb.addTags(arns, { tags: epoch }, signal);
  }
  await attach(deps, { spec, host, group, own, rules, listener }, signal);
  const [main] = own;
  const now = isAttached(group) ? taken : taken + 1;
  return {
    listener,
    url,
    group,
    serves: main === undefined ||
      ((servingGroup(main) ?? group) === group && !main.isPage && main.hosts.includes(host)),
    added: !isAttached(group),
    warning: now < MANY_GROUPS ? undefined : `The load balancer has ${now} of the ${MOST_GROUPS} target ` +
      "groups that AWS allows; remove environments, or put some onto another load balancer",
  };
}

/** Finds the rules that may be the pull request's: those of its host, and those that lead to its groups. */
function findNear(
  rules: readonly RuleFacts[],
  { host, prefix }: { readonly host: string; readonly prefix: string },
): readonly RuleFacts[] {
  const named = rulesWithPrefix(rules, prefix);
  return rules.filter((rule) => rule.hosts.includes(host) || named.includes(rule));
}

/** Returns the pull request's own rules; the first of them decides where people are sent. */
function ownRules(
  near: readonly RuleFacts[],
  { spec, host, url, tags }: {
    readonly spec: DeploySpec;
    readonly host: string;
    readonly url: string;
    readonly tags: ReadonlyMap<string, Tags>;
  },
): readonly RuleFacts[] {
  const action = `Giving pull request #${spec.pr} the address ${url}`;
  return near.filter((rule) => {
    const marks = tags.get(rule.arn);
    // The rule was removed since the listing.
    if (marks === undefined) return false;
    if (isOfPull(marks, spec)) {
      assertPart({ arn: rule.arn, tags: marks }, { ...spec, action });
      return true;
    }
    if (!rule.hosts.includes(host)) return false;
    const holder = marks["showtime_managed"] === "true"
      ? `pull request #${marks["pr"] ?? "?"} of ${describeOwner(readOwner(marks), spec)}`
      : "a rule that Showtime did not make";
    throw new AppError("url_taken", `${action}: ${holder} has this host`, {
      exitCode: EXIT.refused,
      hint:
        `Put {repo} into environment.url, or remove the rule: aws elbv2 delete-rule --rule-arn ${rule.arn}`,
    });
  });
}

/** Creates the target group of an environment, or finds the one that an earlier run created. */
async function makeGroup(
  deps: EcsDependencies,
  { spec, name, listener, current }: {
    readonly spec: DeploySpec;
    readonly name: string;
    readonly listener: string;
    readonly current: string | undefined;
  },
  signal: AbortSignal,
): Promise<string> {
  const elb = await deps.aws.balancing;
  const { port, health } = deps.config;
  const { vpc } = await elb.loadBalancer(loadBalancerOf(listener), signal);
  const action = `Making the target group "${name}"`;
  const readTags = async (arn: string) => (await elb.tags([arn], signal)).get(arn) ?? {};
  const create = () =>
    elb.groups.create({ name, vpc, port, path: health.path, tags: identityTags(spec) }, signal);
  const group = await create().catch(async (error) => {
    if (!(error instanceof AppError) || error.code !== "already_there") throw error;
    const there = await elb.groups.named(name, signal);
    if (there === undefined) throw error;
    // It has other settings, such as the health check of an older configuration. A service keeps its group.
    if (there === current) return there;
    assertPart({ arn: there, tags: await readTags(there) }, { ...spec, action });
    await elb.groups.remove(there, signal);
    return await create();
  });
  const tags = await readTags(group);
  assertPart({ arn: group, tags }, { ...spec, action });
  if (tags["showtime_epoch"] !== String(spec.epoch)) {
    await elb.addTags([group], { tags: { showtime_epoch: String(spec.epoch) } }, signal);
  }
  await elb.groups.setDelay(group, DELAY_SECONDS, signal);
  return group;
}

/** Puts the group into a rule of the pull request, and makes the rule if it does not exist. */
async function attach(
  deps: EcsDependencies,
  at: {
    readonly spec: DeploySpec;
    readonly host: string;
    readonly group: string;
    readonly own: readonly RuleFacts[];
    readonly rules: readonly RuleFacts[];
    readonly listener: string;
  },
  signal: AbortSignal,
): Promise<void> {
  const { group, own } = at;
  const elb = await deps.aws.balancing;
  // A page stays until the environment behind it is healthy; a second rule keeps the group in use meanwhile.
  const rule = own.find(({ isPage }) => !isPage);
  if (rule === undefined) return await addRule(deps, { ...at, owner: at.spec }, signal);
  const groups = withGroup(group, rule.groups);
  if (groups !== rule.groups) await elb.modifyRule(rule.arn, { action: forwardAction(groups) }, signal);
}

function loadBalancerFull(url: string): AppError {
  return new AppError(
    "quota",
    `Giving an environment the address ${url}: the load balancer has ${MOST_GROUPS} target groups, ` +
      "and AWS does not raise this limit",
    { hint: 'Remove environments ("showtime cleanup"), or put some onto another load balancer' },
  );
}
