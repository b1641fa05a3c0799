/** The cost of environments in words. Every amount is an estimate, so every one is called "about". */

import { describeRate, formatDollars, hourlyPrice, HOURS_A_MONTH } from "../../core/cost/cost.ts";
import type { CostSettings } from "../../core/cost/settings.ts";
import type { EnvironmentView } from "../../core/environment/view.ts";

/** An environment with its cost. Without a status it counts as awake. */
type Costing = Pick<EnvironmentView, "cost"> & Partial<Pick<EnvironmentView, "status">>;

/** Describes the cost of an environment with the origin of its prices; null if cost is not shown. */
export function costWords({ cost, status }: Costing): string | null {
  if (cost === undefined) return null;
  const { per_hour: perHour, so_far: soFar, prices } = cost;
  if (perHour === null) return `not known: ${prices}`;
  if (perHour === 0) return `nothing (${prices})`;
  const past = soFar === null ? "" : `about ${formatDollars(soFar)} so far; `;
  const awake = status === "asleep" ? " while it is awake" : "";
  return `${past}${describeRate(perHour)}${awake} (${prices})`;
}

/** Formats the cost of an environment so far for a table; empty if it is not known. */
export function formatCost({ cost }: Pick<EnvironmentView, "cost">): string {
  return cost?.so_far === undefined || cost.so_far === null ? "" : `~${formatDollars(cost.so_far)}`;
}

/**
 * Describes the cost of all environments together: the price of each that is awake, and once what they share. Undefined
 * if cost is not shown.
 */
export function totalWords(
  settings: CostSettings | undefined,
  views: readonly Costing[],
): string | undefined {
  if (settings === undefined) return undefined;
  const awake = views.filter(({ status }) => status !== "asleep");
  const asleep = views.length - awake.length;
  const priced = awake.flatMap(({ cost }) => cost === undefined ? [] : [cost.per_hour]);
  const unknown = priced.filter((perHour) => perHour === null).length;
  const perHour = priced.reduce((sum: number, each) => sum + (each ?? 0), 0) + settings.shared;
  const shared = settings.shared === 0
    ? ""
    : `, ${formatDollars(settings.shared)} an hour of it for the load balancer that all share`;
  const resting = asleep === 0 ? "" : `; ${asleep} asleep, without a cost`;
  const missing = unknown === 0 ? "" : `; ${unknown} without a price`;
  const month = perHour * HOURS_A_MONTH;
  const budget = settings.budget === undefined ? "" : ` of ${formatDollars(settings.budget)} in the budget`;
  return `All environments cost ${describeRate(perHour)}, ${
    formatDollars(month)
  } a month${budget}${shared}${resting}${missing} (${settings.source})`;
}

/** Describes the price of an environment of a size, for the comment, which is not written anew as time goes on. */
export function rateWords(settings: CostSettings | undefined, size: string | undefined): string | undefined {
  if (settings === undefined) return undefined;
  const perHour = hourlyPrice(settings, size);
  if (perHour === undefined) return `not known: ${settings.source}`;
  return perHour === 0 ? undefined : `${describeRate(perHour)} while it is awake (${settings.source})`;
}
