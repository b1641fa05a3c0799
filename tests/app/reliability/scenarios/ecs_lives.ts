/** Lives on ECS: the real driver and AWS's own clients against an AWS that is a server. */

import assert from "node:assert/strict";
import { type AwsBackdrop, makeAwsBackdrop } from "../../../worlds/aws/aws_backdrop.ts";
import type { Moto } from "../../../worlds/aws/mod.ts";
import type { Scenario } from "../../../worlds/schedule/mod.ts";
import { PR } from "../../../worlds/world.ts";
import type { Hooks } from "../../../../src/environments/core/environment/hooks.ts";
import { HOOK_LIVES, HOOKS, type Life, PLAIN_LIVES } from "./lives.ts";
import { assertLabelsRest } from "./rests.ts";
import { type Ground, servedLife, type ServedStage, servedZombie, serving } from "./served_lives.ts";

/** A stage with ECS behind it. */
export type EcsStage = ServedStage<AwsBackdrop>;

/** Lives at whose end an environment goes. */
const ENDING = ["updating", "stopping", "closing", "cleaning_up"];
/** The lives in which a second task is started. */
const IN_PLACE_OR_BESIDE = ["rebuilding", "changing_a_flag", "updating", "waking"];

/** One run at work on a life, on ECS. */
export function ecsLifeScenario(life: Life, moto: Moto): Scenario {
  return servedLife(onEcs(moto), life);
}

/** The same behind a load balancer, which has a rule for the pull request. */
export function balancedLifeScenario(life: Life, moto: Moto): Scenario {
  return servedLife(onBalancedEcs(moto), life);
}

/** Two runs at work on it, of which the first is taken for dead. */
export function ecsZombieScenarios(moto: Moto): readonly Scenario[] {
  return PLAIN_LIVES.filter(({ cleanup }) => cleanup !== true).map((life) => servedZombie(onEcs(moto), life));
}

/** The same behind a load balancer. */
export function balancedZombieScenario(life: Life, moto: Moto): Scenario {
  return servedZombie(onBalancedEcs(moto), life);
}

function onEcs(moto: Moto, hooks?: Hooks): Ground<AwsBackdrop> {
  return {
    prefix: hooks === undefined ? "ecs_" : "ecs_hooks_",
    nextPr: () => PR,
    make: (world) => makeAwsBackdrop({ moto, clock: world.clock, hooks }),
    isRepeated: isAwsRequest,
    assertRests,
    assertDoneOnce: ({ backdrop }, { name }) => {
      const tasks = Object.groupBy(
        backdrop.world.tasks(),
        ({ alone }) => alone === undefined ? "own" : "hooks",
      );
      const expected = IN_PLACE_OR_BESIDE.includes(name) ? 2 : 1;
      assert.equal(tasks.own?.length, expected, "tasks that were ever started");
      const ends = hooks !== undefined && ENDING.includes(name) ? 1 : 0;
      assert.equal(tasks.hooks?.length ?? 0, ends, "tasks of before_stop that were ever started");
    },
  };
}

/** One run at work on a life with hooks, on ECS. */
export function ecsHookScenario(life: Life, moto: Moto): Scenario {
  return servedLife(onEcs(moto, HOOKS), life);
}

const HOST = `pr-${PR}.preview.example`;

function onBalancedEcs(moto: Moto): Ground<AwsBackdrop> {
  const plain = onEcs(moto);
  return {
    ...plain,
    prefix: "ecs_balanced_",
    make: (world) => makeAwsBackdrop({ moto, clock: world.clock, balanced: true }),
    async assertRests(stage, life) {
      await plain.assertRests(stage, life);
      const { rest: short, asleep } = life;
      const { routes } = await stage.backdrop.inventory(stage.world.pr);
      assert.deepEqual(
        routes,
        short === undefined ? { rules: [], groups: [] } : {
          rules: [{ hosts: [HOST], to: asleep === true ? "page" : [{ short, weight: 1 }] }],
          groups: [short],
        },
      );
    },
  };
}

/** All of them. */
export function ecsLifeScenarios(moto: Moto): readonly Scenario[] {
  return [
    ...PLAIN_LIVES.map((life) => balancedLifeScenario(life, moto)),
    ...PLAIN_LIVES.map((life) => ecsLifeScenario(life, moto)),
    ...ecsZombieScenarios(moto),
    ...HOOK_LIVES.map((life) => ecsHookScenario(life, moto)),
    ...PLAIN_LIVES.filter(({ cleanup }) => cleanup !== true).map((life) =>
      balancedZombieScenario(life, moto)
    ),
  ];
}

/** Whether a request goes to AWS. */
export function isAwsRequest(name: string): boolean {
  return /^(ecs|ec2|elasticloadbalancing|logs)\./.test(name);
}

/** Everything that is to hold of ECS and GitHub once the pull request has come to rest. */
async function assertRests(
  { world, backdrop }: EcsStage,
  life: Pick<Life, "rest" | "asleep">,
): Promise<void> {
  const { rest: short, asleep = false } = life;
  const there = await backdrop.inventory(world.pr);
  const service = short === undefined ? [] : [`pr-${world.pr}-${short}-service`];
  assert.deepEqual(there.services, service, "services");
  assert.deepEqual(there.tasks, asleep ? [] : service, "tasks");
  assert.equal(there.revisions.length, service.length, `revisions: ${there.revisions.join(", ")}`);
  assertLabelsRest(world, { short, address: await serving(world, life), asleep });
}
