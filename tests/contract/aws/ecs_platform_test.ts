import assert from "node:assert/strict";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import { AppError } from "../../../src/lib/errors.ts";
import { formatServiceName } from "../../../src/environments/core/environment/names.ts";
import { fullSha, shortSha } from "../../../src/lib/ids.ts";
import {
  containerRunner,
  type EcsHarness,
  makeAwsWorld,
  makeEcsHarness,
  motoForFile,
} from "../../worlds/aws/mod.ts";
import { buildTestImage, tryDocker } from "../../worlds/docker/images.ts";
import { part } from "../../worlds/require.ts";
import { hooksContract } from "../platform/hooks_contract.ts";
import { ownershipContract } from "../platform/ownership_contract.ts";
import { sleepContract } from "../platform/sleep_contract.ts";
import { platformContract, type PlatformContractOptions } from "../platform_contract.ts";
import { keyOfService } from "../../worlds/key_of_service.ts";

const parts = [await part("aws"), await part("docker"), await part("busybox")] as const;
const [aws] = parts;
const missing = parts.find((each) => each.missing !== undefined);
const moto = missing === undefined ? await motoForFile(aws) : undefined;
const IMAGE = `showtime-test/ecs:${crypto.randomUUID().slice(0, 8)}`;
const SHA = fullSha("a1b2c3d4e5f60718293a4b5c6d7e8f9012345678");
/** Containers take real time to start: the world's clock is slower than where nothing real is waited for. */
const SPEED = 60;

function test(title: string, run: (context: Deno.TestContext) => Promise<void>): void {
  (missing ?? aws).test(title, run);
}

async function makeHarness(): Promise<EcsHarness> {
  if (moto === undefined) throw new AppError("aws_unreachable", "Making a world: moto does not run");
  await buildTestImage(IMAGE);
  const world = await makeAwsWorld({
    moto,
    runner: containerRunner(),
    speed: SPEED,
    delays: { healthMs: 150 },
  });
  return makeEcsHarness(world, { image: IMAGE });
}

const contract: PlatformContractOptions = {
  name: "ecs",
  make: makeHarness,
  // ECS lets an old task go by itself: what only `settle` promises is not its.
  supports: new Set(["traffic", "logs", "failures", "legacy"]),
  test,
};

platformContract(contract);
ownershipContract(contract);
hooksContract(contract);
sleepContract(contract);

test("ecs: destroy() answers only when the service is INACTIVE and its revisions are gone", async () => {
  const harness = await makeHarness();
  try {
    const { cluster, aside } = harness.world;
    const pr = harness.freshPr();
    const service = formatServiceName(pr, shortSha(SHA));
    await harness.platform.deploy(
      {
        repo: harness.repo,
        pr,
        sha: SHA,
        image: IMAGE,
        settings: { size: "standard", flags: {}, login: undefined },
        requestedBy: undefined,
        createdAt: 0,
        expiresAt: undefined,
        epoch: 1,
      },
      { onProgress: () => {} },
      new AbortController().signal,
    );

    await harness.platform.destroy(
      keyOfService(service),
      { repo: harness.repo, epoch: 1 },
      new AbortController().signal,
    );

    const { services } = await aside.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    assert.deepEqual(services?.map(({ status }) => status), ["INACTIVE"]);
    assert.equal(await harness.isThere(service), false);
  } finally {
    await harness.dispose();
  }
});

if (missing === undefined) {
  Deno.test.afterAll(async () => {
    await tryDocker(["image", "rm", "--force", IMAGE]);
  });
}
