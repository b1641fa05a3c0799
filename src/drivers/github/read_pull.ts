/** Reads a pull request with one query, and further pages only of lists that are still needed. */

import { COMMENT_MARKER } from "../../environments/core/comment/marker.ts";
import { AppError } from "../../lib/errors.ts";
import { parseFullSha, type PrNumber } from "../../lib/ids.ts";
import { formatLabel } from "../../environments/core/labels/mod.ts";
import type { LockRecord } from "../../environments/core/lock.ts";
import type { MarkedComment, PullSnapshot, TimelineEvent } from "../../environments/ports/forge.ts";
import { sameText, toActor, toEvent, toLock, toPermission } from "./convert.ts";
import { flagAt, instantAt, nodesAt, pageInfoAt, textAt, valueAt } from "./json.ts";
import { type List, LISTS, queryPage } from "./pull_page.ts";
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

/** Reads a pull request, and with `actor` that login's permission. */
export async function readPull(
  context: Context,
  pr: PrNumber,
  options: { readonly actor: string | undefined; readonly signal: AbortSignal },
): Promise<PullSnapshot> {
  const gathered: Gathered = { locks: [], labels: [], comments: [], timeline: [], more: {} };
  const first = await queryPage(context, pr, {
    lists: LISTS,
    cursors: {},
    first: { actor: options.actor },
    signal: options.signal,
  });
  const at = context.client.now();
  const snapshot = toSnapshot(first, { pr, actor: options.actor });
  gather(context, gathered, { lists: LISTS, answer: first, pr });
  for (let lists = missing(gathered); lists.length > 0; lists = missing(gathered)) {
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
  const pull = valueAt(repository, "pullRequest");
  for (const list of options.lists) {
    const info = pageInfoAt(
      list === "locks" ? repository : pull,
      list === "timeline" ? "timelineItems" : list,
    );
    const cursor = list === "timeline"
      ? info.hasPreviousPage && info.startCursor
      : info.hasNextPage && info.endCursor;
    if (typeof cursor === "string") into.more[list] = cursor;
    else delete into.more[list];
  }
  const lockName = formatLabel({ kind: "lock", pr: options.pr });
  into.locks.push(
    ...nodesAt(repository, "locks").flatMap((node) => toLock(node) ?? []).filter((lock) =>
      sameText(lock.name, lockName)
    ),
  );
  for (const label of nodesAt(pull, "labels")) {
    const name = textAt(label, "name");
    const id = textAt(label, "id");
    if (name !== undefined) into.labels.push(name);
    if (name !== undefined && id !== undefined) context.ids.remember(name, id);
  }
  into.comments.push(...nodesAt(pull, "comments").flatMap((node) => toMarkedComment(node) ?? []));
  into.timeline = [
    ...nodesAt(pull, "timelineItems").flatMap((node) => toEvent(node) ?? []),
    ...into.timeline,
  ];
}

/** Returns the lists whose next page is needed. */
function missing(gathered: Gathered): readonly List[] {
  return LISTS.filter((list) => {
    if (gathered.more[list] === undefined) return false;
    if (list === "comments") {
      return !gathered.comments.some((comment) => comment.own || comment.author?.bot === true);
    }
    return list !== "timeline" || !reachesOrigins(gathered.labels, gathered.timeline);
  });
}

/** Whether the timeline reaches back to the newest labelling of each 🎪 label and to a commit before it. */
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
  const oldest = Math.min(...known);
  return timeline.slice(0, oldest).some((event) => event.kind === "commit" || event.kind === "force_push");
}

function toMarkedComment(node: unknown): MarkedComment | undefined {
  const nodeId = textAt(node, "id");
  const body = textAt(node, "body") ?? "";
  if (nodeId === undefined || !body.startsWith(COMMENT_MARKER)) return undefined;
  return { nodeId, body, author: toActor(valueAt(node, "author")), own: flagAt(node, "viewerDidAuthor") };
}

type Facts = Omit<PullSnapshot, "locks" | "labels" | "comments" | "timeline" | "at">;

function toSnapshot(
  answer: RepositoryAnswer,
  { pr, actor }: { readonly pr: PrNumber; readonly actor: string | undefined },
): Facts {
  const pull = valueAt(answer.repository, "pullRequest");
  const nodeId = textAt(pull, "id");
  const headSha = parseFullSha(textAt(pull, "headRefOid") ?? "");
  if (nodeId === undefined || headSha === undefined) {
    throw new AppError("forge_failed", `Reading pull request #${pr}: GitHub's answer has no head commit`);
  }
  return {
    nodeId,
    number: pr,
    open: textAt(pull, "state") === "OPEN",
    draft: flagAt(pull, "isDraft"),
    title: textAt(pull, "title") ?? "",
    body: textAt(pull, "body") ?? "",
    author: toActor(valueAt(pull, "author"))?.login,
    headSha,
    updatedAt: instantAt(pull, "updatedAt"),
    headRepo: textAt(pull, "headRepository", "nameWithOwner"),
    viewer: toActor(valueAt(answer.data, "viewer")),
    actorPermission: actor === undefined
      ? undefined
      : toPermission(answer.repository, { alias: "actor", login: actor, issues: answer.issues }),
  };
}
