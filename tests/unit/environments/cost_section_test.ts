import assert from "node:assert/strict";
import { type Config, ConfigError, loadConfig } from "../../../src/config/mod.ts";

function load(text: string): Config {
  return loadConfig({ file: { path: "showtime.yml", text: `version: 1\n${text}` }, env: {}, flags: {} })
    .config;
}

function problemIn(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return assert.fail(`Nothing was wrong with ${text}`);
}

Deno.test("cost is shown where it is enabled, or where another key of it is set and it is not switched off", () => {
  assert.equal(load("").cost, undefined);
  assert.equal(load("cost: { enabled: false, budget: 50 }").cost, undefined);
  assert.deepEqual(load("cost: { enabled: true }").cost, {
    perHour: undefined,
    prices: {},
    budget: undefined,
  });
  assert.deepEqual(load("cost: { budget: 50 }").cost, { perHour: undefined, prices: {}, budget: 50 });
  assert.deepEqual(load("cost: { per_hour: 0 }").cost, { perHour: 0, prices: {}, budget: undefined });
  assert.deepEqual(load("cost: { prices: { vcpu: 0.1, load_balancer: 0 } }").cost?.prices, {
    vcpu: 0.1,
    loadBalancer: 0,
  });
});

Deno.test("limits are read one by one, and there are none by default", () => {
  assert.equal(load("").limits, undefined);
  assert.deepEqual(load("limits: { environments: 20 }").limits, { environments: 20, perUser: undefined });
  assert.deepEqual(load("limits: { per_user: 3 }").limits, { environments: undefined, perUser: 3 });
});

Deno.test("build.paths are patterns with braces and stars, and every push is built by default", () => {
  assert.equal(load("").build.paths, undefined);
  assert.deepEqual(load(`build: { paths: ["src/**", "{pr,lib}/*.ts"] }`).build.paths, [
    "src/**",
    "{pr,lib}/*.ts",
  ]);
});

for (
  const [text, told] of [
    [
      "cost: { budget: -1 }",
      /cost\.budget: expected an amount in US dollars, such as 50, found the number -1/,
    ],
    [
      "cost: { prices: { vcpu: cheap } }",
      /cost\.prices\.vcpu: expected a price in US dollars, such as 0\.04/,
    ],
    ["cost: { budgte: 5 }", /cost\.budgte: unknown key; did you mean "?budget/],
    ["limits: { environments: 0 }", /limits\.environments: expected a whole number from 1 to 100000/],
    [
      `build: { paths: ["!docs/**"] }`,
      /build\.paths.*a pattern that begins with ! does not take anything out/,
    ],
    [`build: { paths: ["/src/**"] }`, /build\.paths.*begins at the root of the repository/],
    ["build: { paths: src }", /build\.paths: expected a list of patterns/],
  ] as const
) {
  Deno.test(`a configuration with ${text} is refused with what is expected`, () => {
    assert.match(problemIn(text), told);
  });
}
