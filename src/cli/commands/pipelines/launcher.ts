import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { LAUNCHER_PROTOCOL, LAUNCHER_SCRIPT } from "../../../pipelines/core/launcher_script.ts";
import type { CommandEnv } from "../../command.ts";

/** Prints the script that starts the programs of steps. */
export function runLauncher(env: CommandEnv): Promise<ExitCode> {
  if (env.flags.json) env.json({ protocol: LAUNCHER_PROTOCOL, script: LAUNCHER_SCRIPT });
  // Each line ends with a line break when it is printed.
  else env.lines(LAUNCHER_SCRIPT.trimEnd().split("\n"));
  return Promise.resolve(EXIT.done);
}
