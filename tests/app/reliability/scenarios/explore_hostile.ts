/**
 * Plays the hostile acts of the scenarios whose names begin as the argument says, and ends with 1 at the first that does
 * not hold. Tests run it with a mutant of the program in place of a module.
 */

import { exploreBounded } from "../../../worlds/schedule/mod.ts";
import { HOSTILE } from "./hostile.ts";

if (import.meta.main) {
  const [prefix = ""] = Deno.args;
  const scenarios = HOSTILE.filter(({ name }) => name.startsWith(`hostile_${prefix}`));
  if (scenarios.length === 0) throw new Error(`Playing hostile acts: none begins with "${prefix}"`);
  for (const scenario of scenarios) {
    try {
      await exploreBounded(scenario, { switches: 1 });
    } catch (error) {
      console.log(error instanceof Error ? error.message : String(error));
      Deno.exitCode = 1;
      break;
    }
  }
}
