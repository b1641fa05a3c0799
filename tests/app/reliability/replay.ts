/**
 * Plays one schedule again and tells every move: `deno task test:replay 'two_runs/a3.b2.a'`. Without an argument it lists
 * the scenarios.
 */

import { follow, parseSchedule, play, type Played, renderPlayed } from "../../support/schedule/mod.ts";
import { allScenarios } from "./scenarios.ts";

async function main([line = ""]: readonly string[]): Promise<number> {
  const [name, schedule = ""] = line.split("/");
  const scenario = allScenarios().find((each) => each.name === name);
  if (scenario === undefined) {
    console.log(`Scenarios: ${allScenarios().map((each) => each.name).join(", ")}`);
    return line === "" ? 0 : 2;
  }
  const seen: Partial<Played> = {};
  try {
    await play(
      {
        ...scenario,
        check: async (played) => {
          Object.assign(seen, played);
          console.log(renderPlayed(played));
          await scenario.check(played);
        },
      },
      follow(parseSchedule(schedule)),
    );
    console.log("It holds.");
    return 0;
  } catch (error) {
    console.log(`\nIt does not hold: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
