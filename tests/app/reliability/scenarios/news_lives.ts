/** The lives of a run that also tells people: by the status of the head, and by a comment that mentions them. */

import assert from "node:assert/strict";
import { parseTold } from "../../../../src/environments/core/news/mod.ts";
import type { Fate, Scenario } from "../../../worlds/schedule/mod.ts";
import { newsIn } from "../../../worlds/news.ts";
import { A, B, type RunChange, type World } from "../../../worlds/world.ts";
import { type Life, lifeScenario } from "./lives.ts";

/** Everything that tells people is on. */
const TELLING: RunChange = { settings: { status: { required: true }, mention: "both" } };

/** The life with news, by the name `news_<life>`. */
export function newsScenario(life: Life): Scenario {
  return lifeScenario(life, { name: `news_${life.name}`, run: TELLING, rests: assertToldRight });
}

/** What was told is true, and nothing was told twice. */
function assertToldRight(
  world: World,
  { rest, runs }: Life,
  { fate }: { readonly fate: Fate },
): void {
  const address = world.platform.environments[0]?.address;
  const news = newsIn(world);
  assert.deepEqual(
    news.map((body) => parseTold(body).at(-1)),
    rest === undefined ? [] : [{ sha: rest, state: "ready" }],
  );
  if (rest !== undefined) assert.ok(news[0]?.includes(`http://${address}`), news[0]);
  // A request that arrives after it was given up makes a second comment, which the next run takes away.
  if (fate !== "late") assert.equal(notified(world), runs && rest?.startsWith("bbb") === true ? 2 : 1);
  for (const sha of [A, B]) {
    const written = world.simulator.state().statuses.filter((each) => each.sha === sha);
    const last = written.at(-1);
    if (last === undefined) continue;
    const serves = rest !== undefined && sha.startsWith(rest);
    assert.deepEqual(
      [last.state, last.target_url],
      ["success", serves ? `http://${address}` : null],
      `the status of ${sha}`,
    );
  }
  const { headSha } = headOf(world);
  assert.ok(world.simulator.state().statuses.some(({ sha }) => sha === headSha), "the head has a status");
}

/** How many comments with news were made: beside the main comment, of which there is one. */
function notified(world: World): number {
  return world.simulator.requests().filter(({ status }) => status === 200)
    .flatMap(({ operations }) => operations).filter((name) => name === "addComment").length - 1;
}

function headOf(world: World): { readonly headSha: string } {
  const pull = world.simulator.state().pulls.find(({ number }) => number === world.pr) ?? assert.fail();
  return { headSha: pull.head.sha };
}
