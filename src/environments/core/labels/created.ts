const EARLIEST = 0;
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Formats a time (milliseconds since 1970) as labels carry it: UTC, to the minute, `YYYY-MM-DDTHH-MM`.
 * Seconds are dropped. Throws RangeError outside the years 1970 to 9999.
 */
export function formatCreated(at: number): string {
  if (!(at >= EARLIEST && at <= LATEST)) {
    throw new RangeError(`Writing a time: ${at} is not in the years 1970 to 9999, in milliseconds`);
  }
  return new Date(at).toISOString().slice(0, 16).replace(":", "-");
}

/**
 * Parses `YYYY-MM-DDTHH-MM` (UTC) to milliseconds since 1970; undefined for any other form and for days that
 * do not exist in the calendar.
 */
export function parseCreated(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})$/i.exec(text);
  if (match === null) return undefined;
  const at = Date.parse(`${match[1]}T${match[2]}:${match[3]}:00Z`);
  // Date.parse() reads some impossible days as days of the next month, so the result is formatted and
  // compared.
  if (Number.isNaN(at) || at < EARLIEST || formatCreated(at) !== text.toUpperCase()) return undefined;
  return at;
}
