import {
  type Action,
  AddTagsCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AppError } from "../../../lib/errors.ts";
import type { Attempt } from "../errors.ts";
import type { Tags } from "../tags.ts";
import { call, callForSome } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";
import { inChunks, readPages } from "./paging.ts";
import { lastPart } from "./shapes.ts";

/** AWS's limits: the most resources that one call reads tags of, and the most entries of one page. */
const TAGGED_A_CALL = 20;
const PAGE = 400;
const GONE = ["RuleNotFoundException", "TargetGroupNotFoundException"];

/** The checks and the name of a target group to create. */
export interface NewTargetGroup {
  readonly name: string;
  readonly vpc: string;
  readonly port: number;
  readonly path: string;
  readonly tags: Tags;
}

/** A target group as lists show it. */
export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
}

/** A target of a group with its health. */
export interface Target {
  /** The address that it is registered with. */
  readonly id: string;
  /** `initial`, `healthy`, `unhealthy`, `draining`, `unused` or `unavailable`. */
  readonly state: string;
  /** AWS's name for the reason, such as `Target.Timeout`; undefined for a healthy target. */
  readonly reason: string | undefined;
  readonly description: string | undefined;
}

/** The facts of a load balancer. */
export interface LoadBalancerFacts {
  readonly vpc: string;
  readonly dnsName: string;
  readonly zones: readonly string[];
  readonly securityGroups: readonly string[];
}

