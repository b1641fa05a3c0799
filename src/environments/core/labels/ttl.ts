import { UNIT_MS } from "../../../lib/duration.ts";
import type { Ttl } from "./label.ts";

/** The longest time-to-live in milliseconds. It keeps the year of every expiry at four digits. */
const LONGEST_MS = 99_999 * UNIT_MS.w;

/**
 * Parses `<n>m`, `<n>h`, `<n>d`, `<n>w` or `close`, in any letter case; undefined for any other text, such as
 * zero, a number with a leading zero, sign or fraction, or more than 99,999 weeks.
 */
export function parseTtl(text: string): Ttl | undefined {
  if (/^close$/i.test(text)) return { kind: "close" };
  const amount = Number(/^([1-9]\d{0,9})[mhdw]$/i.exec(text)?.[1]);
  const unit = parseUnit(text.slice(-1));
  if (Number.isNaN(amount) || unit === undefined || amount * UNIT_MS[unit] > LONGEST_MS) return undefined;
  return { kind: "duration", amount, unit };
}

/** Formats a time-to-live as labels and flags carry it: `24h`, `close`. */
export function formatTtl(ttl: Ttl): string {
  return ttl.kind === "close" ? "close" : `${ttl.amount}${ttl.unit}`;
}

/** Returns the length of a time-to-live in milliseconds; undefined for `close`, which has no length. */
export function ttlMs(ttl: Ttl): number | undefined {
  return ttl.kind === "close" ? undefined : ttl.amount * UNIT_MS[ttl.unit];
}

/**
 * Compares times-to-live for sorting: the shortest first, `close` last. Equal lengths (`60m`, `1h`) are
 * ordered by their text, so that the same one is always first.
 */
export function compareTtl(a: Ttl, b: Ttl): number {
  const difference = (ttlMs(a) ?? Number.MAX_VALUE) - (ttlMs(b) ?? Number.MAX_VALUE);
  if (difference !== 0) return difference;
  return formatTtl(a) < formatTtl(b) ? -1 : formatTtl(a) === formatTtl(b) ? 0 : 1;
}

function parseUnit(letter: string): "m" | "h" | "d" | "w" | undefined {
  const unit = letter.toLowerCase();
  return unit === "m" || unit === "h" || unit === "d" || unit === "w" ? unit : undefined;
}
