const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A length of time (milliseconds) in its two largest units: `12m`, `3h 20m`, `2d 4h`. Labels have minutes only, so
 * that whatever is less than one is `<1m`.
 */
export function formatAge(ms: number): string {
  if (ms < MINUTE) return "<1m";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < DAY) return two([Math.floor(ms / HOUR), "h"], [Math.floor((ms % HOUR) / MINUTE), "m"]);
  return two([Math.floor(ms / DAY), "d"], [Math.floor((ms % DAY) / HOUR), "h"]);
}

/** How long ago something was (milliseconds), in a sentence: `just now`, `3h 20m ago`. */
export function formatAgo(ms: number): string {
  return ms < MINUTE ? "just now" : `${formatAge(ms)} ago`;
}

function two(large: readonly [number, string], small: readonly [number, string]): string {
  return small[0] === 0 ? large.join("") : `${large.join("")} ${small.join("")}`;
}
