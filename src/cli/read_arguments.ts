/** Readers of arguments and of flags' values. Each throws an AppError with exit code 2 if the text does not fit. */

// Not through config/mod.ts: reading arguments must not load the schema and YAML packages.
import { parseDuration } from "../lib/duration.ts";
import { usageError } from "../lib/errors.ts";
import { parsePrNumber, type PrNumber } from "../lib/ids.ts";
import { parseTtl } from "../environments/core/labels/ttl.ts";
import type { Ttl } from "../environments/core/labels/label.ts";
import { stripControls } from "../lib/sanitize.ts";

/** A pull request, with its repository if a URL named one. */
export interface PullArgument {
  readonly pr: PrNumber;
  /** `owner/name`. */
  readonly repo: string | undefined;
}

/** Reads `1234`, `#1234` or the URL of a pull request. `server` is the URL of GitHub; github.com without it. */
export function readPull(text: string, server?: string): PullArgument {
  const url = /^(?:https?:\/\/)?([^/\s]+)\/([^/\s]+\/[^/\s]+)\/pulls?\/(\d+)(?:[/?#].*)?$/i.exec(text.trim());
  const pr = parsePrNumber(url?.[3] ?? text.trim());
  if (pr !== undefined) {
    if (url?.[1] !== undefined) checkHost(url[1], server);
    return { pr, repo: url?.[2] };
  }
  throw usageError(
    "pull_malformed",
    `Reading the pull request: "${shown(text)}" is no pull request number`,
    "Give its number (1234 or #1234) or its URL",
  );
}

/** Refuses the URL of another GitHub, where the same number is another pull request. */
function checkHost(host: string, server: string | undefined): void {
  const expected = hostOf(server || "github.com");
  if (hostOf(host) === expected) return;
  throw usageError(
    "pull_of_other_host",
    `Reading the pull request: its URL is of ${shown(host)}, and GitHub is ${shown(expected)} here`,
    "Set GITHUB_SERVER_URL to that GitHub, or give a URL of this one",
  );
}

function hostOf(url: string): string {
  return url.toLowerCase().replace(/^https?:\/\//, "").replace(/\/.*$/, "").replace(/^www\./, "");
}

/** Reads a time-to-live: `90m`, `24h`, `7d`, `2w`, `close`. */
export function readTtl(text: string, where: string): Ttl {
  const ttl = parseTtl(text);
  if (ttl !== undefined) return ttl;
  throw usageError(
    "ttl_malformed",
    `Reading ${where}: "${shown(text)}" is no time-to-live`,
    "Write a number with m, h, d or w, such as 90m, 24h or 7d, or close",
  );
}

/** Reads a length of time, in milliseconds: `30s`, `48h`, `7d`. */
export function readDuration(text: string, where: string): number {
  const ms = parseDuration(text.toLowerCase());
  if (ms !== undefined) return ms;
  throw usageError(
    "duration_malformed",
    `Reading ${where}: "${shown(text)}" is no length of time`,
    "Write a number with s, m, h, d or w, such as 30s, 48h or 7d",
  );
}

/** Reads a whole number of at least 1. */
export function readCount(text: string, where: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(
    "number_malformed",
    `Reading ${where}: "${shown(text)}" is no whole number above 0`,
    `Write it as in ${where} 20`,
  );
}

/** Reads a number of seconds, 0 or more. */
export function readSeconds(text: string, where: string): number {
  if (/^\d{1,6}(?:\.\d{1,3})?$/.test(text)) return Number(text);
  throw usageError(
    "number_malformed",
    `Reading ${where}: "${shown(text)}" is no number of seconds`,
    `Write it as in ${where} 5`,
  );
}

/** Reads a TCP port. 0 stands for any free one. */
export function readPort(text: string, where: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageError(
    "port_malformed",
    `Reading ${where}: "${shown(text)}" is no port`,
    "Give a number from 0 to 65535; 0 takes any free one",
  );
}

/** Reads a speed as a factor of the ordinary pace: `2`, `0.5`, `max`. */
export function readSpeed(text: string, where: string): number {
  if (text.toLowerCase() === "max") return Infinity;
  const speed = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (speed > 0) return speed;
  throw usageError(
    "number_malformed",
    `Reading ${where}: "${shown(text)}" is no speed above 0`,
    "Give 1 for the ordinary pace, 2 for twice as fast, max for no pauses",
  );
}

/** Reads a commit: 7 to 40 hex digits, in lower case. */
export function readSha(text: string, where: string): string {
  if (/^[0-9a-f]{7,40}$/i.test(text)) return text.toLowerCase();
  throw usageError(
    "sha_malformed",
    `Reading ${where}: "${shown(text)}" is no commit`,
    "Give 7 to 40 hex digits of a commit of this pull request",
  );
}

/** Returns typed text in a form that is safe to print: without control characters, and cut at 60. */
export function shown(text: string): string {
  const clean = stripControls(text);
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}
