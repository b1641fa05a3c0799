import assert from "node:assert/strict";
import {
  awakeMs,
  costOf,
  describeRate,
  formatDollars,
  hourlyPrice,
} from "../../../src/environments/core/cost/cost.ts";
import { findPrices, PRICES_DATE } from "../../../src/environments/core/cost/prices.ts";
import { loadConfig } from "../../../src/config/mod.ts";
import { costSettings } from "../../../src/wiring/run/cost_settings.ts";
import { type PricedConfig, priceSizes } from "../../../src/environments/core/cost/settings.ts";

const HOUR = 3_600_000;
const ECS: PricedConfig = {
  platform: "ecs",
  region: "us-west-2",
  architecture: "X86_64",
  sizes: { standard: { cpu: 512, memory: 2048 }, large: { cpu: 2048, memory: 8192 } },
  publicAddress: true,
  perHour: undefined,
  prices: {},
  budget: undefined,
};

const near = (value: number | undefined, expected: number) =>
  assert.ok(value !== undefined && Math.abs(value - expected) < 0.00005, `${value} is not ${expected}`);

Deno.test("an hour of the standard size in us-west-2 costs its CPU, its memory and its address", () => {
  const settings = priceSizes(ECS);
  near(settings.perHour["standard"], 0.0341);
  near(settings.perHour["large"], 0.1215);
  near(priceSizes({ ...ECS, publicAddress: false }).perHour["standard"], 0.0291);
  assert.equal(settings.source, `prices of us-west-2, ${PRICES_DATE}`);
  assert.equal(settings.shared, 0);
});

Deno.test("ARM64 is cheaper, and has no price where none is known", () => {
  const arm = priceSizes({ ...ECS, architecture: "ARM64" });
  near(arm.perHour["standard"], 0.5 * 0.03238 + 2 * 0.00356 + 0.005);
  const unknown = priceSizes({ ...ECS, architecture: "ARM64", region: "ap-east-1" });
  assert.deepEqual([unknown.perHour, unknown.source], [
    {},
    "no prices of ARM64 in ap-east-1 are known: set cost.prices",
  ]);
  assert.equal(findPrices("constructor", "X86_64"), undefined);
});

Deno.test("ARM64 costs about four fifths of X86_64 in every region that has both", () => {
  for (
    const region of ["us-east-1", "eu-central-1", "eu-north-1", "sa-east-1", "ca-central-1", "ap-south-1"]
  ) {
    const [x86, arm] = [findPrices(region, "X86_64"), findPrices(region, "ARM64")];
    assert.ok(x86 !== undefined && arm !== undefined);
    for (const key of ["vcpu", "gb"] as const) {
      assert.ok(Math.abs(arm[key] / x86[key] - 0.8) < 0.01, `${region} ${key}`);
    }
  }
});

Deno.test("configured prices outweigh the table, and give a region that is not in it a price", () => {
  const own = priceSizes({ ...ECS, prices: { vcpu: 0.1, address: 0 } });
  near(own.perHour["standard"], 0.05 + 2 * 0.004445);
  assert.match(own.source, /us-west-2, .* and of cost\.prices$/);
  const elsewhere = priceSizes({ ...ECS, region: "mars-1", prices: { vcpu: 0.1, gb: 0.01 } });
  near(elsewhere.perHour["standard"], 0.05 + 0.02 + 0.005);
  assert.deepEqual(priceSizes({ ...ECS, perHour: 0.2 }).perHour, { standard: 0.2, large: 0.2 });
});

Deno.test("a load balancer is shared, with an address in each zone", () => {
  near(priceSizes({ ...ECS, loadBalancerZones: 2 }).shared, 0.0225 + 2 * 0.005);
  near(priceSizes({ ...ECS, region: "eu-west-1", loadBalancerZones: 2 }).shared, 0.0252 + 2 * 0.005);
});

Deno.test("the configured load balancer costs an address for each of ecs.subnets, and for two at least", () => {
  const listener =
    "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/app/previews/50dc6c495c0c9188/f2f7dc8efc522ab2";
  const shared = (ecs: string) => {
    const text = `platform: ecs\ncost: { enabled: true }\necs: { ${ecs} }\n`;
    const file = { path: "showtime.yml", text };
    return costSettings(loadConfig({ file, env: { AWS_REGION: "us-west-2" }, flags: {} }).config, undefined)
      ?.shared;
  };
  const balanced = (subnets: string) =>
    shared(`load_balancer: { listener: "${listener}" }, subnets: [${subnets}]`);

  assert.equal(shared("subnets: [subnet-1, subnet-2]"), 0);
  near(balanced("subnet-1, subnet-2, subnet-3"), 0.0225 + 3 * 0.005);
  near(balanced("subnet-1"), 0.0225 + 2 * 0.005);
});

Deno.test("an environment on Docker costs nothing unless cost.per_hour says so", () => {
  const docker: PricedConfig = { ...ECS, platform: "docker", region: undefined };
  assert.deepEqual(priceSizes(docker).perHour, { standard: 0, large: 0 });
  assert.deepEqual(priceSizes({ ...docker, perHour: 0.01 }).perHour, { standard: 0.01, large: 0.01 });
});

Deno.test("the time that counts ends with the present, or with the beginning of sleep", () => {
  const life = { createdAt: HOUR, now: 5 * HOUR };
  assert.equal(awakeMs(life), 4 * HOUR);
  assert.equal(awakeMs({ ...life, asleepSince: 2 * HOUR }), HOUR);
  assert.equal(awakeMs({ ...life, sleptMs: HOUR }), 3 * HOUR);
  assert.equal(awakeMs({ ...life, asleepSince: 4 * HOUR, sleptMs: HOUR }), 2 * HOUR);
  assert.equal(awakeMs({ ...life, sleptMs: 9 * HOUR }), 0);
  assert.equal(awakeMs({ ...life, createdAt: undefined }), undefined);
  assert.equal(awakeMs({ createdAt: 6 * HOUR, now: 5 * HOUR }), 0);
});

Deno.test("the cost is hours times the price of the size; one without a price has no cost", () => {
  const settings = priceSizes(ECS);
  near(costOf(settings, { createdAt: 0, now: 24 * HOUR, size: "standard" })?.soFar, 0.81912);
  near(costOf(settings, { createdAt: 0, now: 24 * HOUR, size: "" })?.perHour, 0.0341);
  assert.equal(costOf(settings, { createdAt: undefined, now: 0, size: "large" })?.soFar, undefined);
  assert.equal(costOf(settings, { createdAt: 0, now: 0, size: "huge" }), undefined);
  assert.equal(hourlyPrice(settings, "constructor"), undefined);
});

Deno.test("amounts have two digits that count", () => {
  for (
    const [amount, text] of [
      [0, "$0"],
      [0.034131, "$0.034"],
      [0.8187, "$0.82"],
      [0.996, "$1.0"],
      [2.92, "$2.9"],
      [24.917, "$25"],
      [1234, "$1200"],
      [0.5, "$0.50"],
    ] as const
  ) assert.equal(formatDollars(amount), text);
  assert.equal(describeRate(0.0341), "about $0.034 an hour, $0.82 a day");
  assert.equal(describeRate(0), "nothing");
});
