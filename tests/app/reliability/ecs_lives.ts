/** The same lives on ECS: the real driver and AWS's own clients against an AWS that is a server. */

import assert from "node:assert/strict";
import { type AwsBackdrop, makeAwsBackdrop } from "../../support/aws_backdrop.ts";
import type { Moto } from "../../support/aws/mod.ts";
import {
  type Actor,
  cleaning,
  drive,
  type Outcome,
  type Played,
  type Scenario,
  type Stage,
  stageOf,
  syncing,
} from "../../support/schedule/mod.ts";
import { makeWorld, MINUTE, PR, type World } from "../../support/world.ts";
import { assertSucceeded, assertTold, type Life, LIVES } from "./lives.ts";
import { assertLabelsRest, START } from "./rests.ts";

/** Longer than anything takes that ECS does by itself. */
const SETTLING_MS = 2 * MINUTE;

/** A stage with ECS behind it. */
export interface EcsStage extends Stage {
  readonly backdrop: AwsBackdrop;
  readonly actors: Map<string, Actor>;
}

/** One run at work on a life, on ECS. Whatever becomes of it, one more run later everything is as it should be. */
export function ecsLifeScenario(life: Life, moto: Moto): Scenario {
  return {
    name: `ecs_${life.name}`,
    make: async () => {
      const world = makeWorld({ pull: { labels: life.runs ? [START, "bug"] : ["bug"] } });
      const backdrop = await makeAwsBackdrop({ moto, clock: world.clock });
      const stage = { ...stageOf(world, { backdrop }), backdrop };
      if (life.runs) {
        const began = await runAlone(stage, syncing);
        assert.equal(began.kind, "done", began.kind === "failed" ? String(began.error) : "");
        await passTime(stage);
      }
      life.event(world);
      stage.actors.set("a", actorOf(life)(stage, "a", { owns: !life.cleanup }));
      return stage;
    },
    check: (played) => checkLife(life, played as Played & { readonly stage: EcsStage }),
  };
}

/** Whether a request goes to AWS. */
export function isAwsRequest(name: string): boolean {
  return /^(ecs|ec2|logs)\./.test(name);
}

/** All of them. */
export function ecsLifeScenarios(moto: Moto): readonly Scenario[] {
  return LIVES.map((life) => ecsLifeScenario(life, moto));
}

type MakeActor = typeof syncing;

function actorOf(life: Life): MakeActor {
  return life.cleanup ? cleaning : syncing;
}

/** A run that nobody disturbs, on the same servers. */
export async function runAlone(stage: EcsStage, make: MakeActor): Promise<Outcome> {
  const { world, backdrop } = stage;
  const alone = stageOf(world, { backdrop });
  const nonce = `nonce${crypto.randomUUID().slice(0, 6)}`;
  alone.actors.set("z", make(alone, "z", { nonce, owns: false }));
  const outcomes = await drive(alone, { most: 20_000 });
  return outcomes.get("z") ?? assert.fail("there is no run");
}

/** ECS does what is left for it to do. */
async function passTime({ world, backdrop }: EcsStage): Promise<void> {
  world.clock.advance(SETTLING_MS);
  await backdrop.rest();
}

async function checkLife(life: Life, played: Played & { readonly stage: EcsStage }): Promise<void> {
  const { stage } = played;
  const { world } = stage;
  const odd = played.steps.find(({ move }) => move.fate !== "go");
  const outcome = played.outcomes.get("a") ?? assert.fail("there is no run");
  const whole = odd === undefined || (isAwsRequest(odd.call.name) && !odd.move.fate.startsWith("kill"));
  if (whole) {
    assert.equal(outcome.kind, "done", outcome.kind === "failed" ? String(outcome.error) : "");
    if (outcome.kind === "done") assertSucceeded(life, outcome.value);
    assertDoneOnce(life, stage);
  } else {
    if (outcome.kind === "failed") assertTold(outcome.error, odd.move.fate);
    // A dead run's lock is believed until it expires.
    world.clock.advance(11 * MINUTE);
    const again = await runAlone(stage, actorOf(life));
    assert.equal(again.kind, "done", again.kind === "failed" ? String(again.error) : "");
  }
  await passTime(stage);
  await assertEcsRests(stage, life.rest);
  const writes = await writesOf(stage, () => runAlone(stage, actorOf(life)));
  assert.deepEqual(writes, { github: 0, aws: [] }, "one more run writes");
}

/** No task was started that nobody needed. */
function assertDoneOnce(life: Life, { backdrop }: EcsStage): void {
  const started = backdrop.world.tasks().length;
  const inPlace = life.name === "rebuilding" || life.name === "changing_a_flag" || life.name === "updating";
  assert.equal(started, inPlace ? 2 : 1, "tasks that were ever started");
}

/** How much `act` writes: the number of requests to GitHub, the operations of AWS. */
export async function writesOf({ world, backdrop }: EcsStage, act: () => Promise<unknown>) {
  const before = backdrop.written().length;
  const { writes } = await world.count(act);
  return { github: writes, aws: backdrop.written().slice(before) };
}

/** Everything that is to hold of ECS and GitHub once the pull request has come to rest at `short`, or at nothing. */
async function assertEcsRests({ world, backdrop }: EcsStage, short: string | undefined): Promise<void> {
  const there = await backdrop.inventory(PR);
  const service = short === undefined ? [] : [`pr-${PR}-${short}-service`];
  assert.deepEqual(there.services, service, "services");
  assert.deepEqual(there.tasks, service, "tasks");
  assert.equal(there.revisions.length, service.length, `revisions: ${there.revisions.join(", ")}`);
  const address = short === undefined ? undefined : addressOf(world);
  assertLabelsRest(world, { short, address });
  if (address === undefined) return;
  const response = await fetch(`http://${address}/health`);
  await response.body?.cancel();
  assert.equal(response.status, 200, `${address} does not answer`);
}

/** The address that the labels send people to. */
function addressOf(world: World): string {
  const found = world.labels().map((name) => / 🌐 (\S+)$/u.exec(name)?.[1]).find((each) =>
    each !== undefined
  );
  return found ?? assert.fail(`no address among ${world.labels().join(", ")}`);
}
