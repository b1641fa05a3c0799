/**
 * The decision which environments sleep by schedule and which for want of requests, and which wake again. Everything
 * here is pure: no clock, network or configuration file is read. What a person asks for is decided in `plan/sleep/`.
 *
 * @module
 */

export {
  formatSleepHours,
  isTimeZone,
  lastWindow,
  parseSleepHours,
  SLEEP_HOURS_PATTERN,
  type SleepHours,
  type SleepWindow,
  windowAt,
} from "./hours.ts";
export { parseSleepCause, readRecordedSleep, type RecordedSleep } from "./recorded_sleep.ts";
export { formatSleepPage, MOST_PAGE_CHARACTERS, type SleepPage } from "./sleep_page.ts";
export type { SleepSettings } from "./settings.ts";
export { judgeSleep, type SleepChange, type SleepFacts } from "./judge_sleep.ts";
