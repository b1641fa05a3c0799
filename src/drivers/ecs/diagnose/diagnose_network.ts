import { AppError } from "../../../lib/errors.ts";
import { type Finding, foundError, foundOk, foundWrong } from "../../../lib/finding.ts";
import type { NetworkCalls, Vpcs } from "../sdk/network.ts";

/** The network that services run in. */
export interface NetworkSettings {
  readonly region: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/**
 * Checks that subnets and security groups exist, in one VPC. Missing permission for this check is not a
 * failure.
 */
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
        fix: `Correct ${kind.key}; "aws ec2 ${kind.command} --region ${region}" lists the existing ones`,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || error.code !== "permission") return foundError(kind.name, error);
      return foundOk(kind.name, `not checked: ${kind.action} is not allowed, and only doctor uses it`);
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
      fix: "Set ecs.subnets and ecs.security_groups to those of one VPC",
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
