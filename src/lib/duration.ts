/** Milliseconds in each unit that a length of time is written with. */
export const UNIT_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** A length of time as the configuration file writes it: `500ms`, `5s`, `15m`, `48h`, `14d`, `2w`. */
export const DURATION_PATTERN = /^[1-9]\d{0,5}(?:ms|s|m|h|d|w)$/;

/** A time-to-live as the configuration file and labels write it: `30m`, `48h`, `14d`, `2w`, or `close`. */
export const TTL_PATTERN = /^(?:[1-9]\d{0,4}[mhdw]|close)$/;

/** Parses a text that fits {@link DURATION_PATTERN} into milliseconds; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  const unit = text.replace(/^\d+/, "") as keyof typeof UNIT_MS;
  return Number.parseInt(text, 10) * UNIT_MS[unit];
}

/**
 * Formats whole milliseconds above 0 in the largest unit up to a day that divides them: `14d`, `36h`, `90m`.
 * {@link parseDuration} reads the text back, unless the number has more than six digits.
 */
export function formatDuration(ms: number): string {
  const unit = (["d", "h", "m", "s"] as const).find((each) => ms % UNIT_MS[each] === 0) ?? "ms";
  return `${ms / UNIT_MS[unit]}${unit}`;
}

/**
 * Formats milliseconds for the middle of a sentence, in whole seconds below two minutes and in whole minutes
 * above: `90 s`, `15 min`. `round` is `Math.ceil` for a wait that must end within the shown time.
 */
export function formatSpan(ms: number, round: (amount: number) => number = Math.round): string {
  const seconds = round(ms / UNIT_MS.s);
  return seconds < 120 ? `${seconds} s` : `${round(seconds / 60)} min`;
}

/**
 * Formats milliseconds in their two largest units, for tables and views: `12m`, `3h 20m`, `2d 4h`. Labels
 * carry no seconds, so everything below a minute is `<1m`.
 */
export function formatAge(ms: number): string {
  const { m, h, d } = UNIT_MS;
  if (ms < m) return "<1m";
  if (ms < h) return `${Math.floor(ms / m)}m`;
  if (ms < d) return joinUnits([Math.floor(ms / h), "h"], [Math.floor((ms % h) / m), "m"]);
  return joinUnits([Math.floor(ms / d), "d"], [Math.floor((ms % d) / h), "h"]);
}

/** Formats the milliseconds since an event: `just now`, `3h 20m ago`. */
export function formatAgo(ms: number): string {
  return ms < UNIT_MS.m ? "just now" : `${formatAge(ms)} ago`;
}

function joinUnits(large: readonly [number, string], small: readonly [number, string]): string {
  return small[0] === 0 ? large.join("") : `${large.join("")} ${small.join("")}`;
}
