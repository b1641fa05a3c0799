import type { SleepHours } from "./hours.ts";

/** When environments are put to sleep without a request, as `environment.sleep` has it. */
export interface SleepSettings {
  /** After this time without a request, in milliseconds; undefined for never. */
  readonly afterMs: number | undefined;
  /** The daily hours of sleep; undefined for none. */
  readonly hours: SleepHours | undefined;
}
