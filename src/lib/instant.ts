/** The first and the last instant that years of four digits can express. */
const EARLIEST = Date.parse("0000-01-01T00:00:00Z");
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Formats an instant (milliseconds since 1970) as RFC 3339 in UTC, `2024-01-15T14:30:00.000Z`. Never throws,
 * since text from outside can hold any number: an instant before the year 0 becomes the first one of that
 * year, and an instant after 9999 or NaN the last one of 9999.
 */
export function formatIso(at: number): string {
  const within = Number.isNaN(at) ? LATEST : Math.min(Math.max(at, EARLIEST), LATEST);
  return new Date(within).toISOString();
}

/** Formats an instant as RFC 3339 in UTC with whole seconds, `2024-01-15T14:30:00Z`. Never throws. */
export function formatIsoSeconds(at: number): string {
  return `${formatIso(at).slice(0, 19)}Z`;
}

/** Formats an instant for people, `2024-01-15 14:30 UTC`. Never throws. */
export function formatInstant(at: number): string {
  return `${formatIso(at).slice(0, 16).replace("T", " ")} UTC`;
}
