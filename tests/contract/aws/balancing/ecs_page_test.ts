/** A page in the rule while an environment sleeps, and the way back from it without an error. */
import assert from "node:assert/strict";
import { DescribeRulesCommand, ModifyRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { shortSha } from "../../../../src/lib/ids.ts";
import { never, SHA_A, SHA_B, until } from "../../../worlds/aws/ecs_scene.ts";
import {
  type BalancedScene,
  playBalancedScene,
  pollName,
} from "../../../worlds/aws/balancing/balanced_scene.ts";
import { motoForFile } from "../../../worlds/aws/mod.ts";
import { part } from "../../../worlds/require.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);
const A = shortSha(SHA_A);
const B = shortSha(SHA_B);
const PAGE = "<h1>asleep</h1>";

function scene(title: string, play: (scene: BalancedScene) => Promise<void>): void {
  aws.test(title, () => playBalancedScene({ moto }, play));
}

function keyOf({ pr }: BalancedScene) {
  return { pr, short: A };
}

function owner({ harness: { repo } }: BalancedScene, epoch: number) {
  return { repo, epoch };
}

async function fallAsleep(scene: BalancedScene): Promise<void> {
  await scene.deploy({ epoch: 100 });
  await putToSleep(scene);
}

async function putToSleep(scene: BalancedScene, epoch = 101): Promise<void> {
  const how = { ...owner(scene, epoch), cause: "person", since: 0, page: PAGE } as const;
  await scene.balanced.sleep(keyOf(scene), how, never());
  await until(async () => (await scene.described(scene.service()))?.runningCount === 0, "no task runs");
}

async function wake(scene: BalancedScene, epoch = 102): Promise<void> {
  const how = { ...owner(scene, epoch), at: Date.now(), page: PAGE, onProgress: () => {} };
  await scene.balanced.wake(keyOf(scene), how, never());
}

/** Puts the page into the rule, as a run does whose request was long on its way. */
async function showItsPage({ world: { aside: { elb } }, balancer }: BalancedScene): Promise<void> {
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: balancer.listener }));
  await elb.send(
    new ModifyRuleCommand({
      RuleArn: Rules.find(({ IsDefault }) => IsDefault !== true)?.RuleArn,
      Actions: [{
        Type: "fixed-response",
        FixedResponseConfig: { StatusCode: "503", ContentType: "text/html", MessageBody: PAGE },
      }],
    }),
  );
}

async function isUnsettled({ harness: { repo }, balanced, pr }: BalancedScene): Promise<boolean | undefined> {
  const [listed] = await balanced.list({ repo, pr }, never());
  return listed?.unsettled;
}

/** Tells the page from a bare 503. */
function withPage({ status, body }: { readonly status: number; readonly body: string }) {
  return body === PAGE ? { status: 200, body: "asleep" } : { status, body };
}

function pollPage(scene: BalancedScene) {
  return pollName({ ask: async (path) => withPage(await scene.ask(path)) }, "SHOWN");
}

scene(
  "an environment falls asleep and wakes without an error in between: its page answers meanwhile",
  async (scene) => {
    await scene.deploy({ epoch: 100 });
    const poll = pollPage(scene);
    await putToSleep(scene);

    assert.equal(await isUnsettled(scene), false);
    assert.deepEqual(await scene.routes(), { rules: [{ hosts: [scene.host], to: "page" }], groups: [A] });
    assert.deepEqual(await scene.ask("/"), { status: 503, body: PAGE });

    await wake(scene);
    const last = await scene.ask("/cgi-bin/env?SHOWN");
    const answers = await poll.end();

    assert.deepEqual([...answers.keys()].sort(), [`200 ${scene.pr} ${A}`, "200 asleep"]);
    assert.deepEqual(last, { status: 200, body: `${scene.pr} ${A}` });
    assert.equal(await isUnsettled(scene), false);
    assert.deepEqual(await scene.routes(), {
      rules: [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }],
      groups: [A],
    });
  },
);

scene("a wake that fails leaves the page, and no second rule", async (scene) => {
  await fallAsleep(scene);
  const { harness } = scene;
  const short = { ...harness.config.health, path: "/nothing", fallback: "/nothing", timeoutMs: 60_000 };
  const how = { ...owner(scene, 102), at: 0, page: PAGE, onProgress: () => {} };

  await assert.rejects(scene.balancedWith({ health: short }).wake(keyOf(scene), how, never()), {
    code: "unhealthy",
  });

  assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: "page" }]);
  assert.equal((await scene.described(scene.service()))?.desiredCount, 0);
});

scene(
  "an environment that runs behind a page is unsettled, and settle() sends people to it",
  async (scene) => {
    await fallAsleep(scene);
    const { rules: before } = await scene.routes();
    await wake(scene);
    await showItsPage(scene);
    assert.equal(await isUnsettled(scene), true);

    await scene.balanced.settle(keyOf(scene), owner(scene, 103), never());

    assert.deepEqual(before, [{ hosts: [scene.host], to: "page" }]);
    assert.equal(await isUnsettled(scene), false);
    assert.deepEqual(await scene.ask("/cgi-bin/env?SHOWN"), { status: 200, body: `${scene.pr} ${A}` });
  },
);

scene("a page does not take the name from another environment of the pull request", async (scene) => {
  await scene.deploy({ epoch: 100 });
  await scene.deploy({ sha: SHA_B, epoch: 101 });

  await putToSleep(scene, 102);

  assert.deepEqual(await scene.ask("/cgi-bin/env?SHOWN"), { status: 200, body: `${scene.pr} ${B}` });
});

scene(
  "a deployment wakes an environment: the page stays until the load balancer finds the task healthy",
  async (scene) => {
    await fallAsleep(scene);
    const poll = pollPage(scene);
    await scene.deploy({ epoch: 102 });
    await scene.balanced.settle(
      { pr: scene.pr, short: A },
      { repo: scene.harness.repo, epoch: 102 },
      never(),
    );
    const answers = await poll.end();

    assert.deepEqual([...answers.keys()], ["200 asleep", `200 ${scene.pr} ${A}`]);
    assert.deepEqual((await scene.routes()).rules, [{ hosts: [scene.host], to: [{ short: A, weight: 1 }] }]);
  },
);

scene("the end of an environment that sleeps removes its page too", async (scene) => {
  await fallAsleep(scene);
  await scene.balanced.destroy({ pr: scene.pr, short: A }, { repo: scene.harness.repo, epoch: 102 }, never());

  assert.deepEqual(await scene.routes(), { rules: [], groups: [] });
});
