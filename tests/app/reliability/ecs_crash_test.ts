/**
 * Runs on ECS that die at a request: to GitHub, to AWS, to an environment. moto plays AWS, as the relay before it completes
 * it; the driver and AWS's clients are the real ones.
 *
 * Everywhere, a run dies around each request to AWS that changes something: between two of those AWS's state is the same.
 * Deep, it dies at each request of all; and while it changes a flag, of which AWS sees what a rebuild is.
 */
import assert from "node:assert/strict";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { tally } from "../../worlds/schedule/mod.ts";
import { withoutJitter } from "../../worlds/without_jitter.ts";
import { DEEP } from "./scenarios/deep.ts";
import { everyDeath, playDeviations, tellingDeaths } from "./scenarios/deviations.ts";
import { ecsLifeScenario, isAwsRequest } from "./scenarios/ecs_lives.ts";
import { PLAIN_LIVES } from "./scenarios/lives.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

const TITLES: Readonly<Record<string, string>> = {
  creating: "C1, C4",
  updating: "C1, C5",
  stopping: "C1, C5",
};

for (const life of PLAIN_LIVES.filter(({ name }) => DEEP || name !== "changing_a_flag")) {
  const ids = TITLES[life.name] ?? "C1";
  aws.test(`${ids}: a run on ECS that died while ${life.name} is finished by the next`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const scenario = ecsLifeScenario(life, moto);
    const crashes = await withoutJitter(() =>
      playDeviations(scenario, DEEP ? everyDeath : (steps) => tellingDeaths(steps, isAwsRequest))
    );
    assert.ok(crashes > 2, `${crashes} crashes`);
    await tally({ crashes });
  });
}
