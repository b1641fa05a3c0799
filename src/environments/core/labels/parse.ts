import { parsePrNumber, parseShortSha, type ShortSha } from "../../../lib/ids.ts";
import { parseAddress } from "./address.ts";
import { parseCreated } from "./created.ts";
import type { Label, ParsedLabel, Status } from "./label.ts";
import { isLogin } from "./login.ts";
import { lowerAscii } from "./names.ts";
import { bareSign, SIGNS, TENT } from "./signs.ts";
import { parseTtl } from "./ttl.ts";

/** Every status. Of several on one environment, the last in this list counts. */
export const STATUS_PRECEDENCE: readonly Status[] = [
  "building",
  "built",
  "deploying",
  "updating",
  "running",
  "asleep",
  "failed",
  "stopping",
];

/** Labels that are one word, each with the sign that may precede it. */
const WORDS: ReadonlyMap<string, { readonly label: Label; readonly sign: string }> = new Map([
  ["trigger-start", { label: { kind: "trigger", trigger: "start" }, sign: SIGNS.start }],
  ["trigger-stop", { label: { kind: "trigger", trigger: "stop" }, sign: SIGNS.stop }],
  ["trigger-sync", { label: { kind: "trigger", trigger: "sync" }, sign: SIGNS.sync }],
  ["sleep", { label: { kind: "trigger", trigger: "sleep" }, sign: SIGNS.sleep }],
  ["trigger-sleep", { label: { kind: "trigger", trigger: "sleep" }, sign: SIGNS.sleep }],
  ["freeze", { label: { kind: "freeze" }, sign: SIGNS.freeze }],
  ["blocked", { label: { kind: "blocked" }, sign: SIGNS.blocked }],
]);

/**
 * Parses a label's name. Besides the canonical form it accepts any letter case, repeated spaces, signs with
 * or without U+FE0F, the sign before the SHA, SHAs of 7 to 40 digits, addresses with dashes for dots and
 * without a port, and words such as `trigger-start` without the sign or `showtime-`. Any other name that
 * starts with the tent is `foreign`: nothing is guessed. Never throws; linear in the name's length.
 */
export function parseLabel(name: string): ParsedLabel {
  if (!name.trimStart().startsWith(TENT)) return { kind: "other" };
  const [tent, ...words] = name.split(" ").filter((word) => word !== "");
  if (tent === undefined || bareSign(tent) !== TENT) return { kind: "foreign" };
  return parseWords(words) ?? { kind: "foreign" };
}

/** Whether a word is the name of a feature flag, `[A-Z][A-Z0-9_]*`. */
export function isFlag(word: string): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(word);
}

function parseWords(words: readonly string[]): ParsedLabel | undefined {
  const [first, second, third] = words;
  if (first === undefined || words.length > 3) return undefined;
  if (second === undefined) return parseWord(first);
  if (third === undefined) return parsePair(first, second);
  const sha = parseShortSha(first);
  if (sha !== undefined) return parseOfSha(sha, { sign: second, value: third });
  const shaAfterSign = parseShortSha(second);
  return shaAfterSign === undefined ? undefined : parseOfSha(shaAfterSign, { sign: first, value: third });
}

function parseWord(word: string): Label | undefined {
  const lower = lowerAscii(word);
  if (lower === "showtime") return { kind: "marker" };
  return findWord(lower)?.label ?? parseFlag(lower);
}

function findWord(lower: string): { readonly label: Label; readonly sign: string } | undefined {
  return WORDS.get(lower.startsWith("showtime-") ? lower.slice("showtime-".length) : lower);
}

function parseFlag(lower: string): Label | undefined {
  const match = /^conf-(enable|disable)-([a-z][a-z0-9_]*)$/.exec(lower);
  if (match?.[2] === undefined) return undefined;
  return { kind: "flag", flag: match[2].toUpperCase(), on: match[1] === "enable" };
}

function parsePair(first: string, second: string): Label | undefined {
  if (lowerAscii(first) === "lock") return parseLockName(second);
  switch (bareSign(first)) {
    case SIGNS.ttl: {
      const ttl = parseTtl(second);
      return ttl === undefined ? undefined : { kind: "pr_ttl", ttl };
    }
    case SIGNS.active: {
      const sha = parseShortSha(second);
      return sha === undefined ? undefined : { kind: "active", sha };
    }
    case bareSign(SIGNS.preparing): {
      const sha = parseShortSha(second);
      return sha === undefined ? undefined : { kind: "preparing", sha };
    }
    default: {
      const found = findWord(lowerAscii(second));
      return found?.sign === bareSign(first) ? found.label : undefined;
    }
  }
}

function parseLockName(word: string): Label | undefined {
  if (lowerAscii(word) === "limits") return { kind: "limits_lock" };
  const digits = /^pr-(\d{1,10})$/i.exec(word)?.[1];
  const pr = digits === undefined ? undefined : parsePrNumber(digits);
  return pr === undefined ? undefined : { kind: "lock", pr };
}

function parseOfSha(
  sha: ShortSha,
  { sign, value }: { readonly sign: string; readonly value: string },
): ParsedLabel | undefined {
  switch (bareSign(sign)) {
    case SIGNS.status: {
      const status = STATUS_PRECEDENCE.find((each) => each === lowerAscii(value));
      return status === undefined
        ? { kind: "unknown_status", sha, text: value }
        : { kind: "status", sha, status };
    }
    case SIGNS.created: {
      const at = parseCreated(value);
      return at === undefined ? undefined : { kind: "created", sha, at };
    }
    case SIGNS.address: {
      const address = parseAddress(value);
      return address === undefined ? undefined : { kind: "address", sha, address };
    }
    case SIGNS.ttl: {
      const ttl = parseTtl(value);
      return ttl === undefined ? undefined : { kind: "ttl", sha, ttl };
    }
    case SIGNS.requester:
      return isLogin(value) ? { kind: "requester", sha, login: value } : undefined;
    case SIGNS.serves: {
      const head = parseShortSha(value);
      return head === undefined ? undefined : { kind: "serves", sha, head };
    }
    default:
      return undefined;
  }
}
