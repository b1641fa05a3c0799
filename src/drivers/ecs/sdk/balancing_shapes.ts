import type { Tags } from "../tags.ts";
import { lastPart } from "./shapes.ts";

/** The names of AWS for a rule and a target group that do not exist. */
export const PART_GONE: readonly string[] = ["RuleNotFoundException", "TargetGroupNotFoundException"];

/** Converts tags to the list that Elastic Load Balancing takes. */
export function balancerTagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Names a rule or a target group for people. */
export function shownPart(arn: string): string {
  const group = /:targetgroup\/([^/]+)\//.exec(arn)?.[1];
  return group === undefined ? `the rule ${lastPart(arn)}` : `the target group "${group}"`;
}