/** The calls to Elastic Load Balancing that Showtime makes. Lists are read to their end. */
export class LoadBalancingCalls {
  readonly #client: ElasticLoadBalancingV2Client;
  readonly #region: string;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new ElasticLoadBalancingV2Client(clientOptions(region, setup));
    this.#region = region;
  }

  #attempt(action: string, name: string): Attempt {
    return { action, permission: `elasticloadbalancing:${name}`, region: this.#region };
  }

  /** Lists the rules of a listener, in AWS's order, which means nothing. */
  async rules(listener: string, signal: AbortSignal): Promise<readonly Rule[]> {
    return await readPages(async (Marker) => {
      const page = await call(
        this.#attempt("Listing the rules of the load balancer", "DescribeRules"),
        () =>
          this.#client.send(new DescribeRulesCommand({ ListenerArn: listener, PageSize: PAGE, Marker }), {
            abortSignal: signal,
          }),
        signal,
      );
      return { items: page.Rules ?? [], nextToken: page.NextMarker };
    });
  }

  /** Reads the tags of rules and target groups, by ARN. What is gone is left out. */
  async tags(arns: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Tags>> {
    const found = await inChunks([...new Set(arns)], {
      size: TAGGED_A_CALL,
      act: async (some) => {
        const whole = await this.#describeTags(some, signal);
        if (whole !== undefined || some.length === 1) return whole ?? [];
        // One resource that is gone fails the whole call.
        return await inChunks(some, {
          size: 1,
          act: async (one) => await this.#describeTags(one, signal) ?? [],
        });
      },
    });
    return new Map(found);
  }

  async #describeTags(
    ResourceArns: string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly [string, Tags])[] | undefined> {
    const answer = await callForSome(
      { ...this.#attempt("Reading tags of the load balancer's parts", "DescribeTags"), absent: GONE },
      () => this.#client.send(new DescribeTagsCommand({ ResourceArns }), { abortSignal: signal }),
      signal,
    );
    return answer?.TagDescriptions?.map(({ ResourceArn = "", Tags = [] }) => [
      ResourceArn,
      Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
    ]);
  }

  async addTags(arns: readonly string[], { tags }: { readonly tags: Tags }, signal: AbortSignal) {
    await call(
      this.#attempt(`Tagging ${arns.map(shown).join(", ")}`, "AddTags"),
      () =>
        this.#client.send(new AddTagsCommand({ ResourceArns: [...arns], Tags: tagList(tags) }), {
          abortSignal: signal,
        }),
      signal,
    );
  }

  /** Creates a target group and returns its ARN. If it exists with the same settings, AWS returns that one. */
  async createGroup(group: NewTargetGroup, signal: AbortSignal): Promise<string> {
    const made = await call(
      this.#attempt(`Creating the target group "${group.name}"`, "CreateTargetGroup"),
      () =>
        this.#client.send(
          new CreateTargetGroupCommand({
            Name: group.name,
            TargetType: "ip",
            Protocol: "HTTP",
            Port: group.port,
            VpcId: group.vpc,
            HealthCheckPath: group.path,
            HealthCheckIntervalSeconds: CHECK_SECONDS,
            HealthCheckTimeoutSeconds: CHECK_TIMEOUT_SECONDS,
            Matcher: { HttpCode: "200-299" },
            Tags: tagList(group.tags),
          }),
          { abortSignal: signal },
        ),
      signal,
    );
    const arn = made.TargetGroups?.[0]?.TargetGroupArn;
    if (arn !== undefined) return arn;
    throw new AppError(
      "aws_failed",
      `Creating the target group "${group.name}": the answer of AWS names no group`,
      { hint: "Run the command again", retryable: true },
    );
  }

  /** Sets how long a group waits for open requests of a target that leaves, in seconds. */
  async setDelay(arn: string, seconds: number, signal: AbortSignal): Promise<void> {
    await call(
      this.#attempt(`Setting the delay of ${shown(arn)}`, "ModifyTargetGroupAttributes"),
      () =>
        this.#client.send(
          new ModifyTargetGroupAttributesCommand({
            TargetGroupArn: arn,
            Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: String(seconds) }],
          }),
          { abortSignal: signal },
        ),
      signal,
    );
  }

  /** Lists the target groups of the region. */
  async groups(signal: AbortSignal): Promise<readonly TargetGroup[]> {
    return await readPages(async (Marker) => {
      const page = await call(
        this.#attempt("Listing target groups", "DescribeTargetGroups"),
        () =>
          this.#client.send(new DescribeTargetGroupsCommand({ PageSize: PAGE, Marker }), {
            abortSignal: signal,
          }),
        signal,
      );
      const items = (page.TargetGroups ?? []).map(({ TargetGroupArn = "", TargetGroupName = "" }) => ({
        arn: TargetGroupArn,
        name: TargetGroupName,
      }));
      return { items, nextToken: page.NextMarker };
    });
  }

  /** Returns the ARN of the target group of a name; undefined if there is none. */
  async groupNamed(name: string, signal: AbortSignal): Promise<string | undefined> {
    const found = await callForSome(
      { ...this.#attempt(`Looking for the target group "${name}"`, "DescribeTargetGroups"), absent: GONE },
      () => this.#client.send(new DescribeTargetGroupsCommand({ Names: [name] }), { abortSignal: signal }),
      signal,
    );
    return found?.TargetGroups?.[0]?.TargetGroupArn;
  }

  /** Deletes a target group. One that does not exist is success. */
  async deleteGroup(arn: string, signal: AbortSignal): Promise<void> {
    await callForSome(
      { ...this.#attempt(`Removing ${shown(arn)}`, "DeleteTargetGroup"), absent: GONE },
      () =>
        this.#client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }), { abortSignal: signal }),
      signal,
    );
  }

  /** Returns the targets of a group; none if the group is gone. */
  async targets(arn: string, signal: AbortSignal): Promise<readonly Target[]> {
    const found = await callForSome(
      { ...this.#attempt(`Asking for the health of ${shown(arn)}`, "DescribeTargetHealth"), absent: GONE },
      () =>
        this.#client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }), { abortSignal: signal }),
      signal,
    );
    return (found?.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
      id: Target?.Id ?? "",
      state: TargetHealth?.State ?? "unknown",
      reason: TargetHealth?.Reason,
      description: TargetHealth?.Description,
    }));
  }

  /** Creates a rule for a host. Throws AppError `priority_in_use` if another rule has the priority. */
  async createRule(
    rule: {
      readonly listener: string;
      readonly host: string;
      readonly priority: number;
      readonly action: Action;
      readonly tags: Tags;
    },
    signal: AbortSignal,
  ): Promise<string> {
    const made = await call(
      this.#attempt(`Creating the rule for ${rule.host}`, "CreateRule"),
      () =>
        this.#client.send(
          new CreateRuleCommand({
            ListenerArn: rule.listener,
            Priority: rule.priority,
            Conditions: [hostCondition(rule.host)],
            Actions: [rule.action],
            Tags: tagList(rule.tags),
          }),
          { abortSignal: signal },
        ),
      signal,
    );
    return made.Rules?.[0]?.RuleArn ?? "";
  }

  /** Changes the action of a rule, and its host if one is given. */
  async modifyRule(
    arn: string,
    change: { readonly action: Action; readonly host?: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    await call(
      this.#attempt(`Changing ${shown(arn)}`, "ModifyRule"),
      () =>
        this.#client.send(
          new ModifyRuleCommand({
            RuleArn: arn,
            Actions: [change.action],
            ...(change.host === undefined ? {} : { Conditions: [hostCondition(change.host)] }),
          }),
          { abortSignal: signal },
        ),
      signal,
    );
  }

  /** Deletes a rule. One that does not exist is success. */
  async deleteRule(arn: string, signal: AbortSignal): Promise<void> {
    await callForSome(
      { ...this.#attempt(`Removing ${shown(arn)}`, "DeleteRule"), absent: GONE },
      () => this.#client.send(new DeleteRuleCommand({ RuleArn: arn }), { abortSignal: signal }),
      signal,
    );
  }

  /** Describes a load balancer. */
  async loadBalancer(arn: string, signal: AbortSignal): Promise<LoadBalancerFacts> {
    const { LoadBalancers = [] } = await call(
      this.#attempt(`Describing the load balancer ${lastPart(arn)}`, "DescribeLoadBalancers"),
      () =>
        this.#client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), {
          abortSignal: signal,
        }),
      signal,
    );
    const [found] = LoadBalancers;
    return {
      vpc: found?.VpcId ?? "",
      dnsName: found?.DNSName ?? "",
      zones: (found?.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []),
      securityGroups: found?.SecurityGroups ?? [],
    };
  }
}

/** How often the load balancer asks a target, in seconds, and how long it waits for an answer. */
const CHECK_SECONDS = 10;
const CHECK_TIMEOUT_SECONDS = 5;

function hostCondition(host: string) {
  return { Field: "host-header", HostHeaderConfig: { Values: [host] } };
}

function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Names a rule or a target group for people. */
function shown(arn: string): string {
  const group = /:targetgroup\/([^/]+)\//.exec(arn)?.[1];
  return group === undefined ? `the rule ${lastPart(arn)}` : `the target group "${group}"`;
}
