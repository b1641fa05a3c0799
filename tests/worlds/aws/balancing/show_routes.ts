import { DescribeRulesCommand, DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsWorld } from "../world.ts";
import type { AddedLoadBalancer } from "./add_load_balancer.ts";

/** A group in a rule, by the commit in its name. */
export interface ShownGroup {
  readonly short: string;
  readonly weight: number;
}

/** The rules and groups on a load balancer, as a test compares them. */
export interface ShownRoutes {
  /** By the rule's priority: its hosts, and its groups or `page`. */
  readonly rules: readonly {
    readonly hosts: readonly string[];
    readonly to: readonly ShownGroup[] | "page";
  }[];
  /** The commits of target groups that exist. */
  readonly groups: readonly string[];
}

/** Shows the rules of a listener, and the target groups that there are. */
export async function showRoutes(
  { world: { aside: { elb } } }: { readonly world: Pick<AwsWorld, "aside"> },
  { listener }: AddedLoadBalancer,
): Promise<ShownRoutes> {
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: listener }));
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const shortIn = (text = "") => /st-[0-9a-f]{6}-\d+-([0-9a-f]{7})/.exec(text)?.[1] ?? text;
  return {
    rules: Rules.filter(({ IsDefault }) => IsDefault !== true)
      .sort((a, b) => Number(a.Priority) - Number(b.Priority))
      .map(({ Conditions = [], Actions: [action] = [] }) => ({
        hosts: Conditions[0]?.HostHeaderConfig?.Values ?? [],
        to: action?.Type === "fixed-response"
          ? "page"
          : (action?.ForwardConfig?.TargetGroups ?? []).map((each) => ({
            short: shortIn(each.TargetGroupArn),
            weight: each.Weight ?? 1,
          })).sort((a, b) => b.weight - a.weight || a.short.localeCompare(b.short)),
      })),
    groups: TargetGroups.map(({ TargetGroupName }) => shortIn(TargetGroupName)).sort(),
  };
}
