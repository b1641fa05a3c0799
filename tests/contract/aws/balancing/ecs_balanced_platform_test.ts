/**
 * The platform's contract behind a load balancer: everything holds as without one, and nothing is left there.
 */
import assert from "node:assert/strict";
import type { Platform } from "../../../../src/environments/ports/platform.ts";
import { byName } from "../../../worlds/aws/balancing/by_name.ts";
import { showRoutes } from "../../../worlds/aws/balancing/show_routes.ts";
import { makeUrlProbe } from "../../../../src/drivers/ecs/route/ask_url.ts";
import {
  type EcsHarness,
  makeAwsWorld,
  makeEcsHarness,
  motoForFile,
  plainRunner,
} from "../../../worlds/aws/mod.ts";
import { failingImages } from "../../../worlds/aws/tasks/failing_images.ts";
import { part } from "../../../worlds/require.ts";
import { ownershipContract } from "../../platform/ownership_contract.ts";
import { sleepContract } from "../../platform/sleep_contract.ts";
import { platformContract, type PlatformContractOptions } from "../../platform_contract.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

async function makeHarness(): Promise<EcsHarness> {
  assert.ok(moto !== undefined, "moto runs");
  const world = await makeAwsWorld({ moto, runner: failingImages(plainRunner()), speed: 60 });
  const balancer = await world.addLoadBalancer();
  const client = Deno.createHttpClient({ allowHost: true });
  const harness = makeEcsHarness(world, { image: "registry.example/acme/app:fine" });
  const askUrl = makeUrlProbe({ fetch: byName(balancer, client), timeoutMs: 5000 });
  const loadBalancer = { listener: balancer.listener, certificateCheck: true };
  const balancedWith: EcsHarness["platformWith"] = (change) =>
    withAddress(harness.platformWith({ loadBalancer, ...change }, { askUrl }));
  return {
    ...harness,
    platform: balancedWith({}),
    platformWith: balancedWith,
    async dispose() {
      try {
        const signal = new AbortController().signal;
        // A run that is aborted may leave a group, which a cleanup removes.
        const scope = { repo: world.repo };
        const parts = (await harness.platformWith({ loadBalancer }).leftovers(scope, signal))
          .filter(({ what }) => !what.startsWith("task definition"));
        for (const { id } of parts) await harness.platform.removeLeftover(id, scope, signal);
        const { rules, groups } = await showRoutes({ world }, balancer);
        const services = (await harness.platform.list({ repo: world.repo, others: true }, signal))
          .filter(({ condition }) => condition !== "draining");
        assert.ok(rules.length <= services.length, `rules without a service: ${JSON.stringify(rules)}`);
        assert.ok(groups.length <= services.length, `groups without a service: ${groups.join(", ")}`);
      } finally {
        client.close();
        await harness.dispose();
      }
    },
  };
}

/** The contract says nothing of addresses that stay: each pull request gets one, and lists do not show it. */
function withAddress(platform: Platform): Platform {
  return {
    ...platform,
    deploy: (spec, events, signal) => {
      const settings = { ...spec.settings, url: `http://pr-${spec.pr}.preview.example` };
      return platform.deploy({ ...spec, settings }, events, signal);
    },
    list: async (scope, signal) =>
      (await platform.list(scope, signal)).map((each) => {
        const { url: _, ...settings } = each.settings;
        return { ...each, settings };
      }),
  };
}

const contract: PlatformContractOptions = {
  name: "ecs behind a load balancer",
  make: makeHarness,
  supports: new Set(["traffic", "logs", "failures", "legacy"]),
  test: (title, run) => aws.test(title, run),
};

platformContract(contract);
ownershipContract(contract);
sleepContract(contract);
