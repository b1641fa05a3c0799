/** Plays one line again: a schedule of a scenario, or a random world of a law. */

import {
  follow,
  parseSchedule,
  play,
  type Played,
  renderPlayed,
  type Scenario,
  withQuickTimers,
} from "../../../worlds/schedule/mod.ts";
import { withoutJitter } from "../../../worlds/without_jitter.ts";
import { type Law, tryLaw } from "./laws.ts";
import type { Known } from "./scenarios.ts";

/** Plays it, tells every move and what came of it, and returns the exit code: 1 where it does not hold, 2 where there is no such thing. */
export async function replayLine(
  line: string,
  { known, say }: { readonly known: Known; readonly say: (text: string) => void },
): Promise<number> {
  const [name = "", rest = "", ...more] = line.split("/");
  const law = known.laws.find((each) => each.name === name);
  if (law !== undefined) {
    const [path] = more;
    return await tell(() => replayWorld(law, { seed: Number(rest), path }), say);
  }
  const scenario = [...known.scenarios, ...known.unlisted ?? []].find((each) => each.name === name);
  if (scenario !== undefined) return await tell(() => replaySchedule(scenario, { schedule: rest, say }), say);
  const served = known.served.find(({ names }) => names.includes(name));
  if (served !== undefined) {
    const opened = await served.open().catch((error: unknown) => messageOf(error));
    if (typeof opened === "string") {
      say(`Playing ${name}: ${opened}`);
      return 2;
    }
    try {
      const own = opened.scenarios.find((each) => each.name === name);
      if (own === undefined) throw new Error(`There is no ${name}`);
      return await tell(() => replaySchedule(own, { schedule: rest, say }), say);
    } finally {
      await opened.close();
    }
  }
  const names = [...known.scenarios, ...known.laws].map((each) => each.name);
  say(`Scenarios: ${[...names, ...known.served.flatMap((each) => each.names)].join(", ")}`);
  return line === "" ? 0 : 2;
}

async function tell(act: () => Promise<void>, say: (text: string) => void): Promise<number> {
  try {
    await act();
    say("It holds.");
    return 0;
  } catch (error) {
    say(`\nIt does not hold: ${messageOf(error)}`);
    return 1;
  }
}

async function replayWorld(
  law: Law,
  { seed, path }: { readonly seed: number; readonly path: string | undefined },
): Promise<void> {
  // Without a path: every world of the seed, as many as are tried when looked at deeply.
  await withQuickTimers(() =>
    tryLaw(law, { seed, count: path === undefined ? 1_000 : 1, ...(path === undefined ? {} : { path }) })
  );
}

async function replaySchedule(
  scenario: Scenario,
  { schedule, say }: { readonly schedule: string; readonly say: (text: string) => void },
): Promise<void> {
  const told: Scenario = {
    ...scenario,
    check: async (played: Played) => {
      say(renderPlayed(played));
      const { backdrop } = played.stage;
      if (backdrop !== undefined) say(await backdrop.describe());
      await scenario.check(played);
    },
  };
  await withoutJitter(() => play(told, follow(parseSchedule(schedule))));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
