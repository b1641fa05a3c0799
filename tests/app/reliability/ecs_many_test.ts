/** Pull requests with more services than a page or a call of ECS holds. moto plays AWS; the pages are its relay's. */
import assert from "node:assert/strict";
import { CreateServiceCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { type FullSha, fullSha, prNumber, shortSha } from "../../../src/lib/ids.ts";
import { tagList } from "../../../src/drivers/ecs/sdk/shapes.ts";
import { identityTags } from "../../../src/drivers/ecs/tags.ts";
import { type AwsBackdrop, makeAwsBackdrop } from "../../worlds/aws/aws_backdrop.ts";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { cleaning, stageOf, syncing, withQuickTimers } from "../../worlds/schedule/mod.ts";
import { A, HOUR, makeWorld, NOON, PR, REPO, runningLabels, seedPull } from "../../worlds/world.ts";
import { DEEP } from "./scenarios/deep.ts";
import type { EcsStage } from "./scenarios/ecs_lives.ts";
import { assertDone, runAlone, writesOf } from "./scenarios/served_lives.ts";

const NOTHING = { services: [], tasks: [], revisions: [], routes: { groups: [], rules: [] } };
const aws = await part("aws");
const moto = await motoForFile(aws);

/** Makes a service as a run that died would have left it: without a task. */
async function plant(
  { world }: AwsBackdrop,
  of: { readonly pr: number; readonly sha: FullSha },
): Promise<void> {
  const { ecs } = world.aside;
  const pr = prNumber(of.pr);
  const tags = tagList(identityTags({
    repo: REPO,
    pr,
    sha: of.sha,
    image: "app",
    settings: { size: "standard", flags: {}, login: undefined },
    requestedBy: undefined,
    createdAt: NOON - HOUR,
    expiresAt: undefined,
    epoch: 1,
  }));
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${world.cluster}-pr-${pr}`,
      containerDefinitions: [{ name: "app", image: "app", memory: 256 }],
      tags,
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster: world.cluster,
      serviceName: formatServiceName(pr, shortSha(of.sha)),
      taskDefinition: taskDefinition?.taskDefinitionArn,
      desiredCount: 0,
      launchType: "FARGATE",
      tags,
    }),
  );
}

async function onEcs(seed: Readonly<Record<string, unknown>>, act: (stage: EcsStage) => Promise<void>) {
  assert.ok(moto !== undefined, "moto runs");
  const world = makeWorld({ seed });
  const backdrop = await makeAwsBackdrop({ moto, clock: world.clock });
  try {
    await withQuickTimers(() => act({ ...stageOf(world, { backdrop }), backdrop }));
  } finally {
    await backdrop.dispose();
  }
}

aws.test("R4: 11 services of one pull request on ECS: all of them go when it closes", async () => {
  await onEcs({}, async (stage) => {
    const { backdrop, world } = stage;
    for (let index = 0; index < 11; index++) {
      const sha = fullSha((0xb000000 + index).toString(16).padEnd(40, "0"));
      await plant(backdrop, { pr: PR, sha });
    }
    assert.equal((await backdrop.inventory(PR)).services.length, 11);
    world.simulator.pull({ pr: PR, state: "closed" });

    const outcome = await runAlone(stage, syncing);

    assertDone(outcome);
    assert.deepEqual(await backdrop.inventory(PR), NOTHING);
    const again = await writesOf(stage, () => runAlone(stage, syncing));
    assert.deepEqual(again, { github: 0, platform: [] });
  });
});

// Too long for every day: what does not run then is not registered.
if (DEEP) {
  aws.test("R4: 101 expired environments on ECS: a cleanup removes them all, and the next one writes nothing", async () => {
    const numbers = Array.from({ length: 101 }, (_, index) => index + 1);
    const pulls = numbers.map((number) => seedPull(number, { labels: runningLabels(A, { ttl: "30m" }) }));
    await onEcs({ pulls }, async (stage) => {
      const { backdrop } = stage;
      for (const pr of numbers) await plant(backdrop, { pr, sha: A });

      const outcome = await runAlone(stage, cleaning);

      assertDone(outcome);
      assert.deepEqual(await backdrop.inventory(prNumber(101)), NOTHING);
      const again = await writesOf(stage, () => runAlone(stage, cleaning));
      assert.deepEqual(again, { github: 0, platform: [] });
    });
  });
}
