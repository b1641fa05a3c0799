/** Finds the environments of a pull request that run or sleep and whose time is over, or almost. */

import { creationOf } from "../environment/expiry.ts";
import type { PlatformEnvironment } from "../environment/environment.ts";
import type { Status } from "../labels/label.ts";
import type { LabeledEnvironment } from "../labels/mod.ts";
import type { CleanupFacts } from "./judge_pull.ts";
import { decideLifetime } from "./lifetime.ts";
import type { CleanupOptions } from "./options.ts";

/** The states of an environment that people can lose. */
const LIVING: readonly Status[] = ["running", "updating", "asleep"];

/** An environment that ends soon or should have ended. */
export interface NearEnd {
  readonly labeled: LabeledEnvironment;
  /** Undefined if the platform does not have it. */
  readonly deployed: PlatformEnvironment | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number | undefined;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/**
 * Finds the environments that run or sleep and end within `withinMs`. For an environment that lives shorter than twice that, the
 * second half of its life counts.
 */
export function findNearEnds(
  facts: CleanupFacts,
  { withinMs, options }: { readonly withinMs: number; readonly options: CleanupOptions },
): readonly NearEnd[] {
  const { pull, platform, settings: { defaultTtl, maxAgeMs }, now } = facts;
  if (pull === undefined || !pull.open) return [];
  const own = platform === "as_labels" ? [] : platform;
  return [...pull.labels.environments.values()].flatMap((labeled): readonly NearEnd[] => {
    const { sha: short, status } = labeled;
    if (!LIVING.some((each) => each === status)) return [];
    const deployed = own.find((each) => each.short === short && !each.legacy && each.managed);
    const fallback = pull.labels.prTtl ?? defaultTtl;
    const lifetime = decideLifetime({ labeled, deployed, fallback, maxAgeMs, now }, options);
    if (lifetime.kind !== "until") return [];
    const createdAt = creationOf({ labeled, deployed }, now);
    const half = createdAt === undefined ? withinMs : (lifetime.at - createdAt) / 2;
    if (lifetime.at - now > Math.min(withinMs, half)) return [];
    return [{ labeled, deployed, createdAt, endsAt: lifetime.at }];
  });
}
