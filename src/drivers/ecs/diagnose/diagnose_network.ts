import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { NetworkCalls, Vpcs } from "../sdk/network.ts";

/** What services are put into. */
export interface NetworkSettings {
  readonly region: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** Looks whether subnets and security groups are there, and in one VPC. Not being allowed to look is no fault. */
export async function diagnoseNetwork(
  calls: NetworkCalls,
  { region, subnets, securityGroups }: NetworkSettings,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const vpcs = new Set<string>();
  const look = async (kind: Kind, ask: () => Promise<Vpcs>): Promise<Finding> => {
    try {
      const found = await ask();
      for (const vpc of found.values()) vpcs.add(vpc);
      const missing = kind.ids.filter((id) => !found.has(id));
      if (missing.length === 0) return foundOk(kind.name, kind.ids.join(", "));
      return foundWrong(kind.name, `not in ${region}: ${missing.join(", ")}`, {
        fix: `Correct ${kind.key}; "aws ec2 ${kind.command} --region ${region}" lists those that there are`,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || error.code !== "permission") return foundError(kind.name, error);
      return foundOk(kind.name, `not looked at: ${kind.action} is not allowed, and only doctor would use it`);
    }
  };
  const findings = [
    await look({ ...SUBNETS, ids: subnets }, () => calls.subnets(subnets, signal)),
    await look({ ...GROUPS, ids: securityGroups }, () => calls.securityGroups(securityGroups, signal)),
  ];
  if (vpcs.size < 2) return findings;
  return [
    ...findings,
    foundWrong("network", `subnets and security groups are in several VPCs: ${[...vpcs].join(", ")}`, {
      fix: "Let ecs.subnets and ecs.security_groups name those of one VPC",
    }),
  ];
}

interface Kind {
  readonly ids: readonly string[];
  readonly name: string;
  readonly key: string;
  readonly action: string;
  readonly command: string;
}

const SUBNETS: Omit<Kind, "ids"> = {
  name: "subnets",
  key: "ecs.subnets",
  action: "ec2:DescribeSubnets",
  command: "describe-subnets",
};
const GROUPS: Omit<Kind, "ids"> = {
  name: "security groups",
  key: "ecs.security_groups",
  action: "ec2:DescribeSecurityGroups",
  command: "describe-security-groups",
};
