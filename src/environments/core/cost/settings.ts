/** The prices that hold for a repository's environments, worked out once from its configuration. */

import type { PlatformKind, SizeName } from "../environment/environment.ts";
import { type Architecture, findPrices, type HourlyPrices, PRICES_DATE } from "./prices.ts";

/** The prices in force, in US dollars an hour. */
export interface CostSettings {
  /** Of an environment that is awake, by its size. A size without a price costs an unknown amount. */
  readonly perHour: Readonly<Record<SizeName, number>>;
  /** Of what all environments share, for as long as it is there: the load balancer. */
  readonly shared: number;
  /** The origin of the prices: `prices of us-west-2, 2026-09-20`. If there are none, why not. */
  readonly source: string;
  /** The most that all environments together may cost in a month; undefined for no limit. */
  readonly budget: number | undefined;
}

/** The part of the configuration that prices depend on. */
export interface PricedConfig {
  readonly platform: PlatformKind;
  readonly region: string | undefined;
  readonly architecture: Architecture;
  /** `cpu`: 1024 are one CPU. `memory`: MiB. */
  readonly sizes: Readonly<Record<SizeName, { readonly cpu: number; readonly memory: number }>>;
  /** Whether each environment has a public IPv4 address. */
  readonly publicAddress: boolean;
  /** The number of zones of the shared load balancer, each with an address; undefined without one. */
  readonly loadBalancerZones?: number | undefined;
  /** The configured price of an hour of any environment. */
  readonly perHour: number | undefined;
  /** The configured prices that outweigh the table. */
  readonly prices: Partial<HourlyPrices>;
  readonly budget: number | undefined;
}

/** Works out the price of each size. */
export function priceSizes(config: PricedConfig): CostSettings {
  const { platform, region, architecture, sizes, perHour, budget } = config;
  const each = (price: (size: PricedConfig["sizes"][string]) => number) =>
    Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, price(size)]));
  const configured = perHour !== undefined;
  if (platform === "docker") {
    const source = configured ? "the price in cost.per_hour" : "a machine of your own";
    return { perHour: each(() => perHour ?? 0), shared: 0, source, budget };
  }
  const table = findPrices(region, architecture);
  const prices = { ...table, ...config.prices };
  const { vcpu, gb, address = 0.005, loadBalancer = 0.0225 } = prices;
  const zones = config.loadBalancerZones;
  const shared = zones === undefined ? 0 : loadBalancer + zones * address;
  if (configured) {
    return { perHour: each(() => perHour), shared, source: "the price in cost.per_hour", budget };
  }
  if (vcpu === undefined || gb === undefined) {
    const where = `${architecture === "ARM64" ? "ARM64 in " : ""}${region ?? "an unknown region"}`;
    return { perHour: {}, shared, source: `no prices of ${where} are known: set cost.prices`, budget };
  }
  const ip = config.publicAddress ? address : 0;
  return {
    perHour: each(({ cpu, memory }) => (cpu / 1024) * vcpu + (memory / 1024) * gb + ip),
    shared,
    source: Object.keys(config.prices).length > 0
      ? `prices of ${region ?? "an unknown region"}, ${PRICES_DATE}, and of cost.prices`
      : `prices of ${region}, ${PRICES_DATE}`,
    budget,
  };
}
