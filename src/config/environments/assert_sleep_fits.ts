import type { PlatformKind } from "../../environments/core/environment/environment.ts";
import { ConfigError } from "../problems.ts";
import type { Config } from "./config.ts";

/**
 * Throws {@link ConfigError} `config_invalid` (exit code 2) if environments are to sleep for want of requests on a platform
 * that cannot count them.
 */
export function assertSleepFits(config: Config, platform: PlatformKind): void {
  const { sleep } = config.environment;
  if (platform !== "docker" || sleep?.afterMs === undefined) return;
  throw new ConfigError("config_invalid", `Using the configuration for ${platform}`, [{
    source: `platform ${platform}`,
    code: "wrong_value",
    path: "environment.sleep.after",
    message: "expected null: a Docker engine does not count requests",
    remedy: "set environment.sleep.at, and environment.sleep.after to null",
  }]);
}
