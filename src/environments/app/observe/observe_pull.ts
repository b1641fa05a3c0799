/** Reads GitHub and the platform and combines the planner's input. Changes nothing. */

import { COMMENT_MARKER, type CommentRecord, EMPTY_RECORD, parseRecord } from "../../core/comment/mod.ts";
import { AppError, usageError } from "../../../lib/errors.ts";
import { type FullSha, parseShortSha, type PrNumber, shortSha } from "../../../lib/ids.ts";
import { findNearMisses, readLabels } from "../../core/labels/mod.ts";
import type { LockView } from "../../core/lock.ts";
import {
  type Comparison,
  judgeLabels,
  neededComparison,
  neededImages,
  type Observation,
  peopleToAsk,
  type PermissionAnswer,
  type Request,
  viewShas,
} from "../../core/plan/mod.ts";
import type { ForgeReader, HeadRun, MarkedComment, PullSnapshot, TimelineEvent } from "../../ports/forge.ts";
import type { PlatformEnvironment } from "../../core/environment/environment.ts";
import type { RepositoryIdentity } from "../../core/environment/ownership.ts";
import type { Images } from "../../ports/images.ts";
import type { PlatformReader } from "../../ports/platform.ts";
import { identifyRepository, splitByOwner } from "../identify_repository.ts";
import type { AppSettings, RunIdentity } from "../run.ts";
import { DEFAULT_OPTIONS, makePolicy } from "../sync/make_policy.ts";
import { type LockReadingPorts, viewLock } from "../lock/held_lock.ts";
import type { HeldLock } from "../lock/lock_lease.ts";
import { needsHeadRun, readHeadRun, recordedHeads } from "./head_sightings.ts";
import { type OriginContext, originsOf } from "./label_origins.ts";
import { findOtherEngine } from "./other_engine.ts";
import { believedComment, believedNews, isShowtimesComment, pullRecord } from "./pull_record.ts";
import { type KnownPull, readCurrent, type ReadingPorts } from "./read_current.ts";

/** The ports and values that observing a pull request uses. */
export interface ObservePorts extends LockReadingPorts, ReadingPorts {
  /** `owner/name`. */
  readonly repo: string;
  readonly forge: ForgeReader;
  readonly platform: Pick<PlatformReader, "list" | "engine">;
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
  /** The comments with news that can be trusted, oldest first. */
  readonly news: readonly MarkedComment[];
  readonly record: CommentRecord;
  /** The knowledge of this run about the pull request, for its later reads. */
  readonly known: KnownPull;
  /** The repository that this run works for. */
  readonly identity: RepositoryIdentity;
  /** Environments of this pull request's number that belong to other repositories. */
  readonly elsewhere: readonly PlatformEnvironment[];
}

/** The subject and the circumstances of one observation. */
export interface ObserveOptions {
  readonly request: Request | undefined;
  /** Full or short hash; undefined for the head. */
  readonly sha: string | undefined;
  readonly held: HeldLock | undefined;
  /** The size that the command asks for. */
  readonly size?: string | undefined;
  /**
   * The first observation under a lock. The platform is read second: GitHub can create two locks of one name,
   * and until the pull request shows that no other run holds one, another run may still change the platform.
   */
  readonly confirms?: boolean;
  /** Permissions that this process has already asked for; new answers are added. */
  readonly people: Map<string, PermissionAnswer>;
  /** The knowledge of this process from its earlier reads and its writes. */
  readonly known?: KnownPull;
  /**
   * The first workflow runs of commits that this process has already asked for; new answers are added. Undefined
   * if no trigger decides: then they are not asked for.
   */
  readonly headRuns?: Map<FullSha, HeadRun>;
  /**
   * The comparisons of commits that this process has already asked for, by the names of both; new answers are added.
   * Undefined if no new commit is decided about: then none is asked for.
   */
  readonly comparisons?: Map<string, Comparison> | undefined;
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
      : await ports.platform.list({ repo: ports.repo, pr, probe: true, others: true }, signal);
  const read = readCurrent(ports, pr, { known, held: options.held }, signal);
  if (options.confirms === true) await read;
  const [snapshot, listed] = await Promise.all([read, list()]);
  const seen = listed === "as_labels" ? [] : listed;
  const repository = await identifyRepository(ports, seen, signal);
  const { own, elsewhere } = splitByOwner(seen, repository);
  const platform = listed === "as_labels" ? listed : own;
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
  const { trustedBots } = ports.settings;
  const context: OriginContext = { target, event: identity.event, trustedBots, sightings: [] };
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
    nearMisses: findNearMisses(snapshot.labels),
    origins: originsOf(snapshot, context),
    platform,
    lock,
    actor,
    event: identity.event,
    request: options.request,
    headStatus: statusOf(snapshot, known),
  };
  const base = {
    ...draft,
    record: { attempts: new Map(), size: undefined, notice: undefined, present: false },
    imageExists: undefined,
  };
  const wanted = new Set(peopleToAsk(base));
  if (actor !== undefined && needsActor(base)) wanted.add(actor);
  const tells = ports.settings.mention !== undefined;
  const main = snapshot.comments.filter(({ body }) => body.startsWith(COMMENT_MARKER));
  for (const comment of tells ? snapshot.comments : main) {
    const { author } = comment;
    if (author?.bot === false && !isShowtimesComment(comment, trustedBots)) wanted.add(author.login);
  }
  const unknown = [...wanted].filter((login) => !people.has(login));
  if (unknown.length > 0) {
    for (const [login, answer] of await forge.permissions(unknown, signal)) people.set(login, answer);
  }
  // A question that failed is asked again at the next observation.
  for (const [login, answer] of people) if (answer.kind !== "error") options.people.set(login, answer);
  const comment = believedComment(snapshot.comments, { people, trustedBots });
  const news = believedNews(snapshot.comments, { people, trustedBots });
  const record = comment === undefined ? EMPTY_RECORD : parseRecord(comment.body);
  const whole = await withApprovals(ports, {
    ...base,
    people,
    record: {
      ...pullRecord(record, snapshot.timeline),
      present: comment !== undefined,
      spareComments: [...main, ...news].flatMap((each) =>
        each.own && each !== comment && each !== news.at(-1) ? [each.nodeId] : []
      ),
    },
  }, { snapshot, context: { ...context, sightings: recordedHeads(record, platform) }, options, signal });
  const { believed } = judgeLabels(whole, ports.settings);
  const otherEngine = await findOtherEngine(ports.platform, { record, labels, deployed: platform }, signal);
  const observation = {
    ...believed,
    ...(otherEngine === undefined ? {} : { otherEngine }),
    ...await askImages(ports, believed, { size: options.size, signal }),
  };
  return {
    observation: await withComparison(ports, observation, { options, signal }),
    snapshot,
    comment,
    news,
    record,
    known,
    identity: repository,
    elsewhere,
  };
}

