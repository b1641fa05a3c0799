/** Reads GitHub and the platform and combines the planner's input. Changes nothing. */

import { COMMENT_MARKER, type CommentRecord, EMPTY_RECORD, parseRecord } from "../../core/comment/mod.ts";
import { usageError } from "../../../lib/errors.ts";
import { type FullSha, parseShortSha, type PrNumber, type ShortSha, shortSha } from "../../../lib/ids.ts";
import { parseLabel, readLabels, sameLabelName } from "../../core/labels/mod.ts";
import type { LockView } from "../../core/lock.ts";
import {
  judgeLabels,
  type LabelOrigin,
  mayCauseBuild,
  type Observation,
  peopleToAsk,
  type PermissionAnswer,
  type PullRecord,
  type Request,
  viewShas,
} from "../../core/plan/mod.ts";
import type { ForgeReader, MarkedComment, PullSnapshot, TimelineEvent } from "../../ports/forge.ts";
import type { Images } from "../../ports/images.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import type { AppSettings, RunIdentity } from "../run.ts";
import { type LockReadingPorts, viewLock } from "../lock/held_lock.ts";
import type { HeldLock } from "../lock/lock_lease.ts";
import { type KnownPull, readCurrent, type ReadingPorts } from "./read_current.ts";

/** The ports and values that observing a pull request uses. */
export interface ObservePorts extends LockReadingPorts, ReadingPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge: ForgeReader;
  readonly platform: Pick<PlatformReader, "list">;
  /** The labels stand in for the platform (a dry run of the platform). */
  readonly platformAsLabels: boolean;
  readonly images: Pick<Images, "exists">;
  readonly identity: RunIdentity;
  readonly settings: AppSettings;
}

/** A pull request as observed: the planner's input, and what applying a plan needs from GitHub as well. */
export interface ObservedPull {
  readonly observation: Observation;
  readonly snapshot: PullSnapshot;
  /** The comment with Showtime's marker, to be edited; undefined if no such comment can be trusted. */
  readonly comment: MarkedComment | undefined;
  readonly record: CommentRecord;
  /** The knowledge of this run about the pull request, for its later reads. */
  readonly known: KnownPull;
}

/** The subject and the circumstances of one observation. */
export interface ObserveOptions {
  readonly request: Request | undefined;
  /** Full or short hash; undefined for the head. */
  readonly sha: string | undefined;
  readonly held: HeldLock | undefined;
  /**
   * The first observation under a lock. The platform is read second: GitHub can create two locks of one name,
   * and until the pull request shows that no other run holds one, another run may still change the platform.
   */
  readonly confirms?: boolean;
  /** Permissions that this process has already asked for; new answers are added. */
  readonly people: Map<string, PermissionAnswer>;
  /** The knowledge of this process from its earlier reads and its writes. */
  readonly known?: KnownPull;
}

/** Observes a pull request once. */
export async function observePull(
  ports: ObservePorts,
  pr: PrNumber,
  options: ObserveOptions,
  signal: AbortSignal,
): Promise<ObservedPull> {
  const { identity, forge } = ports;
  const known = options.known ?? { newest: undefined };
  const list = async () =>
    ports.platformAsLabels
      ? "as_labels" as const
      : await ports.platform.list({ repo: ports.repo, pr, probe: true }, signal);
  const read = readCurrent(ports, pr, { known, held: options.held }, signal);
  if (options.confirms === true) await read;
  const [snapshot, platform] = await Promise.all([read, list()]);
  const labels = readLabels(snapshot.labels);
  const actor = identity.actor ?? (identity.inActions ? undefined : snapshot.viewer?.login);
  const people = new Map(options.people);
  if (actor !== undefined && snapshot.actorPermission !== undefined && identity.actor !== undefined) {
    people.set(actor, snapshot.actorPermission);
  }
  const target = options.sha === undefined
    ? snapshot.headSha
    : await resolveTarget(ports, snapshot, options.sha, signal);
  const lock: LockView = await viewLock(
    ports,
    { locks: snapshot.locks, nodeId: options.held?.nodeId },
    signal,
  );
  const draft: Omit<Observation, "people" | "record" | "imageExists"> = {
    repo: ports.repo,
    now: forge.now(),
    pr,
    open: snapshot.open,
    body: snapshot.body,
    headRepo: snapshot.headRepo,
    headSha: snapshot.headSha,
    target,
    commits: commitsOf(snapshot.timeline),
    labels,
    allLabels: labels,
    origins: originsOf(snapshot, target),
    platform,
    lock,
    actor,
    event: identity.event,
    request: options.request,
  };
  const base = {
    ...draft,
    record: { attempts: new Map(), size: undefined, notice: undefined, present: false },
    imageExists: undefined,
  };
  const wanted = new Set(peopleToAsk(base));
  if (actor !== undefined && needsActor(base)) wanted.add(actor);
  for (const comment of snapshot.comments) {
    if (!comment.own && comment.author !== undefined && !comment.author.bot) wanted.add(comment.author.login);
  }
  const unknown = [...wanted].filter((login) => !people.has(login));
  if (unknown.length > 0) {
    for (const [login, answer] of await forge.permissions(unknown, signal)) people.set(login, answer);
  }
  // A question that failed is asked again at the next observation.
  for (const [login, answer] of people) if (answer.kind !== "error") options.people.set(login, answer);
  const comment = believedComment(snapshot.comments, people);
  const record = comment === undefined ? EMPTY_RECORD : parseRecord(comment.body);
  const { believed: observation } = judgeLabels({
    ...base,
    people,
    record: {
      ...pullRecord(record, snapshot.timeline),
      present: comment !== undefined,
      spareComments: snapshot.comments.flatMap((each) => each.own && each !== comment ? [each.nodeId] : []),
    },
  }, ports.settings);
  return {
    observation: { ...observation, imageExists: await askImage(ports, observation, signal) },
    snapshot,
    comment,
    record,
    known,
  };
}

