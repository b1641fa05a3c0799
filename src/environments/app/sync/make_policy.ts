import type { PrNumber } from "../../../lib/ids.ts";
import type { Policy } from "../../core/plan/mod.ts";
import type { AppSettings, RunOptions } from "../run.ts";

/** The options of a command that asks for nothing special. */
export const DEFAULT_OPTIONS: RunOptions = {
  ttl: undefined,
  size: undefined,
  givenImage: undefined,
  sha: undefined,
};

/** Makes the policy for one pull request under one command. */
export function makePolicy(
  ports: { readonly settings: AppSettings },
  pr: PrNumber,
  options: RunOptions,
): Policy {
  const {
    commentEnabled,
    deploymentsEnabled: _,
    mention: _m,
    deploymentEnvironment: _e,
    imageOf,
    urlOf,
    ...settings
  } = ports.settings;
  return {
    ...settings,
    url: urlOf?.(pr),
    ttl: options.ttl,
    size: options.size,
    comments: commentEnabled,
    imageOf: (short) => imageOf(pr, short),
    givenImage: options.givenImage,
  };
}
