/** The comment that warns before an environment ends: its hidden marker, its text, and the box in it. */

import { parseShortSha, type PrNumber, type ShortSha } from "../../../lib/ids.ts";
import { formatInstant, formatIsoSeconds } from "../../../lib/instant.ts";
import type { Ttl } from "../labels/label.ts";
import { formatTtl, parseTtl } from "../labels/mod.ts";

/** The start of every warning. No other comment begins like this. */
export const WARNING_MARKER = "<!-- showtime:warning ";

/** The facts that a warning keeps in its marker. */
export interface Warning {
  readonly short: ShortSha;
  /** The end that people were warned of, in milliseconds since 1970, a whole minute. */
  readonly warnedOf: number;
  /** How long a tick in the box keeps the environment, from then on; undefined if there is no box. */
  readonly ttl: Ttl | undefined;
}

/** Everything that a warning says. */
export interface WarningModel extends Warning {
  readonly pr: PrNumber;
  /** The login to mention; undefined if it is not known or is a bot's. */
  readonly asker: string | undefined;
  /** When the environment ends, in milliseconds since 1970; undefined if it lives until the pull request closes. */
  readonly endsAt: number | undefined;
  /** Why nothing in the comment can keep it, as a sentence that is safe in Markdown; it stands in place of the box. */
  readonly fixed: string | undefined;
  /** Why the newest tick had no effect, as a sentence that is safe in Markdown. */
  readonly refusal?: string | undefined;
}

const MARKER = /^<!-- showtime:warning sha=([0-9a-f]{7}) ends=(\S{1,30}) ttl=(\S{1,12}) -->$/;
const LOGIN = /^[A-Za-z0-9](?:-?[A-Za-z0-9])*$/;

/** Returns an instant in whole minutes, as labels and warnings carry it. */
export function wholeMinute(at: number): number {
  return Math.floor(at / 60_000) * 60_000;
}

/** Renders a warning. The box is empty. */
export function renderWarning(model: WarningModel): string {
  const { short, warnedOf, ttl, pr, asker, endsAt, fixed, refusal } = model;
  const who = asker !== undefined && LOGIN.test(asker) ? `@${asker}, the` : "The";
  const end = endsAt === undefined
    ? "lives until the pull request closes"
    : `ends at **${formatInstant(endsAt)}**`;
  const box = ttl === undefined ? undefined : formatTtl(ttl);
  const lines = [
    `<!-- showtime:warning sha=${short} ends=${formatIsoSeconds(warnedOf)} ttl=${box ?? "-"} -->`,
    `⏰ ${who} environment for \`${short}\` ${end}. The next cleanup after that removes it.`,
  ];
  if (endsAt === undefined) lines.splice(1, 1, `⏰ ${who} environment for \`${short}\` ${end}.`);
  if (refusal !== undefined) lines.push(`> ⚠️ It was not kept: ${refusal}`);
  if (fixed !== undefined) lines.push(fixed);
  if (box !== undefined) {
    lines.push(
      `- [ ] ${BOX_WORDS} ${box}`,
      `A tick counts if a person with write permission sets it. \`showtime extend ${pr} ${box}\` does the same.`,
    );
  }
  return `${lines.join("\n\n")}\n`;
}

const BOX_WORDS = "keep it for another";

/** Parses the marker of a warning; undefined for every other comment. */
export function parseWarning(body: string): Warning | undefined {
  const [line = ""] = body.split(/\r?\n/, 1);
  const [, sha = "", ends = "", ttl = ""] = MARKER.exec(line) ?? [];
  const short = parseShortSha(sha);
  const at = Date.parse(ends);
  if (short === undefined || Number.isNaN(at)) return undefined;
  return { short, warnedOf: at, ttl: parseTtl(ttl) };
}

/** Finds the tick that an edit of a warning made; undefined if the edit changed anything else, or no box was ticked. */
export function findTick(
  { before, after }: { readonly before: string; readonly after: string },
): Warning | undefined {
  const warning = parseWarning(before);
  if (warning?.ttl === undefined) return undefined;
  const box = `] ${BOX_WORDS} ${formatTtl(warning.ttl)}`;
  const old = linesOf(before);
  const ticked = (mark: string) => old.map((line) => line === `- [ ${box}` ? `- [${mark}${box}` : line);
  const now = linesOf(after).join("\n");
  const isTick = old.includes(`- [ ${box}`) && ["x", "X"].some((mark) => ticked(mark).join("\n") === now);
  return isTick ? warning : undefined;
}

/** Splits a comment into lines as GitHub shows them: browsers send other line breaks, and spaces at the end do not show. */
function linesOf(body: string): readonly string[] {
  return body.trimEnd().split("\n").map((line) => line.trimEnd());
}
