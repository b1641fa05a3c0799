import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import { ConfigError, type ConfigProblem } from "../problems.ts";
import type { Config } from "./config.ts";

/**
 * Throws {@link ConfigError} `config_invalid` (exit code 2) if requests are to decide where nothing counts them: on Docker,
 * and on ECS without a load balancer. Names each setting that needs them.
 */
export function assertRequestsCounted(config: Config, platform: PlatformKind): void {
  const { sleep, ttlFrom } = config.environment;
  if (platform === "ecs" && config.ecs.loadBalancer !== undefined) return;
  const problems = [
    ...(sleep?.afterMs === undefined ? [] : [problem(platform, {
      path: "environment.sleep.after",
      expected: "null",
      instead: "set environment.sleep.at, and environment.sleep.after to null",
    })]),
    ...(ttlFrom !== "traffic" ? [] : [problem(platform, {
      path: "environment.ttl_from",
      expected: "created or deployed",
      instead: "use created or deployed",
    })]),
  ];
  if (problems.length === 0) return;
  throw new ConfigError("config_invalid", `Using the configuration for ${platform}`, problems);
}

function problem(
  platform: PlatformKind,
  { path, expected, instead }: { readonly path: string; readonly expected: string; readonly instead: string },
): ConfigProblem {
  return {
    source: `platform ${platform}`,
    code: "wrong_value",
    path,
    message: platform === "docker"
      ? `expected ${expected}: a Docker engine does not count requests`
      : `expected ${expected}: only a load balancer counts requests, and ecs.load_balancer is not set`,
    remedy: platform === "docker" ? instead : `set ecs.load_balancer and environment.url, or ${instead}`,
  };
}
