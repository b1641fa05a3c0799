/** Subnets, security groups and public addresses of services that were made under other settings. */

import assert from "node:assert/strict";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { type EcsScene, failureOf, never, playEcsScene, statusOf } from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

/** Where a service puts its tasks. */
async function networkOf({ described, service }: EcsScene) {
  const network = (await described(service()))?.networkConfiguration?.awsvpcConfiguration;
  return {
    subnets: network?.subnets,
    securityGroups: network?.securityGroups,
    public: network?.assignPublicIp,
  };
}

aws.test("deploy() over a service moves it to the subnets and groups that are configured now", () =>
  playEcsScene({ moto }, async (scene) => {
    // moto's: which networks there are. The relay's: that an update changes where the next task is put.
    const { world, deploy, platformWith, harness, service } = scene;
    const [first = "", second = ""] = world.subnets;
    await deploy({}, { platform: platformWith({ subnets: [first] }) });
    const moved = platformWith({ subnets: [second], securityGroups: [], assignPublicIp: false });

    const renewed = await deploy({ flags: { ALPHA: true } }, { platform: moved });
    await moved.settle(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

    assert.deepEqual(await networkOf(scene), { subnets: [second], securityGroups: [], public: "DISABLED" });
    const [task] = await harness.tasks(service());
    const details = task?.attachments?.flatMap(({ details = [] }) => details) ?? [];
    assert.equal(details.find(({ name }) => name === "subnetId")?.value, second);
    assert.equal(await statusOf(renewed.address), 200);
  }));

aws.test("deploy() that fails in other subnets goes back to where the service was", () =>
  playEcsScene({ moto }, async (scene) => {
    const { world, deploy, platformWith } = scene;
    const [first = "", second = ""] = world.subnets;
    const old = await deploy({}, { platform: platformWith({ subnets: [first] }) });
    const before = await networkOf(scene);

    const error = await failureOf(
      deploy({ flags: { NEVER: true } }, {
        platform: platformWith({
          subnets: [second],
          health: { ...scene.harness.config.health, timeoutMs: 60_000 },
        }),
      }),
    );

    assert.equal(error.code, "unhealthy");
    assert.deepEqual(await networkOf(scene), before);
    assert.deepEqual(before.subnets, [first]);
    assert.equal(await statusOf(old.address), 200);
  }));

aws.test("deploy() over a service into a subnet that is not there is refused, and what serves goes on", () =>
  playEcsScene({ moto }, async (scene) => {
    // The relay's: the refusal. moto looks at the subnets of a creation alone.
    const { world, deploy, platformWith, revisions } = scene;
    const old = await deploy();
    const before = await revisions();
    world.faults.add({
      kind: "error",
      operation: "UpdateService",
      status: 400,
      code: "InvalidParameterException",
      message:
        "Error retrieving subnet information for [subnet-00000000] (ErrorCode: InvalidSubnetID.NotFound)",
    });

    const error = await failureOf(
      deploy({ flags: { ALPHA: true } }, { platform: platformWith({ subnets: ["subnet-00000000"] }) }),
    );

    assert.equal(error.code, "network_settings");
    assert.match(error.message, /subnet-00000000/);
    assert.deepEqual(await revisions(), before);
    assert.equal(await statusOf(old.address), 200);
  }));
