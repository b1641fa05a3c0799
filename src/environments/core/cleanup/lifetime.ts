import { formatDuration } from "../../../lib/duration.ts";
import { creationOf, expiryOf } from "../environment/expiry.ts";
import type { PlatformEnvironment } from "../environment/environment.ts";
import { formatTtl, type LabeledEnvironment } from "../labels/mod.ts";
import type { Ttl } from "../labels/label.ts";
import type { CleanupOptions } from "./options.ts";

/** The lifetime of an environment under the options of a cleanup. */
export type Lifetime =
  /** `at`: milliseconds since 1970; `why`: a sentence. */
  | { readonly kind: "until"; readonly at: number; readonly why: string }
  /** It lives until the pull request closes, or the options set no limit to its age. */
  | { readonly kind: "lasts" }
  /** A fact that the decision needs is not on record: such an environment is reported and kept. */
  | { readonly kind: "unknown"; readonly why: string };

/**
 * Decides how long an environment lives under these options. Its label decides, counted from its creation. If
 * the label is missing, the platform's tag decides; if the platform does not have the environment, `fallback`
 * does.
 */
export function decideLifetime(
  environment: {
    readonly labeled: LabeledEnvironment | undefined;
    readonly deployed: PlatformEnvironment | undefined;
    readonly fallback: Ttl | undefined;
    /** The configured cap in milliseconds. */
    readonly maxAgeMs: number | undefined;
    /** GitHub's time, milliseconds since 1970. */
    readonly now: number;
  },
  options: CleanupOptions,
): Lifetime {
  const { labeled, deployed, fallback, maxAgeMs, now } = environment;
  const createdAt = creationOf({ labeled, deployed }, now);
  const ttl = labeled?.ttl ?? (deployed === undefined ? fallback : undefined);
  const untilClose = ttl?.kind === "close";
  const limits: { at: number; why: string }[] = [];
  const missing: string[] = [];
  const limit = (ageMs: number | undefined, name: string) => {
    if (ageMs === undefined) return;
    if (createdAt === undefined) missing.push("It is not known when it was created");
    else limits.push({ at: createdAt + ageMs, why: `It is older than ${formatDuration(ageMs)} (${name})` });
  };
  limit(options.askedMaxAgeMs, "--max-age");
  if (options.olderThanMs !== undefined) {
    if (untilClose) missing.push("It lives until the pull request closes; --max-age would end it");
    else limit(options.olderThanMs, "--older-than");
  } else if (options.respectTtl) {
    // An age on the command line replaces the configured one, even if it is longer.
    if (!untilClose && options.askedMaxAgeMs === undefined) limit(maxAgeMs, "max_age");
    if (ttl === undefined) {
      if (deployed?.expiresAt === undefined) missing.push("No time-to-live of it is on record");
      else limits.push({ at: deployed.expiresAt, why: "Its time-to-live, by the platform's tag, is over" });
    } else if (!untilClose) {
      const at = expiryOf(createdAt, ttl);
      if (at === undefined) missing.push("It is not known when it was created");
      else limits.push({ at, why: `Its time-to-live of ${formatTtl(ttl)} is over` });
    }
  }
  const first = limits.sort((a, b) => a.at - b.at)[0];
  if (first !== undefined) return { kind: "until", ...first };
  return missing[0] === undefined ? { kind: "lasts" } : { kind: "unknown", why: missing[0] };
}
