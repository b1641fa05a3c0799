/** Returns the writes that keep the one comment with news: each state is told once, and the last comment goes. */

import type { CommentModel } from "../../core/comment/mod.ts";
import { decideNews, mentionedLogins, parseTold, renderNews } from "../../core/news/mod.ts";
import type { ForgeWrite, MarkedComment } from "../../ports/forge.ts";
import type { ObservedPull } from "../observe/observe_pull.ts";
import type { SyncPorts } from "../sync/sync_ports.ts";

/** A comment with news as it stands. */
export type NewsComment = Pick<MarkedComment, "nodeId" | "body">;

/** Returns the writes that are due beside a change of the main comment. If news are switched off, what is left of them goes. */
export function newsWrites(
  { settings }: Pick<SyncPorts, "settings">,
  at: {
    readonly observed: ObservedPull;
    /** The comments with news on the pull request, oldest first. */
    readonly present: readonly NewsComment[];
    readonly comment: CommentModel;
  },
): readonly ForgeWrite[] {
  const { observed, present, comment } = at;
  const drop = (comments: readonly NewsComment[]) =>
    comments.map(({ nodeId }): ForgeWrite => ({ kind: "delete_comment", nodeId }));
  if (settings.mention === undefined) return drop(present);
  const last = present.at(-1);
  const decision = decideNews({
    headSha: observed.snapshot.headSha,
    comment,
    told: last === undefined ? [] : parseTold(last.body),
  });
  if (decision.kind === "keep") return [];
  if (decision.kind === "remove") return drop(present);
  const { news, told } = decision;
  const body = renderNews({
    news,
    told,
    logins: mentionedLogins(settings.mention, peopleOf(at, news.sha)),
    explained: settings.commentEnabled,
    comment,
  });
  // An edit tells nobody, so a comment with other news is a new one.
  if (decision.kind === "tell") return [{ kind: "news", nodeId: undefined, body }, ...drop(present)];
  const outdated = last !== undefined && addressesIn(last.body) !== addressesIn(body);
  return [
    ...(outdated ? [{ kind: "news", nodeId: last.nodeId, body } as const] : []),
    ...drop(present.slice(0, -1)),
  ];
}

/** Returns the addresses in a text. Only a changed address makes news worth an edit: a reason is told as it was. */
function addressesIn(text: string): string {
  return [...text.matchAll(/ at (http\S+)/g)].map(([, url]) => url).join(" ");
}

/** Returns the people who care about a commit. Its label may have no room for the whole login, which the platform has. */
function peopleOf(
  { observed, comment }: { readonly observed: ObservedPull; readonly comment: CommentModel },
  short: string,
): { readonly requester: string | undefined; readonly author: string | undefined } {
  const { observation: { platform }, snapshot: { author } } = observed;
  const environment = comment.environments.find((each) => each.short === short) ??
    comment.environments.find(({ active }) => active);
  const labeled = environment?.requestedBy;
  const deployed = platform === "as_labels"
    ? undefined
    : platform.find((each) => each.short === environment?.short)?.requestedBy;
  return { requester: labeled?.endsWith("…") === true ? deployed ?? labeled : labeled, author };
}

/** Returns the comments with news after a batch; `created` is the node id of one that the batch made. */
export function newsAfter(
  before: readonly NewsComment[],
  { batch, created }: { readonly batch: readonly ForgeWrite[]; readonly created: string | undefined },
): readonly NewsComment[] {
  const gone = batch.flatMap((write) => write.kind === "delete_comment" ? [write.nodeId] : []);
  const told = batch.find((write) => write.kind === "news");
  const nodeId = created ?? told?.nodeId;
  const left = before.filter((each) => !gone.includes(each.nodeId) && each.nodeId !== nodeId);
  return told === undefined || nodeId === undefined ? left : [...left, { nodeId, body: told.body }];
}
