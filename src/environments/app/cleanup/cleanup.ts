/**
 * Finds environments that expired or are orphaned, what they left over, and addresses that are out of date.
 * Planning only reads; `apply_cleanup.ts` removes.
 */

import { AppError, toError } from "../../../lib/errors.ts";
import type { RepositoryIdentity } from "../../core/environment/ownership.ts";
import type { PrNumber } from "../../../lib/ids.ts";
import {
  formatLabel,
  isShaCarrying,
  type ParsedLabel,
  parseLabel,
  readLabels,
} from "../../core/labels/mod.ts";
import { parseLockOwner } from "../../core/lock.ts";
import {
  type AddressChange,
  type CleanupCandidate,
  type CleanupOptions,
  type CleanupPull,
  type DueWarning,
  judgeDefinitions,
  judgeImages,
  judgeLeftovers,
  judgeLocks,
  judgePull,
  type Kept,
  type LivingFacts,
  type LockFacts,
  type PullCandidate,
  type VisitedEnvironment,
} from "../../core/cleanup/mod.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { Terminal } from "../../../ports/terminal.ts";
import type { ForgeReader, LabelDefinition, PullSummary } from "../../ports/forge.ts";
import type { Images, StoredImage } from "../../ports/images.ts";
import type { PlatformLeftover, PlatformReader } from "../../ports/platform.ts";
import { identifyRepository, splitByOwner } from "../identify_repository.ts";
import type { AppSettings } from "../run.ts";
import { dueWarnings } from "../warning/due_warnings.ts";
import { findAddressChanges } from "./survey_addresses.ts";
import { findSleepChanges } from "./survey_sleep.ts";
import { countsVisits, findVisited } from "./survey_visits.ts";
import type { SleepChange } from "../../core/sleep/mod.ts";

export { kindWord, WHOLE_CLEANUP } from "../../core/cleanup/mod.ts";
export type { CleanupCandidate, CleanupOptions, Kept } from "../../core/cleanup/mod.ts";

/** The ports and values that a survey of all environments and their remains uses. */
export interface SurveyPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge: ForgeReader;
  readonly platform: Pick<PlatformReader, "list" | "leftovers" | "reach" | "newestRequests">;
  readonly platformAsLabels: boolean;
  readonly images: Pick<Images, "list">;
  readonly terminal: Pick<Terminal, "detail">;
  readonly settings: Pick<
    AppSettings,
    "defaultTtl" | "maxAgeMs" | "ttlFrom" | "imageOf" | "warnMs" | "sleep"
  >;
}

/** The reason to leave what changed after it was planned. */
export const CHANGED = "It changed while the cleanup was on its way; the next one decides anew";

/** The outcome of a cleanup, filled while it runs. */
export interface Outcome {
  readonly removed: string[];
  /** Sentences about addresses that were mended. */
  readonly mended: string[];
  /** Sentences about environments that live on because they were visited. */
  readonly extended: string[];
  /** Sentences about warnings that were written. */
  readonly warned: string[];
  /** Sentences about environments that were put to sleep or woken. */
  readonly slept: string[];
  readonly kept: Kept[];
  readonly incomplete: string[];
}

/** The candidates of one pull request, with the options of the cleanup and its outcome. */
export interface PullCleanup {
  readonly wanted: readonly PullCandidate[];
  readonly options: CleanupOptions;
  readonly outcome: Outcome;
  /** A person forces the cleanup. */
  readonly force: boolean;
}

/** The plan of a cleanup: what it would remove and what it would keep. */
export interface CleanupPlan {
  readonly candidates: readonly CleanupCandidate[];
  /** The addresses that it would mend. */
  readonly addresses: readonly AddressChange[];
  /** The environments that it would let live on because they were visited. None of them is a candidate or warned of. */
  readonly visited: readonly VisitedEnvironment[];
  /** The environments whose end it would warn of. */
  readonly warnings: readonly DueWarning[];
  /** The environments that it would put to sleep or wake. */
  readonly sleep: readonly SleepChange[];
  readonly kept: readonly Kept[];
  /** Sentences about everything that could not be read. Nothing of such a kind is a candidate. */
  readonly incomplete: readonly string[];
  /** The options of this plan. Each candidate is judged by them again just before its removal. */
  readonly options?: CleanupOptions;
}

/** A label definition with its parsed label. */
export type KnownDefinition = LabelDefinition & { readonly label: ParsedLabel };

/** The results of the listings; undefined for a listing that failed or was not needed. */
export interface CleanupWorld {
  /** The repository that is cleaned up. */
  readonly identity: RepositoryIdentity;
  readonly platform: readonly PlatformEnvironment[] | "as_labels" | undefined;
  /** Environments of other repositories on the same platform. The images that they use stay. */
  readonly elsewhere: readonly PlatformEnvironment[];
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull> | undefined;
  readonly definitions: readonly KnownDefinition[] | undefined;
  readonly locks: readonly LockFacts[];
  readonly images: readonly StoredImage[] | undefined;
  readonly leftovers: readonly PlatformLeftover[] | undefined;
  readonly incomplete: readonly string[];
}

