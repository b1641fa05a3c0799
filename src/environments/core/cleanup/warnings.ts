/** The decision which environments are about to end, so that people are told before. */

import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import { wholeMinute } from "../warning/mod.ts";
import type { CleanupFacts } from "./judge_pull.ts";
import { findNearEnds } from "./near_ends.ts";
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
 * Finds the environments of one pull request that run or sleep and end within `warnMs`. An environment that lives shorter than
 * twice that is warned of in the second half of its life.
 */
export function judgeWarnings(
  facts: CleanupFacts,
  { warnMs, options }: { readonly warnMs: number; readonly options: CleanupOptions },
): readonly DueWarning[] {
  const { pr, now } = facts;
  return findNearEnds(facts, { withinMs: warnMs, options }).flatMap(({ labeled, endsAt: at }) => {
    if (at <= now) return [];
    const [short, endsAt] = [labeled.sha, wholeMinute(at)];
    return [{ pr, short, endsAt, what: `${short} of #${pr}`, why: `It ends at ${formatInstant(endsAt)}` }];
  });
}
