/**
 * Faults of AWS at a request: throttling, failures, lost connections. moto plays AWS, as the relay before it completes it;
 * the driver and AWS's clients are the real ones.
 *
 * Everywhere, what is done goes without an answer, once each, and every kind of question fails once; and AWS breaks down
 * where a rebuild changes something. Deep, each request is throttled once and lost once, each that changes something meets
 * every fault, and AWS breaks down at each of those.
 */
import assert from "node:assert/strict";
import { motoForFile } from "../../worlds/aws/mod.ts";
import { part } from "../../worlds/require.ts";
import { type Fate, type Step, tally } from "../../worlds/schedule/mod.ts";
import { withoutJitter } from "../../worlds/without_jitter.ts";
import { DEEP } from "./scenarios/deep.ts";
import { type Deviation, playDeviations } from "./scenarios/deviations.ts";
import { ecsLifeScenario, isAwsRequest } from "./scenarios/ecs_lives.ts";
import { PLAIN_LIVES } from "./scenarios/lives.ts";

const aws = await part("aws");
const moto = await motoForFile(aws);

/** Throttling, a failure before and after the effect, a connection that is lost before and after it. */
const FATES: readonly Fate[] = ["429", "500", "502", "reset", "lost"];

const fewFaults = makeFewFaults();

/** What AWS sees of the others is the same. */
const TELLING = ["creating", "rebuilding", "stopping"];

for (const life of PLAIN_LIVES.filter(({ name }) => DEEP || TELLING.includes(name))) {
  aws.test(
    `F1, F2: a fault of AWS while ${life.name}: nothing is lost, nothing is done twice, nobody has to know`,
    async () => {
      assert.ok(moto !== undefined, "moto runs");
      const scenario = ecsLifeScenario(life, moto);
      const faults = await withoutJitter(() => playDeviations(scenario, DEEP ? everyFault : fewFaults));
      assert.ok(faults > 2, `${faults} faults`);
      await tally({ faults });
    },
  );
}

for (const life of PLAIN_LIVES.filter(({ name }) => DEEP || name === "rebuilding")) {
  aws.test(
    `F2: AWS breaks down while ${life.name}: the run says so, and the next one finishes`,
    async () => {
      assert.ok(moto !== undefined, "moto runs");
      const scenario = ecsLifeScenario(life, moto);
      const faults = await withoutJitter(() => playDeviations(scenario, breakDowns));
      assert.ok(faults > 1, `${faults} faults`);
      await tally({ faults });
    },
  );
}

function breakDowns(steps: readonly Step[]): readonly Deviation[] {
  return steps.flatMap(({ call }, at): readonly Deviation[] =>
    isAwsRequest(call.name) && call.writes ? [{ at, fate: "500", of: isAwsRequest }] : []
  );
}

function everyFault(steps: readonly Step[]): readonly Deviation[] {
  return steps.flatMap(({ call }, at) => {
    if (!isAwsRequest(call.name)) return [];
    // What only asks has no effect that an answer could come after, and is asked again after any failure alike.
    return (call.writes ? FATES : ["429", "reset"] as const).map((fate) => ({ at, fate }));
  });
}

/** Each answer to a change is lost once; of what only asks, each operation fails once in all lives together. */
function makeFewFaults(): (steps: readonly Step[]) => readonly Deviation[] {
  const asked = new Set<string>();
  return (steps) =>
    steps.flatMap(({ call }, at): readonly Deviation[] => {
      if (!isAwsRequest(call.name)) return [];
      if (call.writes) return [{ at, fate: at % 2 === 0 ? "502" : "lost" }];
      if (asked.has(call.name)) return [];
      asked.add(call.name);
      return [{ at, fate: asked.size % 2 === 0 ? "429" : "reset" }];
    });
}
