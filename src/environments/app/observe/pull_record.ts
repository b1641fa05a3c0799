/** Reads what earlier runs recorded about a pull request, from the comment that is believed and the timeline. */

import { parseShortSha, type ShortSha, shortSha } from "../../../lib/ids.ts";
import { COMMENT_MARKER, type CommentRecord } from "../../core/comment/mod.ts";
import { parseLabel, sameLabelName } from "../../core/labels/mod.ts";
import { NEWS_MARKER } from "../../core/news/mod.ts";
import { isTrustedBot, mayCauseBuild, type PermissionAnswer, type PullRecord } from "../../core/plan/mod.ts";
import type { MarkedComment, TimelineEvent } from "../../ports/forge.ts";

/** Whether Showtime writes as the author of a comment, without a look at permissions. */
export function isShowtimesComment(
  comment: Pick<MarkedComment, "own" | "author">,
  trustedBots: readonly string[] | undefined,
): boolean {
  const { own, author } = comment;
  return own || (author !== undefined && isTrustedBot(author.login, trustedBots));
}

/** The knowledge that decides whose comments are believed. */
interface Believing {
  readonly people: ReadonlyMap<string, PermissionAnswer>;
  readonly trustedBots: readonly string[] | undefined;
}

/** Finds the oldest comment with Showtime's marker whose author is believed. */
export function believedComment(
  comments: readonly MarkedComment[],
  by: Believing,
): MarkedComment | undefined {
  return comments.find((each) => each.body.startsWith(COMMENT_MARKER) && isBelieved(each, by));
}

/** Finds the comments with news whose authors are believed, oldest first. */
export function believedNews(
  comments: readonly MarkedComment[],
  by: Believing,
): readonly MarkedComment[] {
  return comments.filter((each) => each.body.startsWith(NEWS_MARKER) && isBelieved(each, by));
}

function isBelieved(comment: MarkedComment, { people, trustedBots }: Believing): boolean {
  const { author } = comment;
  return isShowtimesComment(comment, trustedBots) ||
    (author?.bot === false && mayCauseBuild(people.get(author.login)));
}

/**
 * Combines the records of earlier runs: the comment's record, corrected by the timeline if that knows more.
 */
export function pullRecord(
  record: CommentRecord,
  timeline: readonly TimelineEvent[],
): Omit<PullRecord, "present" | "spareComments"> {
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
  const silent = Object.keys(record.silent ?? {}).flatMap((sha) => parseShortSha(sha) ?? []);
  const { size, notice, shown, failure, update, content, sleep } = record;
  return { attempts, shas, silent, size, notice, shown, failure, update, content, sleep };
}

function failures(timeline: readonly TimelineEvent[], name: string): number {
  return timeline.filter((event) => event.kind === "labeled" && sameLabelName(event.name, name)).length;
}
