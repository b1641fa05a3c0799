import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv, CommandSpec } from "../../command.ts";

/** Prints which program this is. */
export const VERSION_COMMAND: CommandSpec = {
  name: "version",
  args: [],
  summary: "print version, build and target",
  description: "Prints the version, how it was built, for which system, and on which Deno it runs.",
  examples: [["version", "for a report"]],
  options: [],
  needs: "nothing",
  run: runVersion,
};

function runVersion(env: CommandEnv): Promise<ExitCode> {
  const { version, build, target, deno } = env.about;
  if (env.flags.json) env.json({ version, build, target, deno });
  else env.lines([`showtime ${version} (${build}, ${target}, Deno ${deno})`]);
  return Promise.resolve(EXIT.done);
}
