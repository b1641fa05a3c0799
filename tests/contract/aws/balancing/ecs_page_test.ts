/** A page in the rule while an environment sleeps, and the way back from it without an error. */
import assert from "node:assert/strict";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { Aws } from "../../../../src/drivers/ecs/aws.ts";
import type { EcsDependencies } from "../../../../src/drivers/ecs/dependencies.ts";
import { routeOfService } from "../../../../src/drivers/ecs/route/route_of_service.ts";
import { forwardTo, keepBehindPage, showPage } from "../../../../src/drivers/ecs/route/page_route.ts";
import { shortSha } from "../../../../src/lib/ids.ts";
import { never, SHA_A, until } from "../../../worlds/aws/ecs_scene.ts";
import {
  type BalancedScene,
  playBalancedScene,
  pollName,
} from "../../../worlds/aws/balancing/balanced_scene.ts";
import { motoForFile } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const A = shortSha(SHA_A);
const PAGE = { html: "<h1>asleep</h1>", status: 503 };

function scene(title: string, play: (scene: BalancedScene) => Promise<void>): void {
  aws.test(title, () => playBalancedScene({ moto }, play));
}

function dependencies({ harness, world, balancer }: BalancedScene): EcsDependencies {
  const config = {
    ...harness.config,
    loadBalancer: { listener: balancer.listener, certificateCheck: true },
  };
  return {
    aws: new Aws(config),
    clock: world.clock,
    probe: () => assert.fail("nothing is probed"),
    askUrl: () => assert.fail("no name is asked"),
    newSecret: () => "secret",
    keepSecret: () => {},
    redact: (text) => text,
    config,
  };
}

async function fallAsleep(scene: BalancedScene, deps: EcsDependencies) {
  await scene.deploy({ epoch: 100 });
  const service = await scene.described(scene.service());
  const route = routeOfService(service, { repo: scene.harness.repo, epoch: 101 });
  assert.ok(route !== undefined);
  const at = { ...route, action: "Sending to sleep" };
  assert.equal(await showPage(deps, { ...at, page: PAGE }, never()), true);
  await scale(scene, 0);
  return at;
}

async function scale({ world, service, described }: BalancedScene, desiredCount: number): Promise<void> {
  const { cluster } = world;
  await world.aside.ecs.send(new UpdateServiceCommand({ cluster, service: service(), desiredCount }));
  await until(
    async () => (await described(service()))?.runningCount === desiredCount,
    `${desiredCount} tasks run`,
  );
}

scene(
  "an environment that sleeps answers with its page, and wakes without an error in between",
  async (scene) => {
    const deps = dependencies(scene);
    const at = await fallAsleep(scene, deps);
    const [listed] = await scene.balanced.list({ repo: scene.harness.repo, pr: scene.pr }, never());
    assert.equal(listed?.unsettled, false);
    assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: "page" }]);
    assert.deepEqual(await scene.ask("/"), { status: 503, body: PAGE.html });

    const poll = pollName({ ask: async (path) => withPage(await scene.ask(path)) }, "SHOWN");
    await keepBehindPage(deps, { ...at, url: scene.url }, never());
    await keepBehindPage(deps, { ...at, url: scene.url }, never());
    assert.deepEqual((await scene.routes()).rules, [
      { hosts: [scene.host], to: "page" },
      { hosts: [scene.host], to: [{ short: A, weight: 1 }] },
    ]);
    await scale(scene, 1);
    await until(
      async () =>
        (await (await deps.aws.balancing).groups.targets(at.group, never())).some(({ state }) =>
          state === "healthy"
        ),
      "the target is healthy",
    );
    const before = await scene.ask("/");
    await forwardTo(deps, at, never());
    const answers = await poll.end();

    assert.equal(before.body, PAGE.html);
    assert.deepEqual([...answers.keys()], ["200 asleep", `200 ${scene.pr} ${A}`]);
    assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }]);
  },
);

scene(
  "a deployment wakes an environment: the page stays until the load balancer finds the task healthy",
  async (scene) => {
    await fallAsleep(scene, dependencies(scene));
    const poll = pollName({ ask: async (path) => withPage(await scene.ask(path)) }, "SHOWN");
    await scene.deploy({ epoch: 102 });
    await scene.balanced.settle(
      { pr: scene.pr, short: A },
      { repo: scene.harness.repo, epoch: 102 },
      never(),
    );
    const answers = await poll.end();

    assert.deepEqual([...answers.keys()], ["200 asleep", `200 ${scene.pr} ${A}`]);
    assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }]);
  },
);

/** Tells the page from a bare 503. */
function withPage({ status, body }: { readonly status: number; readonly body: string }) {
  return body === PAGE.html ? { status: 200, body: "asleep" } : { status, body };
}

scene("the end of an environment that sleeps removes its page too", async (scene) => {
  await fallAsleep(scene, dependencies(scene));
  await scene.balanced.destroy({ pr: scene.pr, short: A }, { repo: scene.harness.repo, epoch: 102 }, never());

  assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
});
