/** The decision which environments are about to end, so that people are told before. */

import { type PrNumber, type ShortSha } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import { creationOf } from "../environment/expiry.ts";
import { wholeMinute } from "../warning/mod.ts";
import type { CleanupFacts } from "./judge_pull.ts";
import { decideLifetime } from "./lifetime.ts";
import type { CleanupOptions } from "./options.ts";

/** An environment that is about to end. */
export interface DueWarning {
  readonly pr: PrNumber;
  readonly short: ShortSha;
  /** In milliseconds since 1970, a whole minute. */
  readonly endsAt: number;
  /** The environment, in words. */
  readonly what: string;
  /** The reason, as a sentence. */
  readonly why: string;
}

/**
 * Finds the running environments of one pull request that end within `warnMs`. An environment that lives shorter than
 * twice that is warned of in the second half of its life.
 */
export function judgeWarnings(
  facts: CleanupFacts,
  { warnMs, options }: { readonly warnMs: number; readonly options: CleanupOptions },
): readonly DueWarning[] {
  const { pr, pull, platform, settings, now } = facts;
  if (pull === undefined || !pull.open) return [];
  const deployed = platform === "as_labels" ? [] : platform;
  return [...pull.labels.environments.values()].flatMap((labeled): readonly DueWarning[] => {
    const { sha: short, status } = labeled;
    if (status !== "running" && status !== "updating") return [];
    const service = deployed.find((each) => each.short === short && !each.legacy && each.managed);
    const fallback = pull.labels.prTtl ?? settings.defaultTtl;
    const { maxAgeMs } = settings;
    const lifetime = decideLifetime({ labeled, deployed: service, fallback, maxAgeMs, now }, options);
    if (lifetime.kind !== "until" || lifetime.at <= now) return [];
    const createdAt = creationOf({ labeled, deployed: service }, now);
    const half = createdAt === undefined ? warnMs : (lifetime.at - createdAt) / 2;
    if (lifetime.at - now > Math.min(warnMs, half)) return [];
    const endsAt = wholeMinute(lifetime.at);
    return [{ pr, short, endsAt, what: `${short} of #${pr}`, why: `It ends at ${formatInstant(endsAt)}` }];
  });
}
