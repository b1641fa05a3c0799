import { FAILURE_WORDS } from "../environment/failure.ts";
import { formatUrl } from "../environment/names.ts";
import type { CommentModel } from "../comment/mod.ts";
import { formatLabel } from "../labels/mod.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import { formatTold, type News } from "./told.ts";

/** Everything that a comment with news says. */
export interface NewsModel {
  readonly news: News;
  /** The record that the comment carries. */
  readonly told: readonly News[];
  /** Logins of people, which are mentioned as they are. */
  readonly logins: readonly string[];
  /** Whether the pull request has the main comment too, which says what to do next. */
  readonly explained: boolean;
  readonly comment: Pick<
    CommentModel,
    "repo" | "serverUrl" | "environments" | "failure" | "record" | "runUrl"
  >;
}

/** Renders the comment with news. Besides the logins it is written in escaped text. */
export function renderNews(model: NewsModel): string {
  const { news, told, logins } = model;
  const people = logins.map((login) => `@${login}`).join(" ");
  const text = { ready: readyText, failed: failedText, waiting: waitingText }[news.state](model);
  return [formatTold(told), `${people === "" ? "" : `${people}: `}${text}`].join("\n\n");
}

function readyText(model: NewsModel): string {
  const { address, url, status } = environmentOf(model) ?? {};
  if (status === "asleep") return `💤 the preview of ${commit(model)} is asleep`;
  const where = address === undefined ? "" : ` at ${url ?? formatUrl(address)}`;
  return `🟢 the preview of ${commit(model)} is ready${where}`;
}

function failedText(model: NewsModel): string {
  const { failure, record, runUrl } = model.comment;
  const { sha } = model.news;
  const reason = failure?.short === sha
    ? failure.reason
    : record.failure?.sha === sha
    ? record.failure.reason
    : "failed";
  const run = runUrl === undefined ? "" : ` ([log](${runUrl}))`;
  const serves = environmentOf(model)?.status === "running";
  const what = serves ? "keeps running, but its last update failed" : "did not come up";
  const next = model.explained ? " Showtime's other comment says what to do next." : "";
  return `🔴 the preview of ${commit(model)} ${what}: ${FAILURE_WORDS[reason]}${run}.${next}`;
}

function waitingText(model: NewsModel): string {
  const start = formatLabel({ kind: "trigger", trigger: "start" });
  return `✋ ${commit(model)} waits for approval: an account with write permission adds the label ` +
    `\`${start}\` to bring up its preview.`;
}

function environmentOf({ news, comment }: NewsModel): CommentModel["environments"][number] | undefined {
  return comment.environments.find(({ short }) => short === news.sha);
}

function commit(model: NewsModel): string {
  const sha = environmentOf(model)?.sha;
  const { serverUrl, repo } = model.comment;
  return sha === undefined
    ? `\`${escapeMarkdown(model.news.sha)}\``
    : `[\`${model.news.sha}\`](${serverUrl}/${repo}/commit/${sha})`;
}
