/**
 * News for people: the status of the head commit, and the comment that mentions who waits for an environment. Everything
 * here is pure. `src/environments/app/record` writes it, after the labels that it follows from and under the lock. No
 * decision about an environment depends on news.
 *
 * @module
 */

export {
  type HeadStatus,
  isStatus,
  removedStatus,
  STATUS_CONTEXT,
  type StatusFacts,
  wantedStatus,
} from "./head_status.ts";
export { decideNews, type Mentioned, mentionedLogins, type NewsDecision } from "./mention.ts";
export { type NewsModel, renderNews } from "./render_news.ts";
export { formatTold, type News, NEWS_MARKER, parseTold } from "./told.ts";
