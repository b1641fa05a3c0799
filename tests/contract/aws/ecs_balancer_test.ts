/** Addresses that stay: the rule and the target groups of a shared load balancer, step by step. */
import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { shortSha } from "../../../src/lib/ids.ts";
import { failureOf, never, type SceneOptions, SHA_A, SHA_B } from "../../worlds/aws/ecs_scene.ts";
import {
  type BalancedScene,
  playBalancedScene,
  pollName,
} from "../../worlds/aws/balancing/balanced_scene.ts";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

const [A, B] = [shortSha(SHA_A), shortSha(SHA_B)];

function scene(
  title: string,
  play: (scene: BalancedScene) => Promise<void>,
  options: SceneOptions = {},
): void {
  aws.test(title, () => playBalancedScene({ ...options, moto }, play));
}

const owner = ({ harness }: BalancedScene, epoch = 200) => ({ repo: harness.repo, epoch });

scene("deploy() makes a target group and a rule for the name, and the name answers", async (scene) => {
  const deployed = await scene.deploy();

  assert.equal(deployed.warning, undefined);
  assert.deepEqual(await scene.routes(), {
    rules: [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }],
    groups: [A],
  });
  assert.equal((await scene.ask("/health")).status, 200);
  const [listed] = await scene.balanced.list({ repo: scene.harness.repo, pr: scene.pr }, never());
  assert.deepEqual([listed?.settings.url, listed?.unsettled], [scene.url, false]);
});

scene("the name answers at every poll over a new commit, a rebuild and a flag", async (scene) => {
  await scene.deploy({ flags: { V: true }, epoch: 100 });
  const poll = pollName(scene, "SHOWN");
  await scene.deploy({ sha: SHA_B, epoch: 101 });
  await scene.balanced.destroy({ pr: scene.pr, short: A }, owner(scene, 101), never());
  await scene.deploy({ sha: SHA_B, epoch: 102 });
  await scene.balanced.settle({ pr: scene.pr, short: B }, owner(scene, 102), never());
  await scene.deploy({ sha: SHA_B, flags: { EXTRA: true }, epoch: 103 });
  await scene.balanced.settle({ pr: scene.pr, short: B }, owner(scene, 103), never());
  const answers = await poll.end();

  assert.ok([...answers.values()].every((count) => count > 5), "each version was seen");
  assert.deepEqual(
    [...answers.keys()],
    [`200 ${scene.pr} ${A}`, `200 ${scene.pr} ${B}`],
  );
  assert.deepEqual(await scene.routes(), {
    rules: [{ hosts: [scene.host], to: [{ short: B, weight: 1 }] }],
    groups: [B],
  });
});

scene("destroy() of the last environment removes rule and group", async (scene) => {
  await scene.deploy();
  await scene.balanced.destroy({ pr: scene.pr, short: A }, owner(scene), never());

  assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
  assert.equal((await scene.ask("/health")).status, 404);
});

scene(
  "deploy() that fails leaves the older environment at the name, and nothing of its own",
  async (scene) => {
    await scene.deploy({ epoch: 100 });
    const failure = await failureOf(
      scene.deploy({ sha: SHA_B, flags: { EXIT: true }, epoch: 101 }),
    );

    assert.ok(failure instanceof AppError);
    assert.equal(failure.code, "unhealthy");
    assert.deepEqual(await scene.routes(), {
      rules: [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }],
      groups: [A],
    });
    assert.equal((await scene.ask("/health")).status, 200);
  },
);
