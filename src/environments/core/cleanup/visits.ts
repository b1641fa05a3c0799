/**
 * The decision which environments live on because people visit them, if the time-to-live counts from the newest request.
 * The new time-to-live is written into the label, so that everything that shows an end shows the new one. Only an
 * environment whose end is near gets one: a label that changed with each visit would say nothing.
 */

import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import { nextTtl } from "../environment/expiry.ts";
import type { NewestRequest } from "../environment/environment.ts";
import { compareTtl, ttlMs } from "../labels/mod.ts";
import type { Ttl } from "../labels/label.ts";
import type { CleanupFacts } from "./judge_pull.ts";
import { decideLifetime } from "./lifetime.ts";
import { findNearEnds, type NearEnd } from "./near_ends.ts";
import type { CleanupOptions } from "./options.ts";

/** An environment that lives on because it was visited. */
export interface VisitedEnvironment {
  readonly pr: PrNumber;
  readonly short: ShortSha;
  /** The time-to-live that its label gets, counted from its creation. */
  readonly ttl: Ttl;
  /** When it ends then, in milliseconds since 1970. */
  readonly endsAt: number;
  /** The environment, in words. */
  readonly what: string;
  /** The reason, as a sentence. */
  readonly why: string;
}

/** The knowledge and the options of the decision. */
export interface VisitOptions {
  /** The newest requests, by service. */
  readonly newest: ReadonlyMap<string, NewestRequest>;
  /** How long before its end an environment counts as near to it, in milliseconds. */
  readonly withinMs: number;
  readonly options: CleanupOptions;
}

/** Finds the environments of one pull request that are near their end and whose newest request lets them live on. */
export function judgeVisits(
  facts: CleanupFacts,
  { newest, withinMs, options }: VisitOptions,
): readonly VisitedEnvironment[] {
  const { pr, pull, settings: { maxAgeMs, defaultTtl }, now } = facts;
  // A label on the pull request decides by itself how long its environments live.
  if (pull === undefined || pull.labels.prTtl !== undefined) return [];
  return findNearEnds(facts, { withinMs, options }).flatMap((near): readonly VisitedEnvironment[] => {
    const { labeled, deployed, createdAt, endsAt } = near;
    const visitedAt = deployed && newest.get(deployed.service);
    if (typeof visitedAt !== "number" || createdAt === undefined || labeled.ttl === undefined) return [];
    const asked = ownTtl(near, defaultTtl);
    const ttl = nextTtl({ createdAt, present: labeled.ttl, asked, now: visitedAt });
    if (ttl === undefined) return [];
    const after = decideLifetime(
      { labeled: { ...labeled, ttl }, deployed, fallback: undefined, maxAgeMs, now },
      options,
    );
    if (after.kind !== "until" || after.at <= Math.max(now, endsAt)) return [];
    const short = labeled.sha;
    const why = `Its newest request was at ${formatInstant(visitedAt)}`;
    return [{ pr, short, ttl, endsAt: after.at, what: `${short} of #${pr}`, why }];
  });
}

/**
 * Returns the time before which no request matters: an environment whose newest request is older has ended by now. A label
 * of 1970, which anyone with the role triage can set, must not make the answer about all others coarse.
 */
export function visitsSince(
  near: NearEnd,
  { settings, now }: Pick<CleanupFacts, "settings" | "now">,
): number {
  const length = ttlMs(ownTtl(near, settings.defaultTtl)) ?? 0;
  return Math.max(near.createdAt ?? now, now - length);
}

/**
 * Returns the time that an environment lives after a visit. Its label does not say it any more once it was extended; the
 * platform's tags still have the time that it was made for. Without those it is no longer than the configured one.
 */
function ownTtl({ labeled, deployed }: NearEnd, defaultTtl: Ttl): Ttl {
  const present = labeled.ttl ?? defaultTtl;
  const { expiresAt, createdAt } = deployed ?? {};
  if (expiresAt === undefined || createdAt === undefined || expiresAt <= createdAt) {
    return compareTtl(present, defaultTtl) < 0 ? present : defaultTtl;
  }
  const minutes = Math.ceil((expiresAt - createdAt) / 60_000);
  const made: Ttl = { kind: "duration", amount: minutes, unit: "m" };
  return (ttlMs(present) ?? Infinity) <= minutes * 60_000 ? present : made;
}
