import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AppError } from "../../../lib/errors.ts";
import type { Attempt } from "../errors.ts";
import type { Tags } from "../tags.ts";
import { balancerTagList, PART_GONE, shownPart } from "./balancing_shapes.ts";
import { call, callForSome } from "./call.ts";
import { readPages } from "./paging.ts";

/** The most entries of one page. */
const PAGE = 400;
/** How often the load balancer asks a target, in seconds, and how long it waits for an answer. */
const CHECK_SECONDS = 10;
const CHECK_TIMEOUT_SECONDS = 5;

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

/** The calls about target groups, which belong to the account and region until a rule uses them. */
export class TargetGroupCalls {
  readonly #client: ElasticLoadBalancingV2Client;
  readonly #region: string;

  constructor(client: ElasticLoadBalancingV2Client, region: string) {
    this.#client = client;
    this.#region = region;
  }

  #attempt(action: string, name: string): Attempt {
    return { action, permission: `elasticloadbalancing:${name}`, region: this.#region };
  }

  /**
   * Creates a target group and returns its ARN. If it exists with the same settings, AWS returns that one.
   */
  async create(group: NewTargetGroup, signal: AbortSignal): Promise<string> {
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
            Tags: balancerTagList(group.tags),
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
      this.#attempt(`Setting the delay of ${shownPart(arn)}`, "ModifyTargetGroupAttributes"),
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
  async all(signal: AbortSignal): Promise<readonly TargetGroup[]> {
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

  /** Returns the ARN of the target group of a name; undefined if it does not exist. */
  async named(name: string, signal: AbortSignal): Promise<string | undefined> {
    const found = await callForSome(
      {
        ...this.#attempt(`Looking for the target group "${name}"`, "DescribeTargetGroups"),
        absent: PART_GONE,
      },
      () => this.#client.send(new DescribeTargetGroupsCommand({ Names: [name] }), { abortSignal: signal }),
      signal,
    );
    return found?.TargetGroups?.[0]?.TargetGroupArn;
  }

  /** Deletes a target group. One that does not exist is success. */
  async remove(arn: string, signal: AbortSignal): Promise<void> {
    await callForSome(
      { ...this.#attempt(`Removing ${shownPart(arn)}`, "DeleteTargetGroup"), absent: PART_GONE },
      () => this.#client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }), { abortSignal: signal }),
      signal,
    );
  }

  /** Returns the targets of a group; none if the group is gone. */
  async targets(arn: string, signal: AbortSignal): Promise<readonly Target[]> {
    const found = await callForSome(
      {
        ...this.#attempt(`Asking for the health of ${shownPart(arn)}`, "DescribeTargetHealth"),
        absent: PART_GONE,
      },
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
}
