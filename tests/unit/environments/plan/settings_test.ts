import assert from "node:assert/strict";
import { configuredFlags } from "../../../../src/environments/core/environment/variables.ts";
import { wantedSettings } from "../../../../src/environments/core/plan/mod.ts";
import { observe, POLICY } from "../../../worlds/observation.ts";

Deno.test("configuredFlags() names the flags that would set a configured variable", () => {
  const variables = { FEATURE_LOGIN: "strict", DEBUG: "1" };
  const named = (prefix: string) => configuredFlags({ variables, flags: { prefix, on: "1", off: "0" } });
  assert.deepEqual(named("FEATURE_"), ["LOGIN"]);
  assert.deepEqual(named(""), ["FEATURE_LOGIN", "DEBUG"]);
});

Deno.test("wantedSettings() lets a label change a configured flag, but no line of a body", () => {
  const policy = { ...POLICY, configuredFlags: ["LOGIN"] };
  const body = "FEATURE_LOGIN=false\nFEATURE_DARK=true";
  assert.deepEqual(wantedSettings(observe({ body }), policy).flags, { DARK: true });
  const labels = ["🎪 conf-enable-LOGIN"];
  assert.deepEqual(wantedSettings(observe({ body, labels }), policy).flags, { DARK: true, LOGIN: true });
});