/**
 * Whether the decision may depend on the actor's permission. It is asked for only if no answer has it yet.
 */
function needsActor(observation: Omit<Observation, "people">): boolean {
  return observation.request !== undefined ||
    observation.labels.ours.some(({ name, label }) =>
      (label.kind === "trigger" || label.kind === "status") && !observation.origins.has(name)
    );
}

async function resolveTarget(
  ports: ObservePorts,
  snapshot: PullSnapshot,
  sha: string,
  signal: AbortSignal,
): Promise<FullSha> {
  const text = sha.toLowerCase();
  if (parseShortSha(text) !== undefined && snapshot.headSha.startsWith(text)) {
    const twin = commitsOf(snapshot.timeline).find((each) =>
      each !== snapshot.headSha && each.startsWith(text)
    );
    if (twin === undefined) return snapshot.headSha;
    throw usageError(
      "unknown_commit",
      `Looking for commit "${text}" in pull request #${snapshot.number}: ` +
        `${twin} and ${snapshot.headSha} begin with it`,
      "Give the whole hash",
    );
  }
  return await ports.forge.resolveCommit(snapshot.number, text, signal);
}

/** Lists commits in the order in which they became the head, as far as the timeline was read. */
function commitsOf(timeline: readonly TimelineEvent[]): readonly FullSha[] {
  return timeline.flatMap((event) =>
    (event.kind === "commit" || event.kind === "force_push") && event.sha !== undefined ? [event.sha] : []
  );
}

/** Finds who set each 🎪 label on the pull request, when, and on which head. */
function originsOf(snapshot: PullSnapshot, target: FullSha): ReadonlyMap<string, LabelOrigin> {
  const { timeline } = snapshot;
  const origins = new Map<string, LabelOrigin>();
  for (const name of snapshot.labels) {
    if (!name.trimStart().startsWith("🎪")) continue;
    // The newest event of setting the label counts even if a later event removes it: the label is on the pull
    // request.
    const index = timeline.findLastIndex((event) =>
      event.kind === "labeled" && sameLabelName(event.name, name)
    );
    const event = timeline[index];
    if (event?.kind !== "labeled") continue;
    const login = event.actor?.login;
    origins.set(name, {
      login,
      bot: event.actor?.bot === true,
      own: login !== undefined && login === snapshot.viewer?.login,
      at: event.at,
      approves: approvedAt(timeline, { index, target }),
    });
  }
  return origins;
}

/**
 * Finds the head at the time of the event at `index`; undefined if it is only known that it was not the
 * target.
 */
function approvedAt(
  timeline: readonly TimelineEvent[],
  place: { readonly index: number; readonly target: FullSha },
): FullSha | undefined {
  const later = commitsOf(timeline.slice(place.index + 1));
  const earlier = commitsOf(timeline.slice(0, place.index)).at(-1);
  // A commit that became the head after the label was set is not approved, even if the timeline also lists it
  // earlier.
  if (later.includes(place.target)) return earlier === place.target ? undefined : earlier;
  return earlier ?? place.target;
}

/** Finds the oldest comment with Showtime's marker whose author is trusted. */
function believedComment(
  comments: readonly MarkedComment[],
  people: ReadonlyMap<string, PermissionAnswer>,
): MarkedComment | undefined {
  return comments.find((each) =>
    each.body.startsWith(COMMENT_MARKER) && (each.own || each.author?.bot === true ||
      (each.author !== undefined && mayCauseBuild(people.get(each.author.login))))
  );
}

/**
 * Combines the records of earlier runs: the comment's record, corrected by the timeline if that knows more.
 */
function pullRecord(
  record: CommentRecord,
  timeline: readonly TimelineEvent[],
): Pick<PullRecord, "attempts" | "shas" | "size" | "notice" | "shown"> {
  const attempts = new Map<ShortSha, number>();
  for (const [key, count] of Object.entries(record.attempts)) {
    const sha = parseShortSha(key);
    if (sha !== undefined) attempts.set(sha, count);
  }
  for (const event of timeline) {
    if (event.kind !== "labeled") continue;
    const label = parseLabel(event.name);
    if (label.kind !== "status" || label.status !== "failed") continue;
    const seen = failures(timeline, event.name);
    attempts.set(label.sha, Math.max(attempts.get(label.sha) ?? 0, seen));
  }
  const shas = new Map(Object.values(record.shas ?? {}).map((sha) => [shortSha(sha), sha]));
  return { attempts, shas, size: record.size, notice: record.notice, shown: record.shown };
}

function failures(timeline: readonly TimelineEvent[], name: string): number {
  return timeline.filter((event) => event.kind === "labeled" && sameLabelName(event.name, name)).length;
}

/** Asks whether the image exists, but only if the decision depends on it. */
async function askImage(
  ports: ObservePorts,
  observation: Observation,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (ports.platformAsLabels) return undefined;
  const short = shortSha(observation.target);
  const state = viewShas(observation).get(short)?.state;
  if (state !== "in_progress" && state !== "drifted") return undefined;
  return await ports.images.exists(ports.settings.imageOf(observation.pr, short), signal);
}
