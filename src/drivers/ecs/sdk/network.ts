import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type Subnet,
} from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import { clientOptions } from "./client.ts";

/** The VPC of each existing subnet or security group, by id. */
export type Vpcs = ReadonlyMap<string, string>;

/** The EC2 calls that only `doctor` makes. The least policy does not include them. */
export class NetworkCalls {
  readonly #client: EC2Client;
  readonly #region: string;

  constructor(region: string) {
    this.#client = new EC2Client(clientOptions(region));
    this.#region = region;
  }

  // Filters instead of ids: with ids, AWS reports only the first missing one.

  async subnets(ids: readonly string[], signal: AbortSignal): Promise<Vpcs> {
    const found = await this.#describeSubnets(ids, signal);
    return new Map(found.map(({ SubnetId = "", VpcId = "" }) => [SubnetId, VpcId]));
  }

  /** Returns the availability zone of each existing subnet, by id. */
  async zones(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const found = await this.#describeSubnets(ids, signal);
    return new Map(found.map(({ SubnetId = "", AvailabilityZone = "" }) => [SubnetId, AvailabilityZone]));
  }

  async #describeSubnets(ids: readonly string[], signal: AbortSignal): Promise<readonly Subnet[]> {
    const { Subnets = [] } = await call(
      { action: "Looking for subnets", permission: "ec2:DescribeSubnets", region: this.#region },
      () =>
        this.#client.send(
          new DescribeSubnetsCommand({ Filters: [{ Name: "subnet-id", Values: [...ids] }] }),
          { abortSignal: signal },
        ),
      signal,
    );
    return Subnets;
  }

  /**
   * Whether one of `to` lets traffic in on a port from one of the groups `from`, or from any address of a
   * network.
   */
  async letsIn(
    { to, from, port }: {
      readonly to: readonly string[];
      readonly from: readonly string[];
      readonly port: number;
    },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { SecurityGroups = [] } = await call(
      {
        action: "Looking for security groups",
        permission: "ec2:DescribeSecurityGroups",
        region: this.#region,
      },
      () =>
        this.#client.send(
          new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-id", Values: [...to] }] }),
          { abortSignal: signal },
        ),
      signal,
    );
    return SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions).some((each) => {
      const { IpProtocol, FromPort = 0, ToPort = 65_535, UserIdGroupPairs = [] } = each;
      const fits = IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= port && port <= ToPort);
      const open = (each.IpRanges ?? []).length > 0 || (each.Ipv6Ranges ?? []).length > 0 ||
        (each.PrefixListIds ?? []).length > 0;
      return fits && (open || UserIdGroupPairs.some(({ GroupId = "" }) => from.includes(GroupId)));
    });
  }

  async securityGroups(ids: readonly string[], signal: AbortSignal): Promise<Vpcs> {
    const { SecurityGroups = [] } = await call(
      {
        action: "Looking for security groups",
        permission: "ec2:DescribeSecurityGroups",
        region: this.#region,
      },
      () =>
        this.#client.send(
          new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-id", Values: [...ids] }] }),
          { abortSignal: signal },
        ),
      signal,
    );
    return new Map(SecurityGroups.map(({ GroupId = "", VpcId = "" }) => [GroupId, VpcId]));
  }

  end(): void {
    this.#client.destroy();
  }
}
