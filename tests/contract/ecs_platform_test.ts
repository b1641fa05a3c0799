import { AppError } from "../../src/core/errors.ts";
import { containerRunner, makeAwsWorld, makeEcsHarness, motoForFile } from "../support/aws/mod.ts";
import { buildTestImage, tryDocker } from "../support/images.ts";
import { part } from "../support/require.ts";
import { platformContract, type PlatformHarness } from "./platform_contract.ts";

const parts = [await part("aws"), await part("docker"), await part("busybox")] as const;
const [aws] = parts;
const missing = parts.find((each) => each.missing !== undefined);
const moto = missing === undefined ? await motoForFile(aws) : undefined;
const IMAGE = `showtime-test/ecs:${crypto.randomUUID().slice(0, 8)}`;
/** Containers take real time to start: the world's clock is slower than where nothing real is waited for. */
const SPEED = 60;

function test(title: string, run: (context: Deno.TestContext) => Promise<void>): void {
  (missing ?? aws).test(title, run);
}

async function makeHarness(): Promise<PlatformHarness> {
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

platformContract({
  name: "ecs",
  make: makeHarness,
  // ECS lets an old task go by itself: what only `settle` promises is not its.
  supports: new Set(["traffic", "logs", "failures", "legacy"]),
  test,
});

if (missing === undefined) {
  Deno.test.afterAll(async () => {
    await tryDocker(["image", "rm", "--force", IMAGE]);
  });
}
