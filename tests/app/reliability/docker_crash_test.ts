/**
 * Runs on a real Docker engine that die at a command: before it, or right after it. The processes themselves are killed at
 * random moments by `tests/e2e/reliability/reliability_kill_test.ts`.
 *
 * Everywhere, a run dies around each command of a rebuild that changes something; deep, of each life. What it asks GitHub
 * between two commands leaves the engine as it is: that is played with the platform in memory, request by request.
 */
import assert from "node:assert/strict";
import { part } from "../../worlds/require.ts";
import { tally } from "../../worlds/schedule/mod.ts";
import { DEEP } from "./scenarios/deep.ts";
import { playDeviations, tellingDeaths } from "./scenarios/deviations.ts";
import { isDockerCommand, openDockerLives } from "./scenarios/docker_lives.ts";
import { PLAIN_LIVES } from "./scenarios/lives.ts";

const docker = await part("docker");
const busybox = docker.missing === undefined ? await part("busybox") : docker;
const needs = busybox.missing === undefined ? docker : busybox;

for (const { name } of PLAIN_LIVES.filter(({ name }) => DEEP || name === "rebuilding")) {
  needs.test(`C1: a run on Docker that died while ${name} is finished by the next`, async () => {
    const lives = await openDockerLives();
    try {
      const scenario = lives.scenarios.find((each) => each.name === `docker_${name}`) ?? assert.fail(name);
      const crashes = await playDeviations(scenario, (steps) => tellingDeaths(steps, isDockerCommand));
      assert.ok(crashes > 2, `${crashes} crashes`);
      await tally({ crashes });
    } finally {
      await lives.close();
    }
  });
}
