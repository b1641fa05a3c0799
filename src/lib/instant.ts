/** The first and the last instant that a calendar with years of four digits can say. */
const EARLIEST = Date.parse("0000-01-01T00:00:00Z");
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Writes an instant (milliseconds since 1970) as RFC 3339 in UTC, `2024-01-15T14:30:00.000Z`. Never throws: what is
 * before the year 0, after 9999 or no number at all, as text from outside can make it, is put at the end of them.
 */
export function formatIso(at: number): string {
  const within = Number.isNaN(at) ? LATEST : Math.min(Math.max(at, EARLIEST), LATEST);
  return new Date(within).toISOString();
}

/** An instant as RFC 3339 in UTC with whole seconds, `2024-01-15T14:30:00Z`; as safe as {@link formatIso}. */
export function formatIsoSeconds(at: number): string {
  return `${formatIso(at).slice(0, 19)}Z`;
}

/** An instant for people, `2024-01-15 14:30 UTC`; as safe as {@link formatIso}. */
export function formatInstant(at: number): string {
  return `${formatIso(at).slice(0, 16).replace("T", " ")} UTC`;
}
