import {
  type Action,
  AddTagsCommand,
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Attempt } from "../errors.ts";
import type { Tags } from "../tags.ts";
import { call, callForSome } from "./call.ts";
import { clientOptions, type ClientSetup } from "./client.ts";
import { inChunks, readPages } from "./paging.ts";
import { balancerTagList, PART_GONE, shownPart } from "./balancing_shapes.ts";
import { lastPart } from "./shapes.ts";
import { TargetGroupCalls } from "./target_groups.ts";

/** AWS's limits: the most resources that one call reads tags of, and the most entries of one page. */
const TAGGED_A_CALL = 20;
const PAGE = 400;

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
  readonly groups: TargetGroupCalls;

  constructor(region: string, setup: ClientSetup = {}) {
    this.#client = new ElasticLoadBalancingV2Client(clientOptions(region, setup));
    this.#region = region;
    this.groups = new TargetGroupCalls(this.#client, region);
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
      { ...this.#attempt("Reading tags of the load balancer's parts", "DescribeTags"), absent: PART_GONE },
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
      this.#attempt(`Tagging ${arns.map(shownPart).join(", ")}`, "AddTags"),
      () =>
        this.#client.send(new AddTagsCommand({ ResourceArns: [...arns], Tags: balancerTagList(tags) }), {
          abortSignal: signal,
        }),
      signal,
    );
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
            Tags: balancerTagList(rule.tags),
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
      this.#attempt(`Changing ${shownPart(arn)}`, "ModifyRule"),
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
      { ...this.#attempt(`Removing ${shownPart(arn)}`, "DeleteRule"), absent: PART_GONE },
      () => this.#client.send(new DeleteRuleCommand({ RuleArn: arn }), { abortSignal: signal }),
      signal,
    );
  }

  /** Describes a listener, for `doctor` only; undefined if it does not exist. */
  async listener(
    arn: string,
    signal: AbortSignal,
  ): Promise<{ readonly protocol: string; readonly port: number } | undefined> {
    const found = await callForSome(
      {
        ...this.#attempt("Looking for the listener", "DescribeListeners"),
        absent: ["ListenerNotFoundException", "LoadBalancerNotFoundException"],
      },
      () => this.#client.send(new DescribeListenersCommand({ ListenerArns: [arn] }), { abortSignal: signal }),
      signal,
    );
    const [listener] = found?.Listeners ?? [];
    return listener === undefined
      ? undefined
      : { protocol: listener.Protocol ?? "unknown", port: listener.Port ?? 0 };
  }

  end(): void {
    this.#client.destroy();
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

function hostCondition(host: string) {
  return { Field: "host-header", HostHeaderConfig: { Values: [host] } };
}
