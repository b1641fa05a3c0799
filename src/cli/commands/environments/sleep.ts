import type { ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { runChange } from "./change.ts";

/** Puts a pull request's environment to sleep, as if the caller had set the sleep label. */
export async function runSleep(env: CommandEnv): Promise<ExitCode> {
  return await runChange(env, env.pull(), { request: { trigger: "sleep", force: false } });
}

/** Wakes a pull request's environment as it was, without a build. */
export async function runWake(env: CommandEnv): Promise<ExitCode> {
  return await runChange(env, env.pull(), { request: { trigger: "wake", force: false } });
}
