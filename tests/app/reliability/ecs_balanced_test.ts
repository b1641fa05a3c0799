/**
 * Runs on ECS behind a load balancer that die at a request to AWS, and faults of AWS there. Only what the
 * load balancer adds is played: the other requests are those of `ecs_crash_test.ts` and `ecs_faults_test.ts`.
 *
 * Everywhere, a run dies around each request that changes a rule, a group or a service. Deep, it dies at each
 * request.
 */
import assert from "node:assert/strict";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { exploreRandomly, type Step, tally } from "../../worlds/schedule/mod.ts";
import { withoutJitter } from "../../worlds/without_jitter.ts";
import { DEEP } from "./scenarios/deep.ts";
import { type Deviation, everyDeath, playDeviations, tellingDeaths } from "./scenarios/deviations.ts";
import { balancedLifeScenario, balancedZombieScenario } from "./scenarios/ecs_lives.ts";
import { PLAIN_LIVES } from "./scenarios/lives.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

const balancingFaults = makeBalancingFaults();

const isBalancing = (name: string) =>
  /^(elasticloadbalancing\.|ecs\.(Create|Update|Delete)Service)/.test(name);

for (const life of PLAIN_LIVES.filter(({ name }) => DEEP || name !== "changing_a_flag")) {
  aws.test(`C1: a run behind a load balancer that died while ${life.name} is finished by the next`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const scenario = balancedLifeScenario(life, moto);
    const crashes = await withoutJitter(() =>
      playDeviations(scenario, DEEP ? everyDeath : (steps) => tellingDeaths(steps, isBalancing))
    );
    assert.ok(crashes > 2, `${crashes} crashes`);
    await tally({ crashes });
  });
}

for (
  const life of PLAIN_LIVES.filter(({ name }) =>
    DEEP || ["creating", "updating", "closing", "falling_asleep", "waking"].includes(name)
  )
) {
  aws.test(`F1, F2: a fault of load balancing while ${life.name}: nothing is lost, nothing is done twice`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const scenario = balancedLifeScenario(life, moto);
    const faults = await withoutJitter(() => playDeviations(scenario, balancingFaults));
    assert.ok(faults > 1, `${faults} faults`);
    await tally({ faults });
  });
}

for (
  const life of PLAIN_LIVES.filter(({ name, cleanup }) =>
    !cleanup && (DEEP || ["updating", "waking"].includes(name))
  )
) {
  aws.test(`M5: a run behind a load balancer, declared dead while ${life.name}, goes on: people go where they should`, async () => {
    assert.ok(moto !== undefined, "moto runs");
    const count = DEEP ? 60 : 3;
    await withoutJitter(() => exploreRandomly(balancedZombieScenario(life, moto), { seed: 7, count }));
    await tally({ interleavings: count });
  });
}

/**
 * Each answer to a change is lost once; of what only asks, each operation fails once in all lives together.
 */
function makeBalancingFaults(): (steps: readonly Step[]) => readonly Deviation[] {
  const asked = new Set<string>();
  return (steps) =>
    steps.flatMap(({ call }, at): readonly Deviation[] => {
      if (!call.name.startsWith("elasticloadbalancing.")) return [];
      if (call.writes) return [{ at, fate: at % 2 === 0 ? "502" : "lost" }];
      if (asked.has(call.name)) return [];
      asked.add(call.name);
      return [{ at, fate: asked.size % 2 === 0 ? "429" : "reset" }];
    });
}
