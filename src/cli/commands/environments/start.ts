import type { CommandEnv } from "../../command.ts";
import type { ExitCode } from "../../../lib/errors.ts";
import { readChange, runChange } from "./change.ts";

/** Brings an environment up, as if the caller had set the start trigger. */
export async function runStart(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const force = env.values.flag("force");
  return await runChange(env, pr, { request: { trigger: "start", force }, change: readChange(env) });
}
