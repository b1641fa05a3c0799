/**
 * What a cleanup removes of one pull request's environments, and what it leaves and why: pure, made once over the
 * listings and once more, under the lock, over a fresh look. What remains besides is in `leftovers.ts`.
 */

import type { PlatformEnvironment } from "../environment/environment.ts";
import type { FullSha, PrNumber, ServiceName, ShortSha } from "../../../lib/ids.ts";
import { type LabeledEnvironment, type LabelState, readLabels } from "../labels/mod.ts";
import type { Ttl } from "../labels/label.ts";
import { decideLifetime } from "./lifetime.ts";

/** How young something may be that nothing speaks of: it may be on its way up. In milliseconds. */
export const GRACE_MS = 30 * 60_000;

/** What a cleanup is asked to do. */
export interface CleanupOptions {
  /** Each environment lives as long as its own time-to-live says. */
  readonly respectTtl: boolean;
  /** No environment lives longer, in milliseconds, `close` included: somebody said so explicitly. */
  readonly maxAgeMs: number | undefined;
  /** The configured cap, in milliseconds: like `maxAgeMs`, but `close` outlives it. */
  readonly defaultMaxAgeMs?: number | undefined;
  /** One age for all instead of each time-to-live, in milliseconds. */
  readonly olderThanMs: number | undefined;
  /** Label definitions that nothing needs any more. */
  readonly labels: boolean;
  /** Services and images that no pull request speaks of. */
  readonly platformOrphans: boolean;
  /** Closed pull requests that still carry something of ours. */
  readonly closedPulls: boolean;
  /** The most label definitions to remove. */
  readonly labelLimit: number | undefined;
}

/** What a candidate is. */
export type CleanupKind = "expired" | "orphan" | "closed" | "label" | "lock" | "image" | "leftover";

/** One thing that a cleanup would remove. */
export interface CleanupCandidate {
  /** The same for the same thing in every plan. */
  readonly id: string;
  readonly kind: CleanupKind;
  readonly what: string;
  /** Why, as a sentence. */
  readonly why: string;
  readonly pr: PrNumber | undefined;
  /** A person has to agree first. */
  readonly needsApproval: boolean;
  /** What was seen when this was decided; where something else is seen later, the thing is left alone. */
  readonly seen?: string;
}

/** A cleanup of everything, each environment by its own time-to-live: what is done where nothing else is asked. */
export const WHOLE_CLEANUP: CleanupOptions = {
  respectTtl: true,
  maxAgeMs: undefined,
  olderThanMs: undefined,
  labels: true,
  platformOrphans: true,
  closedPulls: true,
  labelLimit: undefined,
};

/** Something that stays, and why. */
export interface Kept {
  readonly what: string;
  readonly why: string;
}

/** A pull request, as far as a cleanup looks at it. */
export interface CleanupPull {
  readonly open: boolean;
  readonly headSha: FullSha;
  readonly labels: readonly string[];
}

/** Everything about one pull request number. */
export interface CleanupFacts {
  readonly repo: string;
  /** GitHub's time, milliseconds since 1970. */
  readonly now: number;
  readonly pr: PrNumber;
  /** Undefined where there is no such pull request. */
  readonly pull: CleanupPull | undefined;
  /** What the platform has of it; `as_labels` where nobody was asked. */
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  readonly defaultTtl: Ttl;
}

/** A candidate with what has to be removed for it. */
export interface Verdict {
  readonly candidate: CleanupCandidate;
  /** Undefined for an environment of the older scheme, and for what is not about one environment. */
  readonly short: ShortSha | undefined;
  readonly service: ServiceName | undefined;
}

/** Decides what goes and what stays of one pull request. */
export function judgePull(
  facts: CleanupFacts,
  options: CleanupOptions,
): { readonly doomed: readonly Verdict[]; readonly kept: readonly Kept[] } {
  const { pr, pull } = facts;
  const labels = pull === undefined ? undefined : readLabels(pull.labels);
  const doomed: Verdict[] = [];
  const kept: Kept[] = [];
  if (
    pull?.open === false &&
    labels?.ours.some(({ label }) => label.kind !== "blocked" && label.kind !== "lock") === true
  ) {
    if (!options.closedPulls) return { doomed, kept };
    const candidate: CleanupCandidate = {
      id: `closed:${pr}`,
      kind: "closed",
      what: `everything of #${pr}`,
      why: "The pull request is closed",
      pr,
      needsApproval: false,
      seen: "closed",
    };
    return { doomed: [{ candidate, short: undefined, service: undefined }], kept };
  }
  const deployed = facts.platform === "as_labels" ? [] : facts.platform;
  const labeled = [...labels?.environments.values() ?? []].filter((each) => each.status !== undefined);
  for (const environment of labeled) {
    const service = deployed.find((each) => each.short === environment.sha);
    judgeLabeled(facts, { options, labels, environment, deployed: service, doomed, kept });
  }
  for (const each of deployed) {
    if (labeled.some(({ sha }) => sha === each.short)) continue;
    judgeUnnamed(facts, { options, labels, deployed: each, doomed, kept });
  }
  const living = labeled.length > 0 || deployed.some((each) => each.managed);
  if (
    options.labels && pull?.open === true && labels?.marker === true && !living &&
    labels.triggers.length === 0
  ) {
    const candidate: CleanupCandidate = {
      id: `marker:${pr}`,
      kind: "label",
      what: `the labels left on #${pr}`,
      why: "It has no environment any more",
      pr,
      needsApproval: false,
      seen: fingerprint(facts, labels),
    };
    doomed.push({ candidate, short: undefined, service: undefined });
  }
  return { doomed, kept };
}