/** Reads everything, the platform first, and decides what a cleanup would remove. Changes nothing. */
export async function planCleanup(
  ports: SurveyPorts,
  options: CleanupOptions,
  signal: AbortSignal,
): Promise<CleanupPlan> {
  const world = await surveyWorld(ports, options, signal);
  const judged = judgeWorld(ports, world, options);
  if (!options.addresses) return judged;
  const warned = options.respectTtl ? { ...judged, warnings: dueWarnings(ports, world) } : judged;
  const plan = await planVisits(ports, { world, plan: warned, options }, signal);
  const sleeping = await planSleep(ports, { world, plan }, signal);
  try {
    const about = { world, candidates: plan.candidates };
    return { ...plan, ...sleeping, addresses: await findAddressChanges(ports.platform, about, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const lost = `Addresses could not be looked up, so none of them is mended: ${tellFailure(ports, error)}`;
    return { ...plan, ...sleeping, incomplete: [...sleeping.incomplete, lost] };
  }
}

/**
 * Finds the environments that live on because they were visited, and takes them out of the plan. If the requests cannot be
 * looked up, no environment ends: nothing says how long it has to live.
 */
async function planVisits(
  ports: SurveyPorts,
  { world: { identity, platform, pulls }, plan, options }: {
    readonly world: CleanupWorld;
    readonly plan: CleanupPlan;
    readonly options: CleanupOptions;
  },
  signal: AbortSignal,
): Promise<CleanupPlan> {
  if (!countsVisits(ports.settings, options)) return plan;
  if (platform === undefined || platform === "as_labels" || pulls === undefined) return plan;
  try {
    const visited = await findVisited(ports, { identity, platform, pulls }, options, signal);
    const stays = (each: { readonly pr?: unknown; readonly short?: unknown }) =>
      visited.some(({ pr, short }) => pr === each.pr && short === each.short);
    return {
      ...plan,
      visited,
      candidates: plan.candidates.filter((each) => each.kind !== "expired" || !stays(each)),
      warnings: plan.warnings.filter((each) => !stays(each)),
    };
  } catch (error) {
    signal.throwIfAborted();
    const lost = `Requests could not be looked up, so no environment ends for its age: ${
      tellFailure(ports, error)
    }`;
    const candidates = plan.candidates.filter(({ kind }) => kind !== "expired");
    return { ...plan, candidates, warnings: [], incomplete: [...plan.incomplete, lost] };
  }
}

/** Finds what sleeps and wakes by time. Without such settings nothing is asked. */
async function planSleep(
  ports: SurveyPorts,
  { world, plan }: { readonly world: CleanupWorld; readonly plan: CleanupPlan },
  signal: AbortSignal,
): Promise<Pick<CleanupPlan, "sleep" | "incomplete">> {
  const { incomplete, candidates } = plan;
  if (ports.settings.sleep === undefined) return { sleep: [], incomplete };
  try {
    const found = await findSleepChanges(ports, { world, candidates }, signal);
    return { sleep: found.changes, incomplete: [...incomplete, ...found.incomplete] };
  } catch (error) {
    signal.throwIfAborted();
    const lost = `Requests could not be counted, so no environment is put to sleep: ${
      tellFailure(ports, error)
    }`;
    return { sleep: [], incomplete: [...incomplete, lost] };
  }
}

/**
 * Reads all listings, the platform before the labels, so that an environment that starts meanwhile already
 * has labels.
 */
export async function surveyWorld(
  ports: SurveyPorts,
  options: CleanupOptions,
  signal: AbortSignal,
): Promise<CleanupWorld> {
  const { forge, repo } = ports;
  const incomplete: string[] = [];
  const attempt = async <Result>(lost: string, read: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      incomplete.push(`${lost}: ${tellFailure(ports, error)}`);
      return undefined;
    }
  };
  const seen = ports.platformAsLabels ? "as_labels" as const : await attempt(
    "Environments could not be listed, so none of them is removed",
    () => ports.platform.list({ repo, others: true }, signal),
  );
  const images = !options.platformOrphans || ports.platformAsLabels ? undefined : await attempt(
    "Images could not be listed, so none of them is removed",
    () => ports.images.list(signal),
  );
  const definitions = await attempt(
    "Label definitions could not be listed, so none of them is removed",
    // All definitions: GitHub's search may miss names that only begin with a 🎪.
    async () =>
      (await forge.listDefinitions("", signal)).map((each) => ({ ...each, label: parseLabel(each.name) })),
  );
  // GitHub has answered by now, so the id of the repository is known.
  const deployed = seen === undefined || seen === "as_labels" ? [] : seen;
  const identified = await attempt(
    "The owners of environments could not be told apart, so none of them is removed",
    () => identifyRepository(ports, deployed, signal),
  );
  const identity = identified ?? { repo };
  const { own, elsewhere } = splitByOwner(deployed, identity);
  const platform = identified === undefined ? undefined : deployed === seen ? own : seen;
  const leftovers = !options.platformOrphans || ports.platformAsLabels || identified === undefined
    ? undefined
    : await attempt(
      "What removed environments left could not be listed, so none of it is removed",
      () => ports.platform.leftovers(identity, signal),
    );
  const locks = await readLocks(ports, definitions ?? [], signal);
  const pulls = await attempt(
    "Pull requests could not be listed, so nothing of theirs is removed",
    async () => {
      const marked = await forge.listPulls({ label: formatLabel({ kind: "marker" }), states: "all" }, signal);
      const known = new Map(marked.map((pull) => [pull.number, cleanupPull(pull)]));
      const named = [
        ...(platform === undefined || platform === "as_labels" ? [] : platform.map((each) => each.pr)),
        ...lockedPulls(locks),
        ...(definitions ?? []).flatMap(({ label, openPulls }) =>
          isShaCarrying(label) === undefined ? [] : openPulls
        ),
      ];
      const others = [...new Set(named)].filter((pr) => !known.has(pr));
      for (const pull of others.length === 0 ? [] : await forge.readPulls(others, signal)) {
        known.set(pull.number, cleanupPull(pull));
      }
      return known;
    },
  );
  return { identity, platform, elsewhere, pulls, definitions, locks, images, leftovers, incomplete };
}

/** Reduces a pull request to the facts that a cleanup uses, with its labels parsed. */
export function cleanupPull({ open, headSha, labels }: PullSummary): CleanupPull {
  return { open, headSha, labels: readLabels(labels) };
}

/**
 * Formats a failure as the end of a sentence. An unexpected error is a bug in Showtime and must not stop the
 * rest of the cleanup; `--verbose` logs its stack.
 */
export function tellFailure(ports: Pick<SurveyPorts, "terminal">, thrown: unknown): string {
  const error = toError(thrown);
  if (error instanceof AppError) return error.message;
  ports.terminal.detail(error.stack ?? error.message);
  return `${error.message} (a mistake in Showtime: please report it with the output of --verbose)`;
}

/** Finds the locks among the definitions and reads their runs. The run of an expired lock is not read. */
async function readLocks(
  ports: Pick<SurveyPorts, "forge">,
  definitions: readonly KnownDefinition[],
  signal: AbortSignal,
): Promise<readonly LockFacts[]> {
  const locks: LockFacts[] = [];
  for (const { nodeId, name, description, label } of definitions) {
    if (label.kind !== "lock" && label.kind !== "limits_lock") continue;
    const owner = parseLockOwner(description);
    const asks = owner?.run !== undefined && owner.expiresAt > ports.forge.now();
    const run = asks && owner?.run !== undefined
      ? await ports.forge.readRun(owner.run.id, signal)
      : undefined;
    locks.push({
      pr: label.kind === "lock" ? label.pr : "limits",
      record: { nodeId, name, description },
      run,
    });
  }
  return locks;
}

/** Lists the pull requests that a run holds. */
function lockedPulls(locks: readonly LockFacts[]): readonly PrNumber[] {
  return locks.flatMap(({ pr }) => pr === "limits" ? [] : [pr]);
}

/** Decides what to remove and what to keep, from the listings. */
export function judgeWorld(ports: SurveyPorts, world: CleanupWorld, options: CleanupOptions): CleanupPlan {
  const { identity, platform, elsewhere, pulls, definitions, locks, images, leftovers } = world;
  const incomplete = [...world.incomplete];
  const { settings } = ports;
  const now = ports.forge.now();
  const candidates: CleanupCandidate[] = [];
  const kept: Kept[] = [];
  if (platform !== undefined && pulls !== undefined) {
    const numbers = new Set([
      ...pulls.keys(),
      ...(platform === "as_labels" ? [] : platform.map((each) => each.pr)),
    ]);
    const deployed = Map.groupBy(platform === "as_labels" ? [] : platform, (each) => each.pr);
    for (const pr of [...numbers].sort((a, b) => a - b)) {
      const own = platform === "as_labels" ? platform : deployed.get(pr) ?? [];
      try {
        const facts = { ...identity, now, pr, pull: pulls.get(pr), platform: own, settings };
        const judged = judgePull(facts, options);
        candidates.push(...judged.doomed);
        kept.push(...judged.kept);
      } catch (error) {
        incomplete.push(`Nothing of #${pr} is removed: ${tellFailure(ports, error)}`);
      }
    }
    const living: LivingFacts = {
      platform,
      pulls,
      locked: lockedPulls(locks),
    };
    if (options.labels && definitions !== undefined) {
      candidates.push(...judgeDefinitions(definitions, living).slice(0, options.labelLimit));
    }
    if (images !== undefined) {
      const judged = judgeImages(images, {
        ...living,
        ...identity,
        elsewhere,
        now,
        imageOf: settings.imageOf,
      });
      candidates.push(...judged.doomed);
      kept.push(...judged.kept);
    }
    if (leftovers !== undefined) {
      const judged = judgeLeftovers(leftovers, { ...living, now });
      candidates.push(...judged.doomed);
      kept.push(...judged.kept);
    }
  }
  const judgedLocks = judgeLocks(locks, now);
  candidates.push(...judgedLocks.doomed);
  kept.push(...judgedLocks.kept);
  return { candidates, addresses: [], visited: [], warnings: [], sleep: [], kept, incomplete, options };
}
