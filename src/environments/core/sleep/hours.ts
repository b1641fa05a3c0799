/** The daily hours in which environments sleep, in a time zone with its daylight saving. */

import { UNIT_MS } from "../../../lib/duration.ts";

/** The daily hours of sleep. `from` and `until` are minutes since midnight; the hours may go over midnight. */
export interface SleepHours {
  readonly from: number;
  readonly until: number;
  /** An IANA name such as `Europe/Berlin`. */
  readonly zone: string;
}

/** One occurrence of the hours. Milliseconds since 1970; `end` is not part of it. */
export interface SleepWindow {
  readonly start: number;
  readonly end: number;
}

/** The form of the hours, without the name of the time zone. */
export const SLEEP_HOURS_PATTERN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?: (\S+))?$/;

/** The time zone of hours that name none. */
const DEFAULT_ZONE = "UTC";

/** Parses `20:00-07:00 Europe/Berlin`. Undefined for another form, an unknown time zone, and for no time at all. */
export function parseSleepHours(text: string): SleepHours | undefined {
  const [, fromHour, fromMinute, untilHour, untilMinute, zone = DEFAULT_ZONE] =
    SLEEP_HOURS_PATTERN.exec(text) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const until = Number(untilHour) * 60 + Number(untilMinute);
  if (Number.isNaN(from) || from === until || !isTimeZone(zone)) return undefined;
  return { from, until, zone };
}

/** Formats hours in the form that {@link parseSleepHours} reads. */
export function formatSleepHours({ from, until, zone }: SleepHours): string {
  return `${formatMinutes(from)}-${formatMinutes(until)} ${zone}`;
}

/** Returns the window that contains `now`; undefined outside of the hours. */
export function windowAt(hours: SleepHours, now: number): SleepWindow | undefined {
  return windowsAround(hours, now).find(({ start, end }) => start <= now && now < end);
}

/** Returns the newest window that has ended by `now`. */
export function lastWindow(hours: SleepHours, now: number): SleepWindow | undefined {
  return windowsAround(hours, now).findLast(({ end }) => end <= now);
}

/** Returns the windows that begin on the days around `now`, oldest first. */
function windowsAround(hours: SleepHours, now: number): readonly SleepWindow[] {
  const { from, until, zone } = hours;
  const today = dayOf(now, zone);
  return [-2, -1, 0, 1].map((offset) => {
    const day = today + offset;
    return {
      start: instantOf(day, { minutes: from, zone }),
      end: instantOf(until > from ? day : day + 1, { minutes: until, zone }),
    };
  });
}

/** Returns the calendar day in the zone, in days since 1970. */
function dayOf(at: number, zone: string): number {
  return Math.floor((at + offsetAt(at, zone)) / UNIT_MS.d);
}

/**
 * Returns the instant at which clocks of the zone show a time. When clocks go back, the time comes twice and the first
 * one counts. When they go forward, a time that is left out counts from the moment of the change, shifted by the hour.
 */
function instantOf(
  day: number,
  { minutes, zone }: { readonly minutes: number; readonly zone: string },
): number {
  const wall = day * UNIT_MS.d + minutes * UNIT_MS.m;
  // The offsets a day before and after are those that the zone can have at that time.
  const offsets = [offsetAt(wall - UNIT_MS.d, zone), offsetAt(wall + UNIT_MS.d, zone)];
  const fitting = offsets.map((offset) => wall - offset).filter((at) => at + offsetAt(at, zone) === wall);
  return fitting.length > 0 ? Math.min(...fitting) : wall - Math.min(...offsets);
}

/** Returns the difference of the zone's clocks to UTC at an instant, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  const fields = new Map(
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  );
  const field = (name: Intl.DateTimeFormatPartTypes) => fields.get(name) ?? 0;
  const shown = Date.UTC(
    field("year"),
    field("month") - 1,
    field("day"),
    field("hour"),
    field("minute"),
    field("second"),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/** Whether the runtime knows a time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function formatMinutes(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}
