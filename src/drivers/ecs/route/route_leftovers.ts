import { serviceNameOf } from "../../../environments/core/environment/names.ts";
import {
  notOurs,
  readSeconds,
  type RepositoryIdentity,
} from "../../../environments/core/environment/ownership.ts";
import { parsePrNumber, parseShortSha, type PrNumber } from "../../../lib/ids.ts";
import type { PlatformLeftover } from "../../../environments/ports/platform.ts";
import type { EcsDependencies } from "../dependencies.ts";
import type { Tags } from "../tags.ts";
import { nameInArn, spacePrefix } from "./names.ts";
import { isOurs } from "./parts.ts";
import { readRules, type RuleFacts } from "./rules.ts";

/**
 * Lists rules and target groups of the repository that lead to no service: a run died between them. A group
 * beside a living one in a rule is left to the next run of its pull request, which has the lock. Rules come
 * first: AWS removes no group that a rule uses. Without the setting `ecs.load_balancer` there is no call.
 */
export async function listRouteLeftovers(
  deps: EcsDependencies,
  scope: RepositoryIdentity,
  signal: AbortSignal,
): Promise<readonly PlatformLeftover[]> {
  const { loadBalancer, cluster } = deps.config;
  if (loadBalancer === undefined) return [];
  const { listener } = loadBalancer;
  const prefixes = await Promise.all(
    [scope.repo, ...scope.formerRepos ?? []].map((repo) => spacePrefix({ repo, cluster, listener })),
  );
  const isNear = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
  const elb = await deps.aws.balancing;
  const rules = readRules(await elb.rules(listener, signal));
  const groups = (await elb.groups.all(signal)).filter(({ name }) => isNear(name));
  const near = rules.filter(({ groups, isPage }) =>
    isPage || (groups.length > 0 && groups.every(({ arn }) => isNear(nameInArn(arn))))
  );
  if (near.length === 0 && groups.length === 0) return [];
  // Services are read last: one that was created in between is seen.
  const services = new Set(await (await deps.aws.ecs).serviceNames(signal));
  const isDead = (name: string) => !services.has(serviceOfGroup(name) ?? "");
  const deadRules = near.filter((rule) => rule.groups.every(({ arn }) => isDead(nameInArn(arn))));
  const dying = new Set(deadRules.map(({ arn }) => arn));
  const inLife = new Set(
    rules.filter(({ arn }) => !dying.has(arn)).flatMap((rule) => rule.groups.map(({ arn }) => arn)),
  );
  const deadGroups = groups.filter(({ arn, name }) => isDead(name) && !inLife.has(arn));
  const arns = [...deadRules, ...deadGroups].map(({ arn }) => arn);
  const tags = arns.length === 0 ? new Map<string, Tags>() : await elb.tags(arns, signal);
  const found = (arn: string, what: string): readonly PlatformLeftover[] => {
    const marks = tags.get(arn);
    const pr = parsePrNumber(marks?.["pr"] ?? "");
    if (marks === undefined || pr === undefined || !isOurs(marks, scope)) return [];
    return [{ id: arn, what, pr, createdAt: readSeconds(marks["showtime_created"]) }];
  };
  return [
    ...deadRules.flatMap((rule) =>
      found(rule.arn, describeRule(rule)).filter(({ pr }) => !rule.isPage || !hasService(services, pr))
    ),
    ...deadGroups.flatMap(({ arn, name }) => found(arn, `target group ${name}`)),
  ];
}

/** Whether an id of a leftover is a rule or a target group. */
export function isRoutePart(id: string): boolean {
  return id.includes(":listener-rule/") || id.includes(":targetgroup/");
}

/**
 * Deletes a rule or a target group that still carries Showtime's tags. One that is already gone is success.
 */
export async function removeRouteLeftover(
  deps: EcsDependencies,
  of: RepositoryIdentity & { readonly id: string },
  signal: AbortSignal,
): Promise<void> {
  const elb = await deps.aws.balancing;
  const tags = (await elb.tags([of.id], signal)).get(of.id);
  if (tags === undefined) return;
  if (!isOurs(tags, of)) {
    throw notOurs(
      `Removing ${nameInArn(of.id) || of.id}: it no longer carries this repository's tags`,
      "Leave it to the run that changed it, or remove it in the AWS Console",
    );
  }
  if (of.id.includes(":targetgroup/")) await elb.groups.remove(of.id, signal);
  else await elb.deleteRule(of.id, signal);
}

/** Returns the name of the service that a target group is for, from the group's name. */
export function serviceOfGroup(name: string): string | undefined {
  const parts = /^st-[0-9a-f]+-(\d+)-([0-9a-f]{7})$/.exec(name);
  const pr = parsePrNumber(parts?.[1] ?? "");
  const short = parseShortSha(parts?.[2] ?? "");
  return pr === undefined || short === undefined ? undefined : serviceNameOf({ pr, short });
}

function hasService(services: ReadonlySet<string>, pr: PrNumber): boolean {
  return [...services].some((name) => name.startsWith(`pr-${pr}-`));
}

function describeRule({ hosts }: RuleFacts): string {
  return `load balancer rule for ${hosts.join(", ") || "an unknown host"}`;
}
