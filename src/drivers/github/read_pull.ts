/** Reads a pull request with one query, and further pages only of lists that are still needed. */

import { COMMENT_MARKER } from "../../environments/core/comment/marker.ts";
import { NEWS_MARKER } from "../../environments/core/news/mod.ts";
import { type PrNumber } from "../../lib/ids.ts";
import { formatLabel, parseLabel } from "../../environments/core/labels/mod.ts";
import { isTrustedBot } from "../../environments/core/plan/mod.ts";
import type { LockRecord } from "../../environments/core/lock.ts";
import type { MarkedComment, PullSnapshot, TimelineEvent } from "../../environments/ports/forge.ts";
import { labelName, sameText, shaAt, toActor, toEvent, toLock, toPermission, toStatus } from "./convert.ts";
import { flagAt, incompleteAnswer, instantAt, listAt, nodesAt, pageInfoAt, textAt, valueAt } from "./json.ts";
import { describePage, isAboutStatus, type List, LISTS, queryPage } from "./pull_page.ts";
import type { Context, RepositoryAnswer } from "./repository.ts";

/** The items of the pages read so far. */
interface Gathered {
  readonly locks: LockRecord[];
  readonly labels: string[];
  readonly comments: MarkedComment[];
  timeline: readonly TimelineEvent[];
  /** The cursor of each list's next page; left out if the list was read to its end. */
  readonly more: Partial<Record<List, string>>;
}

/**
 * Reads a pull request, and with `actor` that login's permission. `status` reads the head's status in the same request;
 * `news` reads comments to the last page, since a comment with news may be on any.
 */
export async function readPull(
  context: Context,
  pr: PrNumber,
  options: {
    readonly actor: string | undefined;
    readonly status?: boolean;
    readonly news?: boolean;
    readonly signal: AbortSignal;
  },
): Promise<PullSnapshot> {
  const { news = false } = options;
  const gathered: Gathered = { locks: [], labels: [], comments: [], timeline: [], more: {} };
  const first = await queryPage(context, pr, {
    lists: LISTS,
    cursors: {},
    first: { actor: options.actor, status: options.status ?? false },
    signal: options.signal,
  });
  const at = context.client.now();
  const snapshot = toSnapshot(first, {
    pr,
    repo: context.repo,
    actor: options.actor,
    what: describePage(context, pr),
  });
  gather(context, gathered, { lists: LISTS, answer: first, pr });
  for (let lists = missing(gathered, news); lists.length > 0; lists = missing(gathered, news)) {
    const answer = await queryPage(context, pr, { lists, cursors: gathered.more, signal: options.signal });
    gather(context, gathered, { lists, answer, pr });
  }
  const { locks, labels, comments, timeline } = gathered;
  return { ...snapshot, locks, labels, comments, timeline, at };
}

function gather(
  context: Context,
  into: Gathered,
  options: { readonly lists: readonly List[]; readonly answer: RepositoryAnswer; readonly pr: PrNumber },
): void {
  const { repository } = options.answer;
  const what = describePage(context, options.pr);
  const inRepository = { value: repository, what };
  const inPull = { value: valueAt(repository, "pullRequest"), what };
  const asks = (list: List) => options.lists.includes(list);
  for (const list of options.lists) {
    const info = pageInfoAt(
      list === "locks" ? inRepository : inPull,
      list === "timeline" ? "timelineItems" : list,
    );
    const cursor = list === "timeline"
      ? info.hasPreviousPage && info.startCursor
      : info.hasNextPage && info.endCursor;
    if (typeof cursor === "string") into.more[list] = cursor;
    else delete into.more[list];
  }
  const lockName = formatLabel({ kind: "lock", pr: options.pr });
  for (const node of asks("locks") ? nodesAt(inRepository, "locks") : []) {
    const lock = toLock(node);
    if (lock === undefined) throw incompleteAnswer(what, "locks");
    if (sameText(lock.name, lockName)) into.locks.push(lock);
  }
  for (const label of asks("labels") ? nodesAt(inPull, "labels") : []) {
    const name = labelName(label, what);
    const id = textAt(label, "id");
    into.labels.push(name);
    if (id !== undefined) context.ids.remember(name, id);
  }
  if (asks("comments")) {
    into.comments.push(...nodesAt(inPull, "comments").flatMap((node) => toMarkedComment(node, what) ?? []));
  }
  if (asks("timeline")) {
    into.timeline = [
      ...nodesAt(inPull, "timelineItems").flatMap((value) => toEvent({ value, what }) ?? []),
      ...into.timeline,
    ];
  }
}

