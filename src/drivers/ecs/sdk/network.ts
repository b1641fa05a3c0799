import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
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
    const { Subnets = [] } = await call(
      { action: "Looking for subnets", permission: "ec2:DescribeSubnets", region: this.#region },
      () =>
        this.#client.send(
          new DescribeSubnetsCommand({ Filters: [{ Name: "subnet-id", Values: [...ids] }] }),
          { abortSignal: signal },
        ),
      signal,
    );
    return new Map(Subnets.map(({ SubnetId = "", VpcId = "" }) => [SubnetId, VpcId]));
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
