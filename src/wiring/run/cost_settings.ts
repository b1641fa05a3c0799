import type { Config } from "../../config/mod.ts";
import { type CostSettings, priceSizes } from "../../environments/core/cost/settings.ts";

/** The least zones that AWS gives a load balancer; it has to be in those of `ecs.subnets` too. */
const LEAST_ZONES = 2;

/** Works out the prices of environments; undefined if their cost is not shown. */
export function costSettings(config: Config, architecture: string | undefined): CostSettings | undefined {
  const { cost, platform, environment, ecs, aws } = config;
  if (cost === undefined) return undefined;
  return priceSizes({
    ...cost,
    platform,
    region: aws.region,
    architecture: architecture?.includes("arm64") === true ? "ARM64" : "X86_64",
    sizes: environment.sizes,
    publicAddress: ecs.assignPublicIp,
    loadBalancerZones: ecs.loadBalancer === undefined ? undefined : Math.max(LEAST_ZONES, ecs.subnets.length),
  });
}
