import { FAILURE_WORDS, type FailureReason } from "../environment/failure.ts";
import { formatUrl } from "../environment/names.ts";
import { shownHost } from "../environment/stable_url.ts";
import type { FullSha, PrNumber, ShortSha } from "../../../lib/ids.ts";
import { formatInstant } from "../../../lib/instant.ts";
import type { Status } from "../labels/label.ts";
import { meantLabel } from "../labels/mod.ts";
import { statusWords } from "../environment/status_words.ts";
import { describeSleep } from "./describe_sleep.ts";
import { type AdviceFacts, adviseInComment } from "./advice.ts";
import { escapeMarkdown } from "../../../lib/sanitize.ts";
import { type CommentHookFailure, hookFailureText, logTailText } from "./hook_text.ts";
import { COMMENT_MARKER } from "./marker.ts";
import { type CommentRecord, formatRecord } from "./record.ts";

/** An environment as the comment shows it. Times are milliseconds since 1970. */
export interface CommentEnvironment {
  readonly short: ShortSha;
  readonly sha: FullSha | undefined;
  readonly status: Status;
  readonly active: boolean;
  readonly address: string | undefined;
  /** The address that stays from commit to commit; undefined if the environment has none. */
  readonly url?: string | undefined;
  readonly createdAt: number | undefined;
  /** Undefined if it lives until the pull request closes. */
  readonly expiresAt: number | undefined;
  readonly requestedBy: string | undefined;
  /** The time since which it does not answer; undefined if it answers. */
  readonly silentSince?: number | undefined;
  /** Its price in words; undefined if cost is not shown. */
  readonly cost?: string | undefined;
}

/** The reason why the newest attempt did not come up. */
export interface CommentFailure {
  readonly short: ShortSha;
  readonly reason: FailureReason;
  readonly message: string;
  readonly hint: string | undefined;
  readonly logTail: readonly string[];
}

/** Everything that the comment says. */
export interface CommentModel {
  readonly repo: string;
  /** GitHub's address, such as `https://github.com`. */
  readonly serverUrl: string;
  readonly pr: PrNumber;
  readonly environments: readonly CommentEnvironment[];
  readonly failure: CommentFailure | undefined;
  /** The commands `before_stop` that failed in this run. */
  readonly hookFailures?: readonly CommentHookFailure[];
  /** A sentence about why nothing happens, already safe in Markdown. */
  readonly notice: string | undefined;
  /** Names of labels that may have been meant as labels of Showtime. */
  readonly nearMisses?: readonly string[];
  /** `user/password` of the application; undefined if it has no login. */
  readonly login: string | undefined;
  /** Feature flags of the environment, by name. */
  readonly flags: Readonly<Record<string, boolean>>;
  /** How far the environment is behind the head, as `1 commit behind`; empty if it is not. */
  readonly behind: string;
  /** The head, if the active environment serves it too although it is of an earlier commit. */
  readonly serves?: ShortSha | undefined;
  /** The facts that decide what a person does next. */
  readonly advice: AdviceFacts;
  /** The page of the workflow run that writes the comment; undefined outside of Actions. */
  readonly runUrl?: string | undefined;
  readonly record: CommentRecord;
}

/** The maximum length of a comment. GitHub's own limit is 65,536 characters. */
const COMMENT_LIMIT = 60_000;

/** How many labels the comment asks about. */
const QUESTION_LIMIT = 5;

/** Renders the comment of a pull request. Text from people is escaped here. */
export function renderComment(model: CommentModel): string {
  const active = model.environments.find((each) => each.active && each.status === "running") ??
    model.environments.find((each) => each.active);
  const working = model.environments.find((each) => each !== active && isWorking(each.status)) ??
    (active !== undefined && isWorking(active.status) ? active : undefined);
  const parts = [COMMENT_MARKER, "### 🎪 Showtime", headline(model, active, working)];
  if (active !== undefined) parts.push(facts(model, active));
  parts.push(...contentText(model, active));
  if (model.notice !== undefined) parts.push(`> ${model.notice}`);
  parts.push(...(model.nearMisses ?? []).slice(0, QUESTION_LIMIT).flatMap(questionText));
  if (model.failure !== undefined) parts.push(failureText(model.failure, active));
  parts.push(...(model.hookFailures ?? []).map(hookFailureText));
  if (model.record.events.length > 0) parts.push(eventsText(model));
  parts.push(adviseInComment(model.advice));
  if (model.runUrl !== undefined) {
    parts.push(`<sub>Written by [this run](${model.runUrl}), which has the log.</sub>`);
  }
  const text = parts.join("\n\n");
  return `${text.slice(0, COMMENT_LIMIT)}\n\n${formatRecord(model.record)}\n`;
}

function isWorking(status: Status): boolean {
  return status === "building" || status === "built" || status === "deploying" || status === "updating";
}

