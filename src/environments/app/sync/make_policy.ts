import type { PrNumber } from "../../../lib/ids.ts";
import type { Policy } from "../../core/plan/mod.ts";
import type { AppSettings, RunOptions } from "../run.ts";

/** What a command was asked where it was asked nothing special. */
export const DEFAULT_OPTIONS: RunOptions = {
  ttl: undefined,
  size: undefined,
  givenImage: undefined,
  sha: undefined,
};

/** The policy for one pull request under one command. */
export function makePolicy(
  ports: { readonly settings: AppSettings },
  pr: PrNumber,
  options: RunOptions,
): Policy {
  const { settings } = ports;
  return {
    autoSync: settings.autoSync,
    retries: settings.retries,
    defaultTtl: settings.defaultTtl,
    ttl: options.ttl,
    size: options.size,
    login: settings.login,
    maxAgeMs: settings.maxAgeMs,
    ...(settings.configuredFlags === undefined ? {} : { configuredFlags: settings.configuredFlags }),
    comments: settings.commentEnabled,
    imageOf: (short) => settings.imageOf(pr, short),
    givenImage: options.givenImage,
  };
}
