/** The cost of environments: hours times the price of the size. An estimate, never a bill. */

import type { SizeName } from "../environment/environment.ts";
import type { CostSettings } from "./settings.ts";

/** The average number of hours in a month. */
export const HOURS_A_MONTH = 730;
const HOUR_MS = 3_600_000;

/** The times of an environment, in milliseconds since 1970. */
export interface LifeTimes {
  /** Undefined if it is not known. */
  readonly createdAt: number | undefined;
  readonly now: number;
  /** Since when it is asleep; undefined while it is awake. An environment that sleeps costs nothing. */
  readonly asleepSince?: number | undefined;
  /** How long it slept before, in milliseconds. */
  readonly sleptMs?: number | undefined;
}

/** The cost of one environment. */
export interface EnvironmentCost {
  /** US dollars an hour while it is awake. */
  readonly perHour: number;
  /** US dollars since it was created; undefined if it is not known when that was. */
  readonly soFar: number | undefined;
}

/** Counts how long an environment was awake since its creation, in milliseconds. */
export function awakeMs({ createdAt, now, asleepSince, sleptMs = 0 }: LifeTimes): number | undefined {
  if (createdAt === undefined) return undefined;
  return Math.max(0, Math.min(now, asleepSince ?? now) - createdAt - sleptMs);
}

/** Returns the price of one hour of an environment; undefined if it is not known. An empty size is the standard one. */
export function hourlyPrice(settings: CostSettings, size: SizeName | undefined): number | undefined {
  const name = size === undefined || size === "" ? "standard" : size;
  return Object.hasOwn(settings.perHour, name) ? settings.perHour[name] : undefined;
}

/** Works out the cost of an environment; undefined if the price of its size is not known. */
export function costOf(
  settings: CostSettings,
  environment: LifeTimes & { readonly size: SizeName | undefined },
): EnvironmentCost | undefined {
  const perHour = hourlyPrice(settings, environment.size);
  if (perHour === undefined) return undefined;
  const awake = awakeMs(environment);
  return { perHour, soFar: awake === undefined ? undefined : perHour * (awake / HOUR_MS) };
}

/** Formats an amount with two digits that count: `$0.82`, `$0.034`, `$25`; `$0` for nothing. */
export function formatDollars(amount: number): string {
  if (amount === 0) return "$0";
  const rounded = Number(amount.toPrecision(2));
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return `$${rounded.toFixed(decimals)}`;
}

/** Describes the price of an hour and a day: `about $0.034 an hour, $0.82 a day`. */
export function describeRate(perHour: number): string {
  if (perHour === 0) return "nothing";
  return `about ${formatDollars(perHour)} an hour, ${formatDollars(perHour * 24)} a day`;
}
