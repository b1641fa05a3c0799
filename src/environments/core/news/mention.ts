/** Decides which news of a pull request a comment tells, and whom it mentions. */

import type { CommentModel } from "../comment/mod.ts";
import { type FullSha, shortSha } from "../../../lib/ids.ts";
import { addTold, isTold, type News } from "./told.ts";

/** Whom a comment with news mentions: the person who asked for the environment, the pull request's author, or both. */
export type Mentioned = "requester" | "author" | "both";

/** The facts that decide about the news of a pull request. */
export interface NewsFacts {
  readonly headSha: FullSha;
  readonly comment: Pick<CommentModel, "environments" | "failure" | "notice" | "record">;
  /** The news that were told already. */
  readonly told: readonly News[];
}

/**
 * The decision about the comment with news. `keep`: it stays as it is. `tell`: a new comment replaces it. `same`: it was
 * told, and only its words may be out of date. `remove`: nothing is left to tell.
 */
export type NewsDecision =
  | { readonly kind: "keep" }
  | { readonly kind: "remove" }
  | { readonly kind: "tell" | "same"; readonly news: News; readonly told: readonly News[] };

/** Decides about the comment with news. */
export function decideNews(facts: NewsFacts): NewsDecision {
  const found = newsOf(facts);
  if (found === "working") return { kind: "keep" };
  if (found === undefined) return { kind: "remove" };
  const { asleep, ...news } = found;
  if (!isTold(facts.told, news)) {
    return asleep ? { kind: "keep" } : { kind: "tell", news, told: addTold(facts.told, news) };
  }
  // The comment is about the newest entry. The state of another commit, which was told before, is no news.
  const newest = facts.told.at(-1);
  return newest?.sha === news.sha ? { kind: "same", news, told: facts.told } : { kind: "keep" };
}

/** News, and whether the environment sleeps: a sleep is no news, and the wake after it does not tell the same again. */
type FoundNews = News & { readonly asleep: boolean };

/** Finds the state that people want to know: that of the head if it has an environment, else what waits or serves. */
function newsOf({ headSha, comment }: NewsFacts): FoundNews | "working" | undefined {
  const { environments, failure, notice, record } = comment;
  const head = shortSha(headSha);
  const working = ["building", "built", "deploying", "updating"];
  if (environments.some(({ status }) => working.includes(status))) return "working";
  if (failure !== undefined) return { state: "failed", sha: failure.short, asleep: false };
  // The key of a refused build is its sentence. That of a rule has no space.
  if (notice !== undefined && /^\w+: /.test(record.notice ?? "")) {
    return { state: "failed", sha: head, asleep: false };
  }
  const left = environments.filter(({ status }) => ["running", "asleep", "failed"].includes(status));
  const ofHead = left.find(({ short }) => short === head);
  const waits = record.notice === `untrusted_commit:${head}` && (notice !== undefined || left.length > 0);
  if (ofHead === undefined && waits) return { state: "waiting", sha: head, asleep: false };
  const shown = ofHead ?? left.find(({ active }) => active) ?? left[0];
  if (shown === undefined) return undefined;
  const state = shown.status === "failed" ? "failed" : "ready";
  return { state, sha: shown.short, asleep: shown.status === "asleep" };
}

/** The people that news may mention. */
export interface NewsPeople {
  readonly requester: string | undefined;
  readonly author: string | undefined;
}

/**
 * Returns the logins to mention. Bots are left out, and so is a login that its label has no room for. If nobody else is
 * left, the author is mentioned.
 */
export function mentionedLogins(who: Mentioned, { requester, author }: NewsPeople): readonly string[] {
  const wanted = [who === "author" ? undefined : requester, who === "requester" ? undefined : author];
  const found = wanted.flatMap((login) => isMentionable(login) ? [login] : []);
  const logins = found.length > 0 ? found : [author].flatMap((login) => isMentionable(login) ? [login] : []);
  return logins.filter((login, at) =>
    logins.findIndex((each) => each.toLowerCase() === login.toLowerCase()) === at
  );
}

/** Returns true if a login is whole and a person's: it has only letters, digits, `-` and `_`. */
function isMentionable(login: string | undefined): login is string {
  return login !== undefined && /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(login);
}
