import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import { ConfigError } from "../problems.ts";
import type { Config } from "./config.ts";

/**
 * Throws {@link ConfigError} `config_invalid` (exit code 2) if environments are to sleep for want of requests where nothing
 * counts them: on Docker, and on ECS without a load balancer.
 */
export function assertSleepFits(config: Config, platform: PlatformKind): void {
  const { sleep } = config.environment;
  if (sleep?.afterMs === undefined || (platform === "ecs" && config.ecs.loadBalancer !== undefined)) return;
  throw new ConfigError("config_invalid", `Using the configuration for ${platform}`, [{
    source: `platform ${platform}`,
    code: "wrong_value",
    path: "environment.sleep.after",
    message: platform === "docker"
      ? "expected null: a Docker engine does not count requests"
      : "expected null: only a load balancer counts requests, and ecs.load_balancer is not set",
    remedy: platform === "docker"
      ? "set environment.sleep.at, and environment.sleep.after to null"
      : "set ecs.load_balancer and environment.url, or environment.sleep.at instead",
  }]);
}
