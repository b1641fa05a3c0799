/** The sections `cost` and `limits`: their schema, and the values that they stand for. */

import * as z from "zod";
import type { HourlyPrices } from "../../environments/core/cost/prices.ts";
import type { EnvironmentLimits } from "../../environments/core/environment/settings.ts";

function section<T extends z.ZodRawShape>(shape: T) {
  // Undefined keeps the library's own issue for unknown keys, which checkLayer() renders one by one.
  return z.strictObject(shape, {
    error: (issue) => issue.code === "unrecognized_keys" ? undefined : "a map of keys and values",
  });
}

function dollars(expected: string) {
  return z.number({ error: expected }).min(0, { error: expected }).max(1_000_000, { error: expected })
    .nullable()
    .optional();
}

function count() {
  const error = "a whole number from 1 to 100000";
  return z.int({ error }).min(1, { error }).max(100_000, { error }).nullable().optional();
}

const price = () => dollars("a price in US dollars, such as 0.04");

/** The schema of the section `cost`. */
export const CostSection = section({
  enabled: z.boolean({ error: "true or false" }).nullable().optional()
    .describe("Whether the cost of environments is shown; null: where another key of cost is set."),
  per_hour: price().describe(
    "The price of one hour of any environment in US dollars; null works it out from the size. On Docker it is 0.",
  ),
  prices: section({
    vcpu: price().describe("The price of one virtual CPU for an hour, in place of the table's."),
    gb: price().describe("The price of one GB of memory for an hour, in place of the table's."),
    address: price().describe("The price of a public IPv4 address for an hour, in place of the table's."),
    load_balancer: price().describe("The price of the load balancer for an hour, in place of the table's."),
  }).optional().describe("Prices on ECS that outweigh the table."),
  budget: dollars("an amount in US dollars, such as 50").describe(
    "The most that all environments together may cost in a month of 730 hours, in US dollars; a start above it is refused.",
  ),
});

/** The schema of the section `limits`. */
export const LimitsSection = section({
  environments: count().describe(
    "The most pull requests that may have an environment at the same time; a start above it is refused.",
  ),
  per_user: count().describe("The most of them that one person may have asked for."),
});

/** The configured settings of cost. */
export interface CostConfig {
  readonly perHour: number | undefined;
  readonly prices: Partial<HourlyPrices>;
  readonly budget: number | undefined;
}

type Written<T> = T extends object ? { readonly [K in keyof T]-?: Written<Exclude<T[K], undefined>> } : T;

/** Reads the section `cost`; undefined if cost is not shown. */
export function readCost(
  { enabled, per_hour, prices, budget }: Written<z.infer<typeof CostSection>>,
): CostConfig | undefined {
  const own: Partial<HourlyPrices> = {
    ...(prices.vcpu === null ? {} : { vcpu: prices.vcpu }),
    ...(prices.gb === null ? {} : { gb: prices.gb }),
    ...(prices.address === null ? {} : { address: prices.address }),
    ...(prices.load_balancer === null ? {} : { loadBalancer: prices.load_balancer }),
  };
  const set = per_hour !== null || budget !== null || Object.keys(own).length > 0;
  if (!(enabled ?? set)) return undefined;
  return { perHour: per_hour ?? undefined, prices: own, budget: budget ?? undefined };
}

/** Reads the section `limits`; undefined if there is no limit. */
export function readLimits(
  { environments, per_user }: Written<z.infer<typeof LimitsSection>>,
): EnvironmentLimits | undefined {
  if (environments === null && per_user === null) return undefined;
  return { environments: environments ?? undefined, perUser: per_user ?? undefined };
}
