/** Runs on ECS that are taken for dead and go on. moto plays AWS, as the relay before it completes it. */
import assert from "node:assert/strict";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { exploreRandomly, tally } from "../../worlds/schedule/mod.ts";
import { withoutJitter } from "../../worlds/without_jitter.ts";
import { DEEP } from "./scenarios/deep.ts";
import { ecsZombieScenarios } from "./scenarios/ecs_lives.ts";
import { PLAIN_LIVES } from "./scenarios/lives.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

/** Where most is under way. */
const TELLING = ["creating", "updating", "rebuilding"];

for (const { name } of PLAIN_LIVES.filter((life) => !life.cleanup && (DEEP || TELLING.includes(life.name)))) {
  aws.test(`M5: a run on ECS declared dead while ${name} goes on: what it still writes is refused or put right`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const scenario = ecsZombieScenarios(moto).find((each) => each.name === `ecs_zombie_${name}`) ??
      assert.fail(name);
    const count = DEEP ? 60 : 3;
    await withoutJitter(() => exploreRandomly(scenario, { seed: 5, count }));
    await tally({ interleavings: count });
  });
}
