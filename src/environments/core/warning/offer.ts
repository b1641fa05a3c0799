import { UNIT_MS } from "../../../lib/duration.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import type { LabeledEnvironment, LabelState } from "../labels/mod.ts";
import { ttlMs } from "../labels/mod.ts";
import type { Ttl } from "../labels/label.ts";

/** The facts that decide how long a tick may keep an environment. Times are milliseconds since 1970. */
export interface OfferFacts {
  readonly labels: LabelState;
  readonly labeled: LabeledEnvironment | undefined;
  readonly createdAt: number | undefined;
  readonly endsAt: number;
  readonly defaultTtl: Ttl;
  readonly maxAgeMs: number | undefined;
  /** The time that an earlier warning offered. A label that was extended since does not say the first one any more. */
  readonly offered: Ttl | undefined;
  readonly now: number;
}

/** The time that a warning offers, or the reason why it offers none. */
export interface Offer {
  readonly ttl: Ttl | undefined;
  readonly fixed: string | undefined;
}

/** Decides for how long a tick keeps an environment: its own time-to-live, as far as `max_age` allows. */
export function decideOffer(facts: OfferFacts): Offer {
  const { labels, labeled, endsAt, defaultTtl, offered } = facts;
  const deciding = labels.ours.find(({ label }) => label.kind === "pr_ttl");
  if (deciding !== undefined) {
    return {
      ttl: undefined,
      fixed:
        `The label "${
          escapeMarkdown(deciding.name)
        }" decides how long the environments of this pull request live. To keep this one, put a label with a longer ` +
        "time in its place.",
    };
  }
  const own = offered ?? labeled?.ttl ?? defaultTtl;
  const wanted = own.kind === "close" ? defaultTtl : own;
  const ttl = clampTtl(wanted, facts);
  const shortened = ttl === undefined || ttl === wanted ? undefined : ttlMs(ttl);
  // A time that was shortened may end no later than the environment does anyway.
  if (ttl !== undefined && (shortened === undefined || facts.now + shortened > endsAt)) {
    return { ttl, fixed: undefined };
  }
  return {
    ttl: undefined,
    fixed:
      "`max_age` ends it then. To keep it until the pull request closes, use `showtime extend` with `close`.",
  };
}

/**
 * Shortens a time-to-live, counted from now, to what `max_age` allows, in whole hours. Undefined if less than an hour is
 * left.
 */
export function clampTtl(
  ttl: Ttl,
  { createdAt, maxAgeMs, now }: Pick<OfferFacts, "createdAt" | "maxAgeMs" | "now">,
): Ttl | undefined {
  const length = ttlMs(ttl);
  if (length === undefined || createdAt === undefined || maxAgeMs === undefined) return ttl;
  const left = createdAt + maxAgeMs - now;
  if (length <= left) return ttl;
  const hours = Math.floor(left / UNIT_MS.h);
  return hours < 1 ? undefined : { kind: "duration", amount: hours, unit: "h" };
}