/** Returns the status of the head as this run knows it. GitHub may not show yet what the run has written. */
function statusOf({ headSha, headStatus }: PullSnapshot, { status }: KnownPull): Observation["headStatus"] {
  if (status?.written === "refused") return undefined;
  return status?.sha === headSha ? status.written : headStatus;
}

/**
 * Judges again which commit each trigger approves, by what earlier runs recorded. If that does not settle it,
 * asks for the target's first workflow run.
 */
async function withApprovals(
  ports: ObservePorts,
  observation: Observation,
  about: {
    readonly snapshot: PullSnapshot;
    readonly context: OriginContext;
    readonly options: ObserveOptions;
    readonly signal: AbortSignal;
  },
): Promise<Observation> {
  const { snapshot, context, options: { headRuns }, signal } = about;
  const judged = { ...observation, origins: originsOf(snapshot, context) };
  if (headRuns === undefined || !needsHeadRun(judged, ports.settings)) return judged;
  const { target } = observation;
  const run = headRuns.get(target) ?? await readHeadRun(ports.forge, { target, snapshot }, signal);
  headRuns.set(target, run);
  const sightings = run.kind === "seen"
    ? [...context.sightings, { sha: target, at: run.at }]
    : context.sightings;
  const unreadable = run.kind === "unreadable";
  return { ...judged, origins: originsOf(snapshot, { ...context, sightings, unreadable }) };
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

/** Asks which files a new commit changed, but only if the decision depends on it. */
async function withComparison(
  ports: ObservePorts,
  observation: Observation,
  { options, signal }: { readonly options: ObserveOptions; readonly signal: AbortSignal },
): Promise<Observation> {
  const { comparisons } = options;
  if (comparisons === undefined) return observation;
  const needed = neededComparison(observation, makePolicy(ports, observation.pr, DEFAULT_OPTIONS));
  if (needed === undefined) return observation;
  const key = `${needed.base}...${needed.head}`;
  const comparison = comparisons.get(key) ?? await ports.forge.compare(needed, signal);
  comparisons.set(key, comparison);
  return { ...observation, comparison };
}

/** Asks whether the image exists, but only if the decision depends on it. */
async function askImages(
  ports: ObservePorts,
  observation: Observation,
  options: { readonly size: string | undefined; readonly signal: AbortSignal },
): Promise<Pick<Observation, "imageExists" | "activeImageExists">> {
  const { size, signal } = options;
  const { target, active } = neededImages(observation, {
    ...ports.settings,
    size,
    url: ports.settings.urlOf?.(observation.pr),
    imageOf: (short) => ports.settings.imageOf(observation.pr, short),
  });
  const ask = async (image: string | undefined) =>
    image === undefined ? undefined : await ports.images.exists(image, signal);
  // If the store does not answer, what is deployed is updated from its image: the platform gets it by itself.
  const tryAsk = async (image: string | undefined) => {
    try {
      return await ask(image);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      return undefined;
    }
  };
  const there = viewShas(observation).get(shortSha(observation.target))?.deployed !== undefined;
  return {
    imageExists: await (there ? tryAsk(target) : ask(target)),
    activeImageExists: await tryAsk(active),
  };
}
