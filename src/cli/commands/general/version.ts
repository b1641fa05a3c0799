import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";

/** Prints version, build and target of this program. */
export function runVersion(env: CommandEnv): Promise<ExitCode> {
  const { version, build, target, deno } = env.about;
  if (env.flags.json) env.json({ version, build, target, deno });
  else env.lines([`showtime ${version} (${build}, ${target}, Deno ${deno})`]);
  return Promise.resolve(EXIT.done);
}