/** Returns the lists whose next page is needed. */
function missing(gathered: Gathered, news: boolean): readonly List[] {
  return LISTS.filter((list) => {
    if (gathered.more[list] === undefined) return false;
    if (list === "comments") {
      return news ||
        !gathered.comments.some(({ own, author, body }) =>
          body.startsWith(COMMENT_MARKER) && (own || (author?.bot === true && isTrustedBot(author.login)))
        );
    }
    return list !== "timeline" || !reachesOrigins(gathered.labels, gathered.timeline);
  });
}

/**
 * Whether the timeline reaches back to the newest labelling of each 🎪 label and to a commit before it; for a
 * trigger, to the force push before it, since what approves a commit must be newer than that.
 */
export function reachesOrigins(labels: readonly string[], timeline: readonly TimelineEvent[]): boolean {
  const newest = new Map<string, number>();
  timeline.forEach((event, index) => {
    if (event.kind === "labeled") newest.set(event.name.toLowerCase(), index);
  });
  const wanted = labels.filter((label) => label.trimStart().startsWith("🎪")).map((label) =>
    newest.get(label.toLowerCase())
  );
  if (wanted.length === 0) return true;
  const known = wanted.filter((index) => index !== undefined);
  if (known.length < wanted.length) return false;
  const forced = timeline.findIndex(({ kind }) => kind === "force_push");
  const triggers = labels.filter((label) => parseLabel(label).kind === "trigger").map((label) =>
    newest.get(label.toLowerCase()) ?? -1
  );
  if (triggers.some((index) => forced < 0 || forced > index)) return false;
  const oldest = Math.min(...known);
  return timeline.slice(0, oldest).some((event) => event.kind === "commit" || event.kind === "force_push");
}

function toMarkedComment(node: unknown, what: string): MarkedComment | undefined {
  const nodeId = textAt(node, "id");
  const body = textAt(node, "body");
  if (nodeId === undefined || body === undefined) throw incompleteAnswer(what, "comments");
  if (!body.startsWith(COMMENT_MARKER) && !body.startsWith(NEWS_MARKER)) return undefined;
  return { nodeId, body, author: toActor(valueAt(node, "author")), own: flagAt(node, "viewerDidAuthor") };
}

type Facts = Omit<PullSnapshot, "locks" | "labels" | "comments" | "timeline" | "at">;

function toSnapshot(
  answer: RepositoryAnswer,
  { pr, repo, actor, what }: {
    readonly pr: PrNumber;
    readonly repo: string;
    readonly actor: string | undefined;
    readonly what: string;
  },
): Facts {
  const ownId = textAt(answer.repository, "id");
  const pull = valueAt(answer.repository, "pullRequest");
  const nodeId = textAt(pull, "id");
  const headSha = shaAt(pull, "headRefOid");
  const state = textAt(pull, "state");
  const createdAt = instantAt(pull, "createdAt");
  if (nodeId === undefined || headSha === undefined) throw incompleteAnswer(what, "headRefOid");
  if (state === undefined || createdAt === 0) throw incompleteAnswer(what, "state");
  const headStatus = readHeadStatus(answer, headSha);
  return {
    nodeId,
    number: pr,
    open: state === "OPEN",
    draft: flagAt(pull, "isDraft"),
    title: textAt(pull, "title") ?? "",
    body: textAt(pull, "body") ?? "",
    author: toActor(valueAt(pull, "author"))?.login,
    headSha,
    updatedAt: instantAt(pull, "updatedAt"),
    // Under a former name, the repository's own branches are still its own.
    headRepo: ownId !== undefined && textAt(pull, "headRepository", "id") === ownId
      ? repo
      : textAt(pull, "headRepository", "nameWithOwner"),
    headRef: textAt(pull, "headRefName"),
    createdAt,
    ...(headStatus === undefined ? {} : { headStatus }),
    viewer: toActor(valueAt(answer.data, "viewer")),
    actorPermission: actor === undefined
      ? undefined
      : toPermission(answer.repository, { alias: "actor", login: actor, issues: answer.issues }),
  };
}

/** Returns the status of the head commit; undefined if it was not asked for, or cannot be read. */
function readHeadStatus(
  { repository, issues }: RepositoryAnswer,
  headSha: string,
): PullSnapshot["headStatus"] {
  if (issues.some(isAboutStatus)) return undefined;
  const [node] = listAt(repository, "pullRequest", "commits", "nodes");
  const commit = valueAt(node, "commit");
  return shaAt(commit, "oid") === headSha ? toStatus(commit) : undefined;
}
