/**
 * Permission probes of load balancing, and of its metrics; see `probes.ts`. None has an effect: the writes name a target group of
 * pull request 0 and an unknown network, and AWS answers "not found".
 *
 * Changing and removing rules is not probed: the policy allows it on rules with Showtime's tag, and a rule
 * that does not exist has no tag.
 */

import {
  AddTagsCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientOptions } from "./client.ts";
import { MetricsCalls } from "./metrics.ts";
import type { PermissionProbe } from "./probes.ts";

/** The name of a target group of pull request 0, which does not exist. */
const NO_GROUP = "st-000000-0-0000000";
const LAST_PRIORITY = 50_000;
const MINUTE_MS = 60_000;

/** Makes the probes by action; `end` closes their client. */
export function balancingProbes(
  { region, listener, loadBalancer, countsRequests }: {
    readonly region: string;
    readonly listener: string;
    readonly loadBalancer: string;
    /** Whether the metrics are probed too. */
    readonly countsRequests: boolean;
  },
): { readonly probes: ReadonlyMap<string, PermissionProbe>; readonly end: () => void } {
  const client = new ElasticLoadBalancingV2Client(clientOptions(region));
  const group = `${listener.split(":").slice(0, 5).join(":")}:targetgroup/${NO_GROUP}/${"0".repeat(16)}`;
  const none = { TargetGroupArn: group };
  const probes: readonly (readonly [string, PermissionProbe])[] = [
    [
      "DescribeRules",
      (abortSignal) =>
        client.send(new DescribeRulesCommand({ ListenerArn: listener, PageSize: 1 }), { abortSignal }),
    ],
    [
      "DescribeTargetGroups",
      (abortSignal) => client.send(new DescribeTargetGroupsCommand({ Names: [NO_GROUP] }), { abortSignal }),
    ],
    [
      "DescribeTargetHealth",
      (abortSignal) => client.send(new DescribeTargetHealthCommand(none), { abortSignal }),
    ],
    [
      "DescribeTags",
      (abortSignal) => client.send(new DescribeTagsCommand({ ResourceArns: [group] }), { abortSignal }),
    ],
    [
      "DescribeLoadBalancers",
      (abortSignal) =>
        client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancer] }), { abortSignal }),
    ],
    [
      "CreateTargetGroup",
      (abortSignal) =>
        client.send(
          new CreateTargetGroupCommand({
            Name: NO_GROUP,
            TargetType: "ip",
            Protocol: "HTTP",
            Port: 80,
            VpcId: "vpc-00000000",
          }),
          { abortSignal },
        ),
    ],
    [
      "ModifyTargetGroupAttributes",
      (abortSignal) =>
        client.send(
          new ModifyTargetGroupAttributesCommand({
            ...none,
            Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "15" }],
          }),
          { abortSignal },
        ),
    ],
    ["DeleteTargetGroup", (abortSignal) => client.send(new DeleteTargetGroupCommand(none), { abortSignal })],
    [
      "CreateRule",
      (abortSignal) =>
        client.send(
          new CreateRuleCommand({
            ListenerArn: listener,
            Priority: LAST_PRIORITY,
            Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: ["pr-0.example.invalid"] } }],
            Actions: [{ Type: "forward", ...none }],
          }),
          { abortSignal },
        ),
    ],
    [
      "AddTags",
      (abortSignal) =>
        client.send(new AddTagsCommand({ ResourceArns: [group], Tags: [{ Key: "pr", Value: "0" }] }), {
          abortSignal,
        }),
    ],
  ];
  const metrics = countsRequests ? new MetricsCalls(region) : undefined;
  return {
    probes: new Map([
      ...probes.map(([name, probe]): [string, PermissionProbe] => [`elasticloadbalancing:${name}`, probe]),
      ...(metrics === undefined ? [] : [
        [
          "cloudwatch:GetMetricData",
          (signal: AbortSignal) => {
            const until = Date.now();
            const target = { targetGroup: `targetgroup/${NO_GROUP}/0`, loadBalancer: "app/none/0" };
            return metrics.newestRequests([target], { since: until - MINUTE_MS, until }, signal);
          },
        ] as const,
      ]),
    ]),
    end: () => {
      client.destroy();
      metrics?.end();
    },
  };
}
