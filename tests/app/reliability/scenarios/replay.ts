/**
 * Plays again what failed: `deno task test:replay 'two_runs/a3.b2.a'` a schedule, move by move, and
 * `deno task test:replay 'world_sync/6/12:0'` a random world. Without an argument it lists what there is. Scenarios whose
 * names begin with `ecs_` need moto, those with `docker_` an engine.
 */

import { replayLine } from "./replay_line.ts";
import { everything } from "./scenarios.ts";

if (import.meta.main) {
  const [line = ""] = Deno.args;
  Deno.exit(await replayLine(line, { known: everything(), say: (text) => console.log(text) }));
}
