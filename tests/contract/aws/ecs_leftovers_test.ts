/**
 * Revisions of task definitions that no service uses, beside those that are used. moto answers the calls; each test says
 * what the relay before it adds.
 */

import assert from "node:assert/strict";
import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { type PrNumber, prNumber } from "../../../src/lib/ids.ts";
import { tagList } from "../../../src/drivers/ecs/sdk/shapes.ts";
import { identityTags } from "../../../src/drivers/ecs/tags.ts";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { type EcsScene, never, playEcsScene, SHA_B } from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

function scene(title: string, play: (scene: EcsScene) => Promise<void>): void {
  aws.test(title, () => playEcsScene({ moto, delays: { drainMs: 5000 } }, play));
}

/** What a run registers that is taken for dead, goes on, and dies then. */
async function registerUnused({ world, spec, pr: own }: EcsScene, pr: PrNumber = own): Promise<string> {
  const { taskDefinition } = await world.aside.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${world.cluster}-pr-${pr}`,
      containerDefinitions: [{ name: "app", image: "app", memory: 256 }],
      tags: tagList(identityTags(spec({ pr, epoch: 1 }))),
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

scene("leftovers() finds a revision that no service uses beside those that are used", async (scene) => {
  // moto's: definitions and tags. The relay's: when they were registered, and deployments.
  const { deploy, platform, harness, pr, described, service } = scene;
  const { repo } = harness;
  await deploy();
  await deploy({ sha: SHA_B });
  const unused = await registerUnused(scene);

  const found = await platform.leftovers({ repo }, never());
  for (const { id } of found) await platform.removeLeftover(id, { repo }, never());

  assert.deepEqual(found.map((each) => [each.id, each.pr]), [[unused, pr]]);
  assert.ok((found[0]?.createdAt ?? 0) > 0);
  assert.deepEqual(await platform.leftovers({ repo }, never()), []);
  assert.equal((await described(service()))?.runningCount, 1);
});

scene("leftovers() leaves both revisions alone that an update is between", async (scene) => {
  // The relay's: that the older deployment is there until the newer one has all its tasks.
  const { deploy, platform, harness, described, service } = scene;
  await deploy();
  await deploy({ flags: { ALPHA: true } });

  const during = (await described(service()))?.deployments ?? [];
  const found = await platform.leftovers({ repo: harness.repo }, never());

  assert.equal(during.length, 2);
  assert.deepEqual(found, []);
});

scene("leftovers() deletes nothing of a pull request whose services are not all told of", async (scene) => {
  // The relay's: that a service is listed, and not described.
  const { world, deploy, platform, harness } = scene;
  await deploy();
  await registerUnused(scene);
  world.faults.add({ kind: "stale", operation: "DescribeServices", body: { services: [], failures: [] } });

  assert.deepEqual(await platform.leftovers({ repo: harness.repo }, never()), []);
});

scene(
  "leftovers() among many environments takes a number of calls that does not grow with them",
  async (scene) => {
    // moto's: definitions. The relay's: counts, and pages.
    const { world, deploy, platform, harness, pr } = scene;
    const prs = [1, 2, 3, 4, 5, 6].map((n) => prNumber(pr + n));
    await Promise.all(prs.map((each) => deploy({ pr: each })));
    const calm = async () => {
      world.clearCalls();
      const found = await platform.leftovers({ repo: harness.repo }, never());
      return { found: found.map(({ id }) => id), calls: world.callCounts() };
    };

    const before = await calm();
    const unused = await registerUnused(scene, prs[3]);
    const after = await calm();

    assert.deepEqual(before, {
      found: [],
      calls: { ListTaskDefinitionFamilies: 1, ListServices: 1, ListTaskDefinitions: 1 },
    });
    assert.deepEqual(after.found, [unused]);
    assert.deepEqual(after.calls, {
      ListTaskDefinitionFamilies: 1,
      ListServices: 1,
      // The account's, and those of the family that stood out, registered and deregistered.
      ListTaskDefinitions: 3,
      DescribeTaskDefinition: 2,
      DescribeServices: 1,
    });
  },
);
