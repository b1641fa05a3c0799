/**
 * The decisions about what outlives environments: label definitions, locks, images and parts on the platform.
 */

import type { PlatformEnvironment } from "../environment/environment.ts";
import { judgeOwner, type RepositoryIdentity } from "../environment/ownership.ts";
import { parseImageReference } from "../../../lib/image/image_reference.ts";
import { type PrNumber, type ShortSha, shortSha } from "../../../lib/ids.ts";
import { isShaCarrying, type ParsedLabel } from "../labels/mod.ts";
import { describeSubject, judgeLock, type LockRecord, type LockSubject, type RunView } from "../lock.ts";
import type { DeadLock, Judged, Kept, UnusedDefinition, UnusedImage, UnusedLeftover } from "./candidate.ts";
import type { CleanupPull } from "./judge_pull.ts";
import { GRACE_MS } from "./options.ts";

/** A label definition, with its meaning and the open pull requests that carry it. */
export interface DefinitionFacts {
  readonly name: string;
  readonly label: ParsedLabel;
  readonly openPulls: readonly PrNumber[];
}

/** An image in the store. `createdAt`: milliseconds since 1970. */
export interface ImageFacts {
  readonly image: string;
  readonly createdAt: number | undefined;
  /** The repository that Showtime built it for; undefined if the image carries no label that names it. */
  readonly builtFor?: string | undefined;
  readonly builtForId?: number | undefined;
  /** The pull request of an image without a tag. */
  readonly untaggedOf?: PrNumber | undefined;
}

/** The things that are in use: the platform's environments, and pull requests by number. */
export interface LivingFacts {
  readonly platform: readonly PlatformEnvironment[] | "as_labels";
  readonly pulls: ReadonlyMap<PrNumber, CleanupPull>;
  /** Pull requests that have a lock: a run may be working on them. */
  readonly locked: readonly PrNumber[];
}

/** Finds definitions that carry a SHA, belong to no live environment and are on no open pull request. */
export function judgeDefinitions(
  definitions: readonly DefinitionFacts[],
  living: LivingFacts,
): readonly UnusedDefinition[] {
  const alive = livingShas(living);
  const candidates: UnusedDefinition[] = [];
  for (const { name, label, openPulls } of definitions) {
    const short = isShaCarrying(label);
    if (short === undefined || openPulls.length > 0 || alive.has(short)) continue;
    candidates.push({
      id: `label:${name}`,
      kind: "label",
      what: `label definition "${name}"`,
      why: "No live environment and no open pull request has it",
      pr: undefined,
      needsApproval: false,
      name,
      short,
    });
  }
  return candidates.sort((a, b) => a.name < b.name ? -1 : 1);
}

function livingShas({ platform, pulls, locked }: LivingFacts): ReadonlySet<ShortSha> {
  const alive = new Set<ShortSha>();
  if (platform !== "as_labels") {
    for (const { short } of platform) {
      if (short !== undefined) alive.add(short);
    }
  }
  for (const pull of pulls.values()) {
    if (pull.open) { for (const short of pull.labels.environments.keys()) alive.add(short); }
  }
  for (const pr of locked) {
    const pull = pulls.get(pr);
    if (pull === undefined) continue;
    // A run creates the definitions before it labels the pull request, and needs them until it has finished.
    alive.add(shortSha(pull.headSha));
    for (const short of pull.labels.environments.keys()) alive.add(short);
  }
  return alive;
}

/** A pull request's lock. `run` is its workflow run; undefined if it was not asked for or cannot be read. */
export interface LockFacts {
  readonly pr: LockSubject;
  readonly record: LockRecord;
  readonly run: RunView | undefined;
}

/** Finds locks whose holder is known to be gone. */
export function judgeLocks(locks: readonly LockFacts[], now: number): Judged<DeadLock> {
  const doomed: DeadLock[] = [];
  const kept: Kept[] = [];
  for (const { pr, record, run } of locks) {
    const judgement = judgeLock(record, { now, run });
    const what = `the lock of ${describeSubject(pr)}`;
    if (judgement === "dead") {
      const { nodeId } = record;
      const why = "The run that held it is gone";
      doomed.push({
        id: `lock:${pr}:${nodeId}`,
        kind: "lock",
        what,
        why,
        pr: pr === "limits" ? undefined : pr,
        subject: pr,
        needsApproval: false,
        nodeId,
      });
    } else if (judgement === "unreadable") {
      const which = pr === "limits" ? "--limits" : pr;
      kept.push({ what, why: `Its holder cannot be read; "showtime unlock ${which}" removes it` });
    }
  }
  return { doomed, kept };
}

