/**
 * The decision about one pull request's environments: which go, which stay, and why. It is made once over the
 * listings and once more, under the lock, over a fresh look. `leftovers.ts` decides about everything else.
 */

import type { EnvironmentSettings } from "../environment/settings.ts";
import type { PlatformEnvironment } from "../environment/environment.ts";
import { keyOf } from "../environment/names.ts";
import { judgeOwner, type RepositoryIdentity } from "../environment/ownership.ts";
import type { FullSha, PrNumber } from "../../../lib/ids.ts";
import type { LabeledEnvironment, LabelState } from "../labels/mod.ts";
import type { Judged, Kept, PullCandidate } from "./candidate.ts";
import { decideLifetime } from "./lifetime.ts";
import { type CleanupOptions, GRACE_MS } from "./options.ts";

/** The part of a pull request that a cleanup looks at. */
export interface CleanupPull {
  readonly open: boolean;
  readonly headSha: FullSha;
  readonly labels: LabelState;
}

/** Everything about one pull request number. */
export interface CleanupFacts extends RepositoryIdentity {
  /** GitHub's time, milliseconds since 1970. */
  readonly now: number;
  readonly pr: PrNumber;
  /** Undefined if no such pull request exists. */
  readonly pull: CleanupPull | undefined;
  /** The platform's environments of this number; `as_labels` if the platform was not asked. */
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  readonly settings: Pick<EnvironmentSettings, "defaultTtl" | "maxAgeMs">;
}

const UNTAGGED = "It does not carry Showtime's tag: it is reported and never deleted";

/** Decides which parts of one pull request go and which stay. */
export function judgePull(facts: CleanupFacts, options: CleanupOptions): Judged<PullCandidate> {
  const { pr, pull } = facts;
  const doomed: PullCandidate[] = [];
  const kept: Kept[] = [];
  if (
    pull?.open === false &&
    pull.labels.ours.some(({ label }) => !["blocked", "lock", "limits_lock"].includes(label.kind))
  ) {
    if (!options.closedPulls) return { doomed, kept };
    doomed.push({
      id: `closed:${pr}`,
      kind: "closed",
      what: `everything of #${pr}`,
      why: "The pull request is closed",
      pr,
      needsApproval: false,
      seen: "closed",
    });
    return { doomed, kept };
  }
  const deployed = facts.platform === "as_labels" ? [] : facts.platform;
  const labeled = [...pull?.labels.environments.values() ?? []].filter((each) => each.status !== undefined);
  for (const environment of labeled) {
    const service = deployed.find((each) => each.short === environment.sha && !each.legacy);
    judgeLabeled(facts, { options, environment, deployed: service, doomed, kept });
  }
  for (const each of deployed) {
    if (!each.legacy && labeled.some(({ sha }) => sha === each.short)) continue;
    judgeUnnamed(facts, { options, deployed: each, doomed, kept });
  }
  const living = labeled.length > 0 || deployed.some((each) => each.managed);
  if (
    options.labels && pull?.open === true && pull.labels.marker && !living &&
    pull.labels.triggers.length === 0
  ) {
    doomed.push({
      id: `marker:${pr}`,
      kind: "pull_labels",
      what: `the labels left on #${pr}`,
      why: "It has no environment any more",
      pr,
      needsApproval: false,
      seen: fingerprint(facts),
    });
  }
  return { doomed, kept };
}

/** The options, and the two lists that collect the decisions. */
interface Gathering {
  readonly options: CleanupOptions;
  readonly doomed: PullCandidate[];
  readonly kept: Kept[];
}

/** Judges an environment that the labels of an open pull request name: only time removes it. */
function judgeLabeled(
  facts: CleanupFacts,
  at: Gathering & {
    readonly environment: LabeledEnvironment;
    readonly deployed: PlatformEnvironment | undefined;
  },
): void {
  const { options, environment, deployed, doomed, kept } = at;
  const { pr, pull } = facts;
  const what = `${environment.sha} of #${pr}`;
  if (deployed !== undefined && !deployed.managed) {
    kept.push({ what: deployed.service, why: UNTAGGED });
    return;
  }
  const fallback = pull?.labels.prTtl ?? facts.settings.defaultTtl;
  const lifetime = decideLifetime(
    { labeled: environment, deployed, fallback, maxAgeMs: facts.settings.maxAgeMs, now: facts.now },
    options,
  );
  if (lifetime.kind === "unknown") kept.push({ what, why: lifetime.why });
  if (lifetime.kind !== "until" || lifetime.at > facts.now) return;
  doomed.push({
    id: `expired:${pr}:${environment.sha}`,
    kind: "expired",
    what,
    why: lifetime.why,
    pr,
    needsApproval: false,
    seen: fingerprint(facts, { environment }),
    short: environment.sha,
    deployed: deployed && keyOf(deployed),
  });
}

/**
 * Judges a service that no label names: it has expired by its own tag, or it is an orphan, or it is not
 * Showtime's.
 */
function judgeUnnamed(
  facts: CleanupFacts,
  at: Gathering & { readonly deployed: PlatformEnvironment },
): void {
  const { options, deployed, doomed, kept } = at;
  const { pr, now } = facts;
  const { service } = deployed;
  // Labels never name an environment of an older scheme.
  const short = deployed.legacy ? undefined : deployed.short;
  const what = `${service} of #${pr}`;
  if (!deployed.managed && !deployed.legacy) {
    kept.push({ what, why: UNTAGGED });
    return;
  }
  const seen = fingerprint(facts);
  // A service without a repository tag could belong to another repository: its age alone does not condemn it.
  const own = deployed.managed && short !== undefined && judgeOwner(deployed, facts) === "own";
  const lifetime = own
    ? decideLifetime({
      labeled: undefined,
      deployed,
      fallback: undefined,
      maxAgeMs: facts.settings.maxAgeMs,
      now,
    }, options)
    : undefined;
  if (lifetime?.kind === "until" && lifetime.at <= now && now - (deployed.createdAt ?? now) >= GRACE_MS) {
    const id = `expired:${pr}:${short ?? service}`;
    const { why } = lifetime;
    doomed.push({
      id,
      kind: "expired",
      what,
      why,
      pr,
      needsApproval: false,
      seen,
      short,
      deployed: keyOf(deployed),
    });
    return;
  }
  if (!options.platformOrphans) return;
  const why = describeOrphan(facts, deployed);
  if (deployed.createdAt === undefined) kept.push({ what, why: `${why}, but its age is not known` });
  else if (now - deployed.createdAt < GRACE_MS) {
    kept.push({ what, why: `${why}, but it is younger than 30 minutes` });
  } else {
    const id = `orphan:${service}`;
    doomed.push({
      id,
      kind: "orphan",
      what,
      why,
      pr,
      needsApproval: true,
      seen,
      short,
      deployed: keyOf(deployed),
    });
  }
}

function describeOrphan({ pull }: CleanupFacts, deployed: PlatformEnvironment): string {
  if (pull === undefined) return "There is no such pull request";
  if (!pull.open) return "The pull request is closed";
  return deployed.legacy ? "It is of an older scheme" : "No label on the pull request names it";
}

/**
 * The state that must not change between the decision and the removal: the commit, the triggers, the status.
 */
function fingerprint(
  { pull }: CleanupFacts,
  options: { readonly environment?: LabeledEnvironment } = {},
): string {
  const statuses = options.environment?.statuses.join(",");
  const triggers = (pull?.labels.triggers ?? []).map(({ name }) => name).join(",");
  return [pull?.open, pull?.headSha, triggers, statuses].join("|");
}
