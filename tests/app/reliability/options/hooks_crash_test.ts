/**
 * Runs of environments with hooks that die, or that AWS fails: on ECS around each request that changes something, and on a
 * Docker engine around each command that does. A run that died while a hook ran leaves nothing that looks finished.
 */
import assert from "node:assert/strict";
import { motoForFile } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";
import { tally } from "../../../worlds/schedule/mod.ts";
import { withoutJitter } from "../../../worlds/without_jitter.ts";
import { DEEP } from "../scenarios/deep.ts";
import { type Deviation, playDeviations, tellingDeaths } from "../scenarios/deviations.ts";
import { isDockerCommand, openDockerLives } from "../scenarios/docker_lives.ts";
import { ecsHookScenario, isAwsRequest } from "../scenarios/ecs_lives.ts";
import { HOOK_LIVES } from "../scenarios/lives.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const engine = busybox.missing === undefined ? docker : busybox;

for (const life of HOOK_LIVES) {
  aws.test(`C1: a run on ECS that died while ${life.name} with hooks is finished by the next`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const scenario = ecsHookScenario(life, moto);
    const crashes = await withoutJitter(() =>
      playDeviations(scenario, (steps) => tellingDeaths(steps, isAwsRequest))
    );
    assert.ok(crashes > 2, `${crashes} crashes`);
    await tally({ crashes });
  });
}

for (const life of HOOK_LIVES.filter(({ name }) => DEEP || ["creating", "stopping"].includes(name))) {
  aws.test(`F1, F2: a fault of AWS while ${life.name} with hooks: nobody has to know`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const scenario = ecsHookScenario(life, moto);
    const faults = await withoutJitter(() =>
      playDeviations(
        scenario,
        (steps) =>
          steps.flatMap(({ call }, at): readonly Deviation[] =>
            isAwsRequest(call.name) && call.writes ? [{ at, fate: at % 2 === 0 ? "502" : "lost" }] : []
          ),
      )
    );
    assert.ok(faults > 2, `${faults} faults`);
    await tally({ faults });
  });
}

for (const { name } of HOOK_LIVES.filter(({ name }) => DEEP || name === "creating" || name === "stopping")) {
  engine.test(`C1: a run on Docker that died while ${name} with hooks is finished by the next`, async () => {
    const lives = await openDockerLives();
    try {
      const scenario = lives.scenarios.find((each) => each.name === `docker_hooks_${name}`) ??
        assert.fail(name);
      const crashes = await playDeviations(scenario, (steps) => tellingDeaths(steps, isDockerCommand));
      assert.ok(crashes > 2, `${crashes} crashes`);
      await tally({ crashes });
    } finally {
      await lives.close();
    }
  });
}
