import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { nameInArn } from "./names.ts";

/** The target groups that AWS allows one load balancer, and the number from which on the limit is named. */
export const MOST_GROUPS = 100;
export const MANY_GROUPS = 80;
/** The most target groups that one action may have. */
export const MOST_GROUPS_IN_ACTION = 5;
/** The most characters of a page in a rule, and its types. */
const MOST_PAGE_CHARACTERS = 1024;

/** A target group in a rule. A group of weight 0 gets no requests, but its targets are checked. */
export interface WeightedGroup {
  readonly arn: string;
  readonly weight: number;
}

/** A rule of the listener that is not its default one. */
export interface RuleFacts {
  readonly arn: string;
  readonly priority: number;
  readonly hosts: readonly string[];
  /** The groups that the rule forwards to; empty for a rule with another action. */
  readonly groups: readonly WeightedGroup[];
  /** Whether the rule answers by itself, with a page. */
  readonly isPage: boolean;
}

/**
 * Reads the rules of a listener in the order in which the load balancer tries them, without the default one.
 */
export function readRules(rules: readonly Rule[]): readonly RuleFacts[] {
  return rules.flatMap((rule): readonly RuleFacts[] => {
    const { RuleArn, Priority = "", IsDefault } = rule;
    if (RuleArn === undefined || IsDefault === true || !/^\d+$/.test(Priority)) return [];
    const [action] = rule.Actions ?? [];
    return [{
      arn: RuleArn,
      priority: Number(Priority),
      hosts: (rule.Conditions ?? []).flatMap(({ Field, HostHeaderConfig, Values }) =>
        Field === "host-header" ? HostHeaderConfig?.Values ?? Values ?? [] : []
      ).map((host) => host.toLowerCase()),
      groups: readGroups(action),
      isPage: action?.Type === "fixed-response",
    }];
  }).sort((a, b) => a.priority - b.priority);
}

function readGroups(action: Action | undefined): readonly WeightedGroup[] {
  const weighted = action?.ForwardConfig?.TargetGroups ?? [];
  if (weighted.length === 0 && action?.TargetGroupArn !== undefined) {
    return [{ arn: action.TargetGroupArn, weight: 1 }];
  }
  return weighted.map(({ TargetGroupArn = "", Weight = 1 }) => ({ arn: TargetGroupArn, weight: Weight }));
}

/** Counts the target groups that rules use: AWS allows one load balancer 100, and does not raise that. */
export function countGroups(rules: readonly RuleFacts[]): number {
  return new Set(rules.flatMap(({ groups }) => groups.map(({ arn }) => arn))).size;
}

/** Finds the rules that lead to target groups whose names begin with a prefix. */
export function rulesWithPrefix(rules: readonly RuleFacts[], prefix: string): readonly RuleFacts[] {
  return rules.filter(({ groups }) => groups.some(({ arn }) => nameInArn(arn).startsWith(prefix)));
}

/** Returns the group that people are sent to; undefined if the rule sends them to none. */
export function servingGroup({ groups }: RuleFacts): string | undefined {
  return groups.find(({ weight }) => weight > 0)?.arn;
}

/** Returns the action that sends people to groups by their weights. */
export function forwardAction(groups: readonly WeightedGroup[]): Action {
  return {
    Type: "forward",
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
    },
  };
}

/**
 * Returns the weights that send everyone to `arn`. The other groups stay in the rule at weight 0, as far as
 * an action has room: a group in no rule does not wait for its open requests.
 */
export function allTo(arn: string, groups: readonly WeightedGroup[]): readonly WeightedGroup[] {
  const others = groups.filter((each) => each.arn !== arn).map((each) => ({ arn: each.arn, weight: 0 }));
  return [{ arn, weight: 1 }, ...others.slice(0, MOST_GROUPS_IN_ACTION - 1)];
}

/** Returns the weights with `arn` beside those that serve, at weight 0 if any does. */
export function withGroup(arn: string, groups: readonly WeightedGroup[]): readonly WeightedGroup[] {
  if (groups.some((each) => each.arn === arn)) return groups;
  const serving = groups.filter(({ weight }) => weight > 0);
  const idle = groups.filter(({ weight }) => weight === 0);
  const room = MOST_GROUPS_IN_ACTION - serving.length - 1;
  return [
    ...serving,
    { arn, weight: serving.length === 0 ? 1 : 0 },
    ...idle.slice(0, Math.max(0, room)),
  ];
}

/** Returns the action that answers with a page of HTML, cut at the 1,024 characters that AWS allows. */
export function pageAction({ html, status }: { readonly html: string; readonly status: number }): Action {
  return {
    Type: "fixed-response",
    FixedResponseConfig: {
      StatusCode: String(status),
      ContentType: "text/html",
      MessageBody: html.slice(0, MOST_PAGE_CHARACTERS),
    },
  };
}