function headline(
  model: CommentModel,
  active: CommentEnvironment | undefined,
  working: CommentEnvironment | undefined,
): string {
  const doing = working === undefined ? "" : ` ⏳ ${commit(model, working)} ${statusWords(working.status)}.`;
  if (active?.status === "asleep") {
    const stays = active.url === undefined
      ? ""
      : ` Its address stays [${shownHost(active.url)}](${active.url}).`;
    const served = servesText(model);
    return `${describeSleep(model.record, active.short)} ${commit(model, active)}.${stays}${served}${doing}`;
  }
  if (active?.address !== undefined) {
    const url = active.url ?? formatUrl(active.address);
    const { silentSince } = active;
    const silent = silentSince === undefined
      ? ""
      : ` ⚠️ It does not answer since ${formatInstant(silentSince)}.`;
    const failed = model.failure?.short === active.short ? " 🔴 The last update failed." : "";
    const behind = model.serves === undefined && model.behind !== ""
      ? ` It is ${model.behind} the newest commit.`
      : servesText(model);
    return `🟢 **Running at [${shownHost(url)}](${url})** from ${
      commit(model, active)
    }.${silent}${behind}${failed}${doing}`;
  }
  if (working !== undefined) return `⏳ ${commit(model, working)} ${statusWords(working.status)}.`;
  if (active?.status === "running") {
    return `🟠 ${commit(model, active)} has no address: the platform no longer has one for it.`;
  }
  if (model.failure !== undefined) return `🔴 \`${model.failure.short}\` did not come up.`;
  const failed = model.environments.find((each) => each.status === "failed");
  if (failed !== undefined) {
    return `🔴 ${commit(model, failed)} ${failed.active ? "is not there any more" : "did not come up"}.`;
  }
  // If the comment exists only because of a refusal, nothing ever ran.
  const ran = model.record.events.some(({ unlabeled }) => unlabeled !== true);
  return `⚪ No environment is running.${
    ran || model.notice === undefined ? " Everything that ran has been removed." : ""
  }`;
}

/** Says that the environment serves the head too; empty if it does not. */
function servesText({ serves }: CommentModel): string {
  return serves === undefined ? "" : ` It serves \`${serves}\` too: no file of \`build.paths\` changed.`;
}

function facts(model: CommentModel, active: CommentEnvironment): string {
  const rows: [string, string][] = [["Commit", commit(model, active)]];
  if (active.url !== undefined && active.address !== undefined) {
    const own = `[${active.address}](${formatUrl(active.address)})`;
    const since = active.createdAt === undefined ? "" : ` since ${formatInstant(active.createdAt)}`;
    rows.push(["Own address of the commit", `${own}: \`${active.short}\`${since}`]);
  }
  if (active.createdAt !== undefined) rows.push(["Created", formatInstant(active.createdAt)]);
  rows.push([
    "Expires",
    active.expiresAt === undefined ? "when the pull request closes" : formatInstant(active.expiresAt),
  ]);
  if (active.requestedBy !== undefined) rows.push(["Asked for by", escapeMarkdown(active.requestedBy)]);
  if (active.cost !== undefined) rows.push(["Cost", escapeMarkdown(active.cost)]);
  const flags = Object.entries(model.flags).map(([name, on]) => `${name} ${on ? "on" : "off"}`);
  if (flags.length > 0) rows.push(["Flags", flags.sort().map(escapeMarkdown).join(", ")]);
  if (model.advice.frozen !== undefined) {
    rows.push(["Frozen", `by the label \`${model.advice.frozen.replaceAll("`", "'")}\``]);
  }
  if (model.login !== undefined) rows.push(["Login", `\`${model.login.replaceAll("`", "'")}\``]);
  return ["| | |", "|---|---|", ...rows.map(([key, value]) => `| ${key} | ${value} |`)].join("\n");
}

/** Says what was pushed into the environment. A failed bring-up has told its reason as the failure. */
function contentText(
  { record: { content } }: CommentModel,
  active: CommentEnvironment | undefined,
): readonly string[] {
  if (content === undefined || content.sha !== active?.short) return [];
  const text = `${escapeMarkdown(content.text)}.`.replace(/\.{2,}$/, ".");
  return [content.failed ? `⚠️ **The assets are not complete:** ${text}` : `📊 Assets: ${text}`];
}

function failureText(failure: CommentFailure, active: CommentEnvironment | undefined): string {
  const serving = active?.address === undefined ? "" : " The environment above keeps serving.";
  const why = `**${FAILURE_WORDS[failure.reason]}**`;
  const told = `(\`${failure.reason}\`): ${escapeMarkdown(failure.message)}.${serving}`;
  const lines = [
    active?.address !== undefined && active.short === failure.short
      ? `🔴 \`${failure.short}\` is running; the last update failed: ${why} ${told}`
      : `🔴 ${why} for \`${failure.short}\` ${told}`,
  ];
  if (failure.hint !== undefined) lines.push(`Next step: ${escapeMarkdown(failure.hint)}`);
  if (failure.logTail.length > 0) lines.push(logTailText(failure.logTail));
  return lines.join("\n\n");
}

/** Asks whether a label was meant. Nothing else reacts to it. */
function questionText(name: string): readonly string[] {
  const meant = meantLabel(name);
  if (meant === undefined) return [];
  const fill = meant.fill === undefined ? "" : ` (${escapeMarkdown(meant.fill)})`;
  return [
    `❓ The label "${
      escapeMarkdown(name)
    }" is not one of Showtime's and is ignored. Did you mean \`${meant.name}\`${fill}?`,
  ];
}

function eventsText(model: CommentModel): string {
  const rows = [...model.record.events].reverse().map((each) => `- ${formatInstant(each.at)}: ${each.text}`);
  return `<details><summary>What happened</summary>\n\n${rows.join("\n")}\n\n</details>`;
}

function commit(model: CommentModel, environment: { short: ShortSha; sha: FullSha | undefined }): string {
  if (environment.sha === undefined) return `\`${environment.short}\``;
  return `[\`${environment.short}\`](${model.serverUrl}/${model.repo}/commit/${environment.sha})`;
}
