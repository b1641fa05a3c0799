import { planOnce } from "../../../environments/app/sync/sync_pull.ts";
import { EXIT, type ExitCode } from "../../../lib/errors.ts";
import type { CommandEnv } from "../../command.ts";
import { renderPlan, renderSteps } from "../../render/mod.ts";
import { makeSyncOptions, runChange } from "./change.ts";

/** Removes a pull request's environments, as if the caller had set the stop trigger. */
export async function runStop(env: CommandEnv): Promise<ExitCode> {
  const pr = env.pull();
  const request = { trigger: "stop", force: false } as const;
  const asks = env.terminal.can.ask && !env.values.flag("force") && !env.flags.json && !env.flags.dryRun;
  if (asks) {
    const { ports } = await env.ports(pr, ["forge", "platform", "images", "clock"]);
    const { plan } = await planOnce(ports, pr, makeSyncOptions(env, ports, { request }), env.signal);
    if (plan.action === "destroy_environment") {
      env.lines([
        ...renderPlan(plan, { style: env.style, dryRun: false, codes: env.flags.verbose }),
        ...renderSteps(plan, env.style),
      ]);
      if (!await env.terminal.confirm(`Remove all of this from #${pr}?`)) {
        env.terminal.say("Nothing was removed");
        return EXIT.done;
      }
    }
  }
  return await runChange(env, pr, { request });
}
