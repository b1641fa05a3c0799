/** The record of the news that people were told, hidden at the start of the comment that told it. */

import { parseShortSha, type ShortSha } from "../../../lib/ids.ts";

/** A state of a commit that people are told. `waiting`: the commit waits for approval. */
export type NewsState = "ready" | "failed" | "waiting";

/** A state that a commit has reached. */
export interface News {
  readonly state: NewsState;
  readonly sha: ShortSha;
}

/** The start of every comment with news. The main comment's marker differs from it. */
export const NEWS_MARKER = "<!-- showtime:news ";

/** The number of commits whose news the record holds. */
const TOLD_LIMIT = 8;

const RECORD = /^<!-- showtime:news ((?:[0-9a-f]{7}=(?:ready|failed|waiting) ){1,16})-->/;

/** Formats the record of the news that were told, oldest first. */
export function formatTold(told: readonly News[]): string {
  return `${NEWS_MARKER}${told.map(({ sha, state }) => `${sha}=${state} `).join("")}-->`;
}

/** Reads the record at the start of a comment; empty if the comment has none. */
export function parseTold(body: string): readonly News[] {
  const entries = RECORD.exec(body)?.[1]?.trimEnd().split(" ") ?? [];
  return entries.flatMap((entry): readonly News[] => {
    const [digits = "", state] = entry.split("=");
    const sha = parseShortSha(digits);
    const known = state === "ready" || state === "failed" || state === "waiting";
    return sha === undefined || !known ? [] : [{ sha, state }];
  });
}

/** Whether the newest state that people were told of the commit is this one. */
export function isTold(told: readonly News[], { sha, state }: News): boolean {
  return told.findLast((each) => each.sha === sha)?.state === state;
}

/** Adds news to the record: of each commit it keeps the newest state, and the last one is what the comment says. */
export function addTold(told: readonly News[], news: News): readonly News[] {
  return [...told.filter(({ sha }) => sha !== news.sha), news].slice(-TOLD_LIMIT);
}
