import { checkOnly } from "../../../environments/app/sync/check_only.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import { stripControls } from "../../../lib/sanitize.ts";
import type { CommandEnv } from "../../command.ts";
import { checkCommented, findCommented } from "./commented/commented.ts";
import { makeSyncOptions, readChange, runChange } from "./change.ts";
import { tellActions, warnOfPreset } from "./shared.ts";

/** Makes a pull request's environment agree with its labels. */
export async function runSync(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const change = readChange(env);
  if (!env.values.flag("check-only")) return await runChange(env, pr, { request: undefined, change });
  const { ports, loaded } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
  warnOfPreset(env, loaded);
  const options = { ...makeSyncOptions(env, ports, { request: undefined, change }), planOnly: true };
  const commented = findCommented(env, ports, options);
  const facts = commented === undefined
    ? await checkOnly(ports, pr, options, env.signal)
    : await checkCommented(ports, { pr, obeying: commented }, env.signal);
  if (env.flags.json) env.json(facts);
  // Each fact is one line, even if a label contains a line break.
  else env.lines(Object.entries(facts).map(([key, value]) => `${key}=${stripControls(value)}`));
  await tellActions(env, { outputs: facts });
  return EXIT.done;
}