/** Where verdicts and reasons to keep are gathered. */
interface Gathering {
  readonly options: CleanupOptions;
  readonly labels: LabelState | undefined;
  readonly doomed: Verdict[];
  readonly kept: Kept[];
}

/** An environment that the labels of an open pull request name: only time removes it. */
function judgeLabeled(
  facts: CleanupFacts,
  at: Gathering & {
    readonly environment: LabeledEnvironment;
    readonly deployed: PlatformEnvironment | undefined;
  },
): void {
  const { options, environment, deployed, labels, doomed, kept } = at;
  const { pr } = facts;
  const what = `${environment.sha} of #${pr}`;
  if (deployed !== undefined && !deployed.managed) {
    kept.push({ what: deployed.service, why: "It does not carry our tag: it is reported and never deleted" });
    return;
  }
  const fallback = labels?.prTtl ?? facts.defaultTtl;
  const lifetime = decideLifetime({ labeled: environment, deployed, fallback, now: facts.now }, options);
  if (lifetime.kind === "unknown") kept.push({ what, why: lifetime.why });
  if (lifetime.kind !== "until" || lifetime.at > facts.now) return;
  const candidate: CleanupCandidate = {
    id: `expired:${pr}:${environment.sha}`,
    kind: "expired",
    what,
    why: lifetime.why,
    pr,
    needsApproval: false,
    seen: fingerprint(facts, labels, { environment }),
  };
  doomed.push({ candidate, short: environment.sha, service: deployed?.service });
}

/** A service that no label names: expired by its own tag, orphaned, or not ours to touch. */
function judgeUnnamed(
  facts: CleanupFacts,
  at: Gathering & { readonly deployed: PlatformEnvironment },
): void {
  const { options, deployed, labels, doomed, kept } = at;
  const { pr, now } = facts;
  const what = `${deployed.service} of #${pr}`;
  if (!deployed.managed && !deployed.legacy) {
    kept.push({ what, why: "It does not carry our tag: it is reported and never deleted" });
    return;
  }
  const seen = fingerprint(facts, labels);
  // What carries no repository could be another one's: time alone does not condemn it.
  const own = deployed.managed && deployed.short !== undefined &&
    deployed.repo?.toLowerCase() === facts.repo.toLowerCase();
  const lifetime = own
    ? decideLifetime({ labeled: undefined, deployed, fallback: undefined, now }, options)
    : undefined;
  if (lifetime?.kind === "until" && lifetime.at <= now && now - (deployed.createdAt ?? now) >= GRACE_MS) {
    const id = `expired:${pr}:${deployed.short ?? deployed.service}`;
    const candidate: CleanupCandidate = {
      id,
      kind: "expired",
      what,
      why: lifetime.why,
      pr,
      needsApproval: false,
      seen,
    };
    doomed.push({ candidate, short: deployed.short, service: deployed.service });
    return;
  }
  if (!options.platformOrphans) return;
  const why = describeOrphan(facts, deployed);
  if (deployed.createdAt === undefined) kept.push({ what, why: `${why}, but its age is not known` });
  else if (now - deployed.createdAt < GRACE_MS) {
    kept.push({ what, why: `${why}, but it is younger than 30 minutes` });
  } else {
    const candidate: CleanupCandidate = {
      id: `orphan:${deployed.service}`,
      kind: "orphan",
      what,
      why,
      pr,
      needsApproval: true,
      seen,
    };
    doomed.push({ candidate, short: deployed.short, service: deployed.service });
  }
}

function describeOrphan({ pull }: CleanupFacts, deployed: PlatformEnvironment): string {
  if (pull === undefined) return "There is no such pull request";
  if (!pull.open) return "The pull request is closed";
  return deployed.legacy ? "It is of an older scheme" : "No label on the pull request names it";
}

/** What must not have changed between the decision and the deed: the commit, the triggers, the status. */
function fingerprint(
  { pull }: CleanupFacts,
  labels: LabelState | undefined,
  options: { readonly environment?: LabeledEnvironment } = {},
): string {
  const statuses = options.environment?.statuses.join(",");
  const triggers = (labels?.triggers ?? []).map(({ name }) => name).join(",");
  return [pull?.open, pull?.headSha, triggers, statuses].join("|");
}