/**
 * Finds images of Showtime's tag pattern that no environment uses and that are older than the grace period.
 */
export function judgeImages(
  images: readonly ImageFacts[],
  living: LivingFacts & RepositoryIdentity & {
    readonly now: number;
    readonly imageOf: (pr: PrNumber, short: ShortSha) => string;
    /** Environments of other repositories, which may use images of the same store. */
    readonly elsewhere: readonly PlatformEnvironment[];
  },
): Judged<UnusedImage> {
  const { platform, pulls, locked, now, imageOf, elsewhere } = living;
  const used = new Set<string>();
  for (const each of [...(platform === "as_labels" ? [] : platform), ...elsewhere]) {
    if (each.image !== undefined) used.add(spell(each.image));
    if (each.short !== undefined) used.add(spell(imageOf(each.pr, each.short)));
  }
  for (const [pr, pull] of pulls) {
    for (const short of pull.labels.environments.keys()) used.add(spell(imageOf(pr, short)));
  }
  const doomed: UnusedImage[] = [];
  const kept: Kept[] = [];
  for (const { image, createdAt, builtFor, builtForId, untaggedOf } of images) {
    if (used.has(spell(image))) continue;
    // An image that was built for another repository is left to that repository's cleanup.
    const owner = judgeOwner({ repo: builtFor, repoId: builtForId }, living);
    if (owner === "other" || (untaggedOf !== undefined && owner !== "own")) continue;
    const what = untaggedOf === undefined
      ? `image ${image}`
      : `image ${image.replace(/^sha256:/, "").slice(0, 12)} without a tag, of #${untaggedOf}`;
    const why = untaggedOf === undefined ? "No environment uses it" : "A build that was ended left it";
    // A run may be about to tag the image that it has built.
    if (untaggedOf !== undefined && locked.includes(untaggedOf)) {
      kept.push({ what, why: `${why}, but a run works on that pull request` });
    } else if (createdAt === undefined) kept.push({ what, why: `${why}, but its age is not known` });
    else if (now - createdAt < GRACE_MS) {
      kept.push({ what, why: `${why}, but it is younger than 30 minutes` });
    } else {
      doomed.push({
        id: `image:${image}`,
        kind: "image",
        what,
        why,
        pr: undefined,
        needsApproval: true,
        image,
      });
    }
  }
  return { doomed, kept };
}

/** A part on the platform that belongs to no environment. `createdAt`: milliseconds since 1970. */
export interface LeftoverFacts {
  readonly id: string;
  readonly what: string;
  readonly pr: PrNumber;
  readonly createdAt: number | undefined;
}

/** Finds leftovers that are older than the grace period and whose pull request no run works on. */
export function judgeLeftovers(
  leftovers: readonly LeftoverFacts[],
  { locked, now }: { readonly locked: readonly PrNumber[]; readonly now: number },
): Judged<UnusedLeftover> {
  const doomed: UnusedLeftover[] = [];
  const kept: Kept[] = [];
  for (const { id: leftover, what, pr, createdAt } of leftovers) {
    const why = `No environment of #${pr} uses it`;
    if (locked.includes(pr)) kept.push({ what, why: `${why}, but a run works on that pull request` });
    else if (createdAt === undefined) kept.push({ what, why: `${why}, but its age is not known` });
    else if (now - createdAt < GRACE_MS) {
      kept.push({ what, why: `${why}, but it is younger than 30 minutes` });
    } else {
      const id = `leftover:${leftover}`;
      doomed.push({ id, kind: "leftover", what, why, pr: undefined, needsApproval: true, leftover });
    }
  }
  return { doomed, kept };
}

/** Returns one spelling for all the ways in which an image can be named. */
function spell(image: string): string {
  const parsed = parseImageReference(image);
  return parsed === undefined ? image : `${parsed.host}/${parsed.path}:${parsed.tag}`;
}
