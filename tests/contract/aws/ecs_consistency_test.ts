/**
 * ECS shows late what was just done, and keeps what nobody takes away. moto answers the calls; that an answer is an
 * older one is the relay's, as are tasks and deployments.
 */
import assert from "node:assert/strict";
import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { tagList } from "../../../src/drivers/ecs/sdk/shapes.ts";
import { identityTags } from "../../../src/drivers/ecs/tags.ts";
import { type Fault, motoForFile } from "../../worlds/aws/mod.ts";
import { toWire } from "../../worlds/aws/wire.ts";
import {
  type EcsScene,
  failureOf,
  never,
  playEcsScene,
  type SceneOptions,
  statusOf,
} from "../../worlds/aws/ecs_scene.ts";
import { part } from "../../worlds/require.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

function scene(title: string, play: (scene: EcsScene) => Promise<void>, options: SceneOptions = {}): void {
  aws.test(title, () => playEcsScene({ ...options, moto }, play));
}

/** ECS knows nothing of the service. */
const MISSING: Fault = {
  kind: "stale",
  operation: "DescribeServices",
  body: { services: [], failures: [{ reason: "MISSING" }] },
};

scene("deploy() waits for a service that ECS does not show at once", async ({ world, deploy, service }) => {
  const gone = { serviceName: service(), status: "INACTIVE", desiredCount: 0, runningCount: 0 };
  // The first look of all is for what is there before.
  world.faults.add({ ...MISSING, nth: 2 }, { ...MISSING, nth: 3, body: { services: [gone], failures: [] } });

  const deployed = await deploy();

  assert.equal(await statusOf(deployed.address), 200);
});

scene("deploy() gives a service up that ECS never shows, and removes it", async (scene) => {
  const { world, deploy, described, service, revisions } = scene;
  world.faults.add({ ...MISSING, times: 20 });

  const error = await failureOf(deploy());

  assert.equal(error.code, "unhealthy", error.message);
  assert.notEqual((await described(service()))?.status, "ACTIVE");
  assert.deepEqual(await revisions(), []);
});

scene("deploy() that is aborted before ECS shows its service removes it", async (scene) => {
  const { world, deploy, described, service } = scene;
  const controller = new AbortController();
  const reason = new Error("interrupted");

  const running = deploy({}, {
    signal: controller.signal,
    onProgress: (text) => {
      if (!text.startsWith("Waiting")) return;
      world.faults.add({ ...MISSING, times: 20 });
      controller.abort(reason);
    },
  });

  await assert.rejects(running, reason);
  assert.notEqual((await described(service()))?.status, "ACTIVE");
});

scene("destroy() is done only when ECS says so, though it shows the service as it was", async (scene) => {
  const { world, deploy, described, service, harness, platform } = scene;
  await deploy();
  const before = toWire(await described(service()));
  world.faults.add({ ...MISSING, nth: 2, body: { services: [before], failures: [] } });

  await platform.destroy(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

  assert.equal((await described(service()))?.status, "INACTIVE");
}, { drainingMs: 2000 });

scene("settle() takes back what the newer revision does not say any more", async (scene) => {
  const { deploy, described, service, harness, platform } = scene;
  const settings = { size: "standard", flags: {}, login: "admin/admin" };
  await deploy({ settings, expiresAt: Date.UTC(2027, 0, 1) });

  await deploy({ settings: { ...settings, login: undefined }, requestedBy: undefined });
  await platform.settle(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

  const [environment] = await platform.list({ repo: harness.repo }, never());
  assert.deepEqual(
    [environment?.settings.login, environment?.expiresAt, environment?.requestedBy],
    [undefined, undefined, undefined],
    JSON.stringify((await described(service()))?.tags),
  );
}, { delays: { drainMs: 100 } });

scene("deploy() says which secret is to be kept, the same for an update", async (scene) => {
  const { deploy, harness } = scene;

  const first = await deploy();
  const secret = await harness.variable(first, harness.secretVariable);
  await deploy({ flags: { ALPHA: true } });

  assert.deepEqual(harness.secrets, [secret, secret]);
}, { delays: { drainMs: 100 } });

scene("destroy() removes what was registered for a service that is gone", async (scene) => {
  const { world, spec, pr, service, revisions, harness, platform } = scene;
  await world.aside.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `${world.cluster}-pr-${pr}`,
      containerDefinitions: [{ name: "app", image: "app", memory: 256 }],
      tags: tagList(identityTags(spec())),
    }),
  );
  assert.equal((await revisions()).length, 1);

  await platform.destroy(keyOfService(service()), { repo: harness.repo, epoch: 100 }, never());

  assert.deepEqual(await revisions(), []);
});
