/** What is left over when environments are gone: label definitions, locks, images. Pure. */

import type { PlatformEnvironment } from "../environment/environment.ts";
import { sameRepo } from "../environment/ownership.ts";
import { parseImageReference } from "../../../lib/image_reference.ts";
import type { PrNumber, ShortSha } from "../../../lib/ids.ts";
import { isShaCarrying, parseLabel, readLabels } from "../labels/mod.ts";
import { judgeLock, type LockRecord, type RunView } from "../lock.ts";
import { type CleanupCandidate, type CleanupPull, GRACE_MS, type Kept } from "./cleanup.ts";

/** A label definition, with the open pull requests that carry it. */
export interface DefinitionFacts {
  readonly nodeId: string;
  readonly name: string;
  readonly description: string;
  readonly openPulls: readonly PrNumber[];
}

/** An image in the store. `createdAt`: milliseconds since 1970. */
export interface ImageFacts {
  readonly image: string;
  readonly createdAt: number | undefined;
  /** The repository that Showtime built it for; undefined where no label of ours says so. */
  readonly builtFor?: string | undefined;
}

/** What lives: the platform's environments, and pull requests by number. */
export interface LivingFacts {
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull>;
  /** Pull requests that have a lock: somebody is at work on them. */
  readonly locked: readonly PrNumber[];
}

/** Definitions that carry a SHA, belong to no live environment and are on no open pull request. */
export function judgeDefinitions(
  definitions: readonly DefinitionFacts[],
  living: LivingFacts,
): readonly CleanupCandidate[] {
  const alive = livingShas(living);
  const candidates: CleanupCandidate[] = [];
  for (const { name, openPulls } of definitions) {
    const sha = isShaCarrying(parseLabel(name));
    if (sha === undefined || openPulls.length > 0 || alive.has(sha)) continue;
    candidates.push({
      id: `label:${name}`,
      kind: "label",
      what: `label definition "${name}"`,
      why: "No live environment and no open pull request has it",
      pr: undefined,
      needsApproval: false,
    });
  }
  return candidates.sort((a, b) => a.id < b.id ? -1 : 1);
}

function livingShas({ platform, pulls, locked }: LivingFacts): ReadonlySet<ShortSha> {
  const alive = new Set<ShortSha>();
  if (platform !== "as_labels") {
    for (const { short } of platform) {
      if (short !== undefined) alive.add(short);
    }
  }
  for (const pull of pulls.values()) {
    if (pull.open) { for (const short of readLabels(pull.labels).environments.keys()) alive.add(short); }
  }
  for (const pr of locked) {
    const pull = pulls.get(pr);
    if (pull === undefined) continue;
    // Definitions are made before the labels are on the pull request, and are needed until it is done with.
    alive.add(pull.headSha.slice(0, 7) as ShortSha);
    for (const short of readLabels(pull.labels).environments.keys()) alive.add(short);
  }
  return alive;
}

/** A lock's definition, with what its workflow run says; undefined where it was not asked or cannot be read. */
export interface LockFacts {
  readonly pr: PrNumber;
  readonly record: LockRecord;
  readonly run: RunView | undefined;
}

/** Locks whose holder is known to be gone. */
export function judgeLocks(
  locks: readonly LockFacts[],
  now: number,
): { readonly doomed: readonly CleanupCandidate[]; readonly kept: readonly Kept[] } {
  const doomed: CleanupCandidate[] = [];
  const kept: Kept[] = [];
  for (const { pr, record, run } of locks) {
    const verdict = judgeLock(record, { now, run });
    const what = `the lock of #${pr}`;
    if (verdict === "dead") {
      const why = "The run that held it is gone";
      doomed.push({ id: `lock:${pr}:${record.nodeId}`, kind: "lock", what, why, pr, needsApproval: false });
    } else if (verdict === "unreadable") {
      kept.push({ what, why: `Who holds it cannot be read; "showtime unlock ${pr}" removes it` });
    }
  }
  return { doomed, kept };
}

/** Images of our tag pattern that no environment uses and that are older than the grace period. */
export function judgeImages(
  images: readonly ImageFacts[],
  living: LivingFacts & {
    /** The repository that is cleaned up. */
    readonly repo: string;
    readonly now: number;
    readonly imageOf: (pr: PrNumber, short: ShortSha) => string;
    /** Environments of other repositories, which may use images of the same store. */
    readonly elsewhere: readonly PlatformEnvironment[];
  },
): { readonly doomed: readonly CleanupCandidate[]; readonly kept: readonly Kept[] } {
  const { platform, pulls, repo, now, imageOf, elsewhere } = living;
  const used = new Set<string>();
  for (const each of [...(platform === "as_labels" ? [] : platform), ...elsewhere]) {
    if (each.image !== undefined) used.add(spell(each.image));
    if (each.short !== undefined) used.add(spell(imageOf(each.pr, each.short)));
  }
  for (const [pr, pull] of pulls) {
    const shorts = [...readLabels(pull.labels).environments.keys()];
    if (pull.open) shorts.push(pull.headSha.slice(0, 7) as ShortSha);
    for (const short of shorts) used.add(spell(imageOf(pr, short)));
  }
  const doomed: CleanupCandidate[] = [];
  const kept: Kept[] = [];
  for (const { image, createdAt, builtFor } of images) {
    if (used.has(spell(image))) continue;
    // What was built for another repository is that one's to clean up.
    if (builtFor !== undefined && !sameRepo(builtFor, repo)) continue;
    const what = `image ${image}`;
    if (createdAt === undefined) {
      kept.push({ what, why: "No environment uses it, but its age is not known" });
    } else if (now - createdAt < GRACE_MS) {
      kept.push({ what, why: "No environment uses it, but it is younger than 30 minutes" });
    } else {
      const why = "No environment uses it";
      doomed.push({ id: `image:${image}`, kind: "image", what, why, pr: undefined, needsApproval: true });
    }
  }
  return { doomed, kept };
}

/** Something on the platform that belongs to no environment. `createdAt`: milliseconds since 1970. */
export interface LeftoverFacts {
  readonly id: string;
  readonly what: string;
  readonly pr: PrNumber;
  readonly createdAt: number | undefined;
}

/** What belongs to no environment, is older than the grace period, and whose pull request nobody works on. */
export function judgeLeftovers(
  leftovers: readonly LeftoverFacts[],
  { locked, now }: { readonly locked: readonly PrNumber[]; readonly now: number },
): { readonly doomed: readonly CleanupCandidate[]; readonly kept: readonly Kept[] } {
  const doomed: CleanupCandidate[] = [];
  const kept: Kept[] = [];
  for (const { id, what, pr, createdAt } of leftovers) {
    const why = `No environment of #${pr} uses it`;
    if (locked.includes(pr)) kept.push({ what, why: `${why}, but a run works on that pull request` });
    else if (createdAt === undefined) kept.push({ what, why: `${why}, but its age is not known` });
    else if (now - createdAt < GRACE_MS) {
      kept.push({ what, why: `${why}, but it is younger than 30 minutes` });
    } else {doomed.push({
        id: `leftover:${id}`,
        kind: "leftover",
        what,
        why,
        pr: undefined,
        needsApproval: true,
      });}
  }
  return { doomed, kept };
}

/** One spelling for all the ways in which an image can be named. */
function spell(image: string): string {
  const parsed = parseImageReference(image);
  return parsed === undefined ? image : `${parsed.host}/${parsed.path}:${parsed.tag}`;
}
