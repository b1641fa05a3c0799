/** Looks at GitHub and the platform, and puts together what the planner decides from. Changes nothing. */

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
import { type HeldLock, type LockReadingPorts, viewLock } from "../lock/held_lock.ts";

/** The ports and values that a pull request is observed with. */
export interface ObservePorts extends LockReadingPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge: ForgeReader;
  readonly platform: Pick<PlatformReader, "list">;
  /** The platform is taken to be as the labels say (dry run of the platform). */
  readonly platformAsLabels: boolean;
  readonly images: Pick<Images, "exists">;
  readonly identity: RunIdentity;
  readonly settings: AppSettings;
}

/** An observation with what the applying side needs of GitHub besides. */
export interface ObservedPull {
  readonly observation: Observation;
  readonly snapshot: PullSnapshot;
  /** The comment of ours that is to be edited; undefined where there is none to be believed. */
  readonly comment: MarkedComment | undefined;
  readonly record: CommentRecord;
}

/** What one look is about. */
export interface ObserveOptions {
  readonly request: Request | undefined;
  /** Full or short hash; the head where it is undefined. */
  readonly sha: string | undefined;
  readonly held: HeldLock | undefined;
  /**
   * The first look under a lock. The platform comes second: until the pull request shows that nobody else holds a lock
   * (GitHub can make two of one name), another run may still be changing it.
   */
  readonly confirms?: boolean;
  /** Permissions that this process has asked already; added to. */
  readonly people: Map<string, PermissionAnswer>;
}

/** Looks at a pull request once. */
export async function observePull(
  ports: ObservePorts,
  pr: PrNumber,
  options: ObserveOptions,
  signal: AbortSignal,
): Promise<ObservedPull> {
  const { identity, forge } = ports;
  const list = async () =>
    ports.platformAsLabels
      ? "as_labels" as const
      : await ports.platform.list({ repo: ports.repo, pr, probe: true }, signal);
  const read = forge.readPull(pr, { actor: identity.actor }, signal);
  if (options.confirms === true) await read;
  const [snapshot, platform] = await Promise.all([read, list()]);
  const labels = readLabels(snapshot.labels);
  const actor = identity.actor ?? (identity.inActions ? undefined : snapshot.viewer?.login);
  if (actor !== undefined && snapshot.actorPermission !== undefined && identity.actor !== undefined) {
    options.people.set(actor, snapshot.actorPermission);
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
  const unknown = [...wanted].filter((login) => !options.people.has(login));
  if (unknown.length > 0) {
    for (const [login, answer] of await forge.permissions(unknown, signal)) options.people.set(login, answer);
  }
  const comment = believedComment(snapshot.comments, options.people);
  const record = comment === undefined ? EMPTY_RECORD : parseRecord(comment.body);
  const { believed: observation } = judgeLabels({
    ...base,
    people: options.people,
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
  };
}

/** Whether the decision may depend on the actor's permission: asked only where it is not known along the way. */
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
      `Looking for commit "${text}" in pull request #${snapshot.number}: ${twin} and ${snapshot.headSha} begin so`,
      "Give the whole hash",
    );
  }
  return await ports.forge.resolveCommit(snapshot.number, text, signal);
}

/** Commits in the order in which they became the head, as far as the timeline was read. */
function commitsOf(timeline: readonly TimelineEvent[]): readonly FullSha[] {
  return timeline.flatMap((event) =>
    (event.kind === "commit" || event.kind === "force_push") && event.sha !== undefined ? [event.sha] : []
  );
}

/** Where the 🎪 labels on the pull request come from. */
function originsOf(snapshot: PullSnapshot, target: FullSha): ReadonlyMap<string, LabelOrigin> {
  const { timeline } = snapshot;
  const origins = new Map<string, LabelOrigin>();
  for (const name of snapshot.labels) {
    if (!name.trimStart().startsWith("🎪")) continue;
    // What is on the pull request was put on by somebody, also where a later event says that it was taken off.
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

/** The head when the event at `index` happened; undefined where it is only known that it was not the target. */
function approvedAt(
  timeline: readonly TimelineEvent[],
  place: { readonly index: number; readonly target: FullSha },
): FullSha | undefined {
  const later = commitsOf(timeline.slice(place.index + 1));
  const earlier = commitsOf(timeline.slice(0, place.index)).at(-1);
  // What became the head after the label was set is not approved, wherever an earlier commit claims to stand.
  if (later.includes(place.target)) return earlier === place.target ? undefined : earlier;
  return earlier ?? place.target;
}

/** The oldest comment with our marker whose author is to be believed. */
function believedComment(
  comments: readonly MarkedComment[],
  people: ReadonlyMap<string, PermissionAnswer>,
): MarkedComment | undefined {
  return comments.find((each) =>
    each.body.startsWith(COMMENT_MARKER) && (each.own || each.author?.bot === true ||
      (each.author !== undefined && mayCauseBuild(people.get(each.author.login))))
  );
}

/** What earlier runs left: the comment's record, and the timeline where it knows more. */
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

/** The image is asked for only where the decision depends on it. */
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
